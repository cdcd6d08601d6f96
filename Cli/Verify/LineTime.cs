namespace Heartbeat.Cli.Verify;

/// <summary>A time that a line tells, by a clock that need not be that of the UUIDs.</summary>
/// <param name="Ticks">In UTC if it has an offset, else as written; as <see cref="DateTime.Ticks"/>.</param>
/// <param name="Form">How and where it is written; times of one form are of one clock. 0: there is no time.</param>
internal readonly record struct Stamp(long Ticks, int Form);

/// <summary>Finds the times that lines tell, wherever they stand.</summary>
/// <remarks>
/// <c>2024-05-31T03:00:00.123Z</c>, with a blank for the T, a comma for the point, an offset as <c>+02:00</c> or
/// <c>+0200</c> (after a blank too) or none; and <c>May 31 03:00:00</c>, which has no year.
/// </remarks>
internal static class LineTime
{
    /// <summary>Any form, first on the line. A form is its separator, what stands before it, and the bits below.</summary>
    public const int First = 0;

    /// <summary>Any form, last on the line.</summary>
    public const int Last = 1 << 16;

    private const int HasOffset = 1 << 17;
    private const int NoYear = 1 << 18;
    private const long HalfYear = 183 * TimeSpan.TicksPerDay;

    /// <summary>Finds a time of a form: <see cref="First"/>, <see cref="Last"/>, or one that was found before.</summary>
    /// <remarks>A time without a year is taken for one within half a year of an instant that is near.</remarks>
    public static Stamp Find(ReadOnlySpan<byte> line, int form, long near)
    {
        var isLast = (form & Last) != 0;
        for (var (from, to) = (0, line.Length); ;)
        {
            var colon = from + (isLast ? line[..to].LastIndexOf((byte)':') : line[from..].IndexOf((byte)':'));
            if (colon < from) return default;
            (from, to) = isLast ? (from, colon) : (colon + 1, to);
            if (line.Length < colon + 6 || line[colon + 3] != ':' || colon < 9) continue;
            var (ticks, found) = Read(line, colon, near);
            if (found != 0 && (form is First or Last || form == (found | (form & Last)))) return new(ticks, found | (form & Last));
        }
    }

    /// <summary>Puts a time of a form without a year into the year that makes it nearest to an instant.</summary>
    public static long Nearest(long ticks, int form, long near)
    {
        if ((form & NoYear) == 0) return ticks;
        var time = new DateTime(ticks);
        var inMonth = ticks - new DateTime(time.Year, time.Month, 1).Ticks;
        for (var year = new DateTime(near).Year - 1; ; year++)
        {
            var candidate = new DateTime(year, time.Month, 1).Ticks + inMonth;
            if (candidate > near - HalfYear) return candidate;
        }
    }

    /// <summary>Reads the time of which this is the first colon; the second stands three on, and there is room for a date.</summary>
    private static Stamp Read(ReadOnlySpan<byte> line, int colon, long near)
    {
        var (hour, minute, second) = (Two(line, colon - 2), Two(line, colon + 1), Two(line, colon + 4));
        if (hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 60) return default;

        var (year, month, day, start, form) = (0, 0, 0, colon - 13, (int)line[colon - 3]);
        if (start >= 0 && form is 'T' or ' ' && line[start + 4] == '-' && line[start + 7] == '-')
        {
            year = Two(line, start) is >= 0 and var century && Two(line, start + 2) is >= 0 and var rest ? (century * 100) + rest : 0;
            (month, day) = (Two(line, start + 5), Two(line, start + 8));
        }
        else if (form == ' ' && line[colon - 6] == ' ')
        {
            var name = "JanFebMarAprMayJunJulAugSepOctNovDec"u8.IndexOf(line.Slice(colon - 9, 3));
            // 2000 had a 29th of February.
            (year, month, start, form) = (2000, name % 3 == 0 ? (name / 3) + 1 : 0, colon - 9, form | NoYear);
            day = line[colon - 5] == ' ' ? line[colon - 4] - '0' : Two(line, colon - 5);
        }

        if (year is < 2 or > 9996 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)) return default;
        var before = start == 0 ? '\n' : (char)line[start - 1];
        if (char.IsAsciiDigit(before)) return default;
        var ticks = new DateTime(year, month, day, hour, minute, 0).Ticks + (second * TimeSpan.TicksPerSecond);
        var at = colon + 6;
        if (at < line.Length && line[at] is (byte)'.' or (byte)',')
        {
            for (var unit = TimeSpan.TicksPerSecond / 10; ++at < line.Length && char.IsAsciiDigit((char)line[at]); unit /= 10)
            {
                ticks += (line[at] - '0') * unit;
            }
        }

        form |= before << 8;
        return OffsetOf(line[at..]) is { } offset ? new(ticks - offset, form | HasOffset) : new(Nearest(ticks, form, near), form);
    }

    private static long? OffsetOf(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("Z"u8)) return 0;
        if (text.StartsWith(" "u8)) text = text[1..];
        if (text.Length < 5 || text[0] is not ((byte)'+' or (byte)'-')) return null;
        var minuteAt = text[3] == ':' ? 4 : 3;
        var (hour, minute) = (Two(text, 1), text.Length < minuteAt + 2 ? -1 : Two(text, minuteAt));
        if (hour is < 0 or > 23 || minute is < 0 or > 59) return null;
        return ((hour * 60) + minute) * (text[0] == '-' ? -TimeSpan.TicksPerMinute : TimeSpan.TicksPerMinute);
    }

    /// <summary>The number of two digits, or -1.</summary>
    private static int Two(ReadOnlySpan<byte> text, int at) =>
        char.IsAsciiDigit((char)text[at]) && char.IsAsciiDigit((char)text[at + 1]) ? (text[at] * 10) + text[at + 1] - ('0' * 11) : -1;
}
