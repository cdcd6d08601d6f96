namespace Heartbeat.Cli.Verify;

/// <summary>A time that a line tells: in UTC if it has an offset, else as written. Its clock may be any.</summary>
/// <remarks>Its form is how and where it is written; times of one form are of one clock. 0: there is no time.</remarks>
internal readonly record struct Stamp(long Ticks, int Form);

/// <summary>Finds the times that lines tell, wherever they stand, in the forms that docs/verify.md shows.</summary>
internal static class LineTime
{
    /// <summary>Any form, last on the line. A form is its separator, what stands before it, and these bits.</summary>
    public const int Last = 1 << 16;
    private const int HasOffset = 1 << 17;
    private const int NoYear = 1 << 18;

    /// <summary>Finds a time: of a form that was found before, or the first on the line (0), or the last.</summary>
    public static Stamp Find(ReadOnlySpan<byte> line, int form, long near)
    {
        var (from, to, last) = (0, line.Length, form & Last);
        while ((last != 0 ? line[..to].LastIndexOf((byte)':') : line[from..].IndexOf((byte)':')) is >= 0 and var at)
        {
            var colon = from + at;
            (from, to) = last != 0 ? (0, colon) : (colon + 1, to);
            if (colon < 9 || line.Length < colon + 6 || line[colon + 3] != ':') continue;
            var (ticks, found) = Read(line, colon);
            if (found == 0 || (form is not (0 or Last) && form != (found | last))) continue;
            return new(Nearest(ticks, found, near), found | last);
        }

        return default;
    }

    /// <summary>Puts a time into the year that makes it nearest to an instant, if its form has no year.</summary>
    public static long Nearest(long ticks, int form, long near) => (form & NoYear) == 0 ? ticks
        : new DateTime(ticks).AddYears((int)Math.Round((near - ticks) / (365.2425 * TimeSpan.TicksPerDay))).Ticks;

    /// <summary>Reads a time by its first colon, where the second stands three on.</summary>
    private static Stamp Read(ReadOnlySpan<byte> line, int colon)
    {
        var (hour, minute, second) = (Two(line, colon - 2), Two(line, colon + 1), Two(line, colon + 4));
        var (year, month, day, start, form) = (0, 0, 0, colon - 13, (int)line[colon - 3]);
        if (start >= 0 && form is 'T' or ' ' && line[start + 4] == '-' && line[start + 7] == '-')
        {
            year = (Two(line, start) * 100) + Two(line, start + 2);
            (month, day) = (Two(line, start + 5), Two(line, start + 8));
        }
        else if (form == ' ' && line[colon - 6] == ' ')
        {
            var name = "JanFebMarAprMayJunJulAugSepOctNovDec"u8.IndexOf(line.Slice(colon - 9, 3));
            // 2000 had a 29th of February.
            (year, month, start, form) = (2000, name % 3 == 0 ? (name / 3) + 1 : 0, colon - 9, form | NoYear);
            day = line[colon - 5] == ' ' ? line[colon - 4] - '0' : Two(line, colon - 5);
        }

        var before = start == 0 ? '\n' : (char)line[Math.Max(0, start - 1)];
        if (hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 60 || char.IsAsciiDigit(before)
            || year is < 2 or > 9996 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            return default;
        }

        var ticks = new DateTime(year, month, day, hour, minute, 0).Ticks + (second * TimeSpan.TicksPerSecond);
        var at = colon + 6;
        // A fraction of a second changes no verdict.
        if (at < line.Length && line[at] is (byte)'.' or (byte)',') at++;
        while (at < line.Length && char.IsAsciiDigit((char)line[at])) at++;
        form |= before << 8;
        return OffsetOf(line[at..]) is { } offset ? new(ticks - offset, form | HasOffset) : new(ticks, form);
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

    /// <summary>The number of two digits, or one far below zero.</summary>
    private static int Two(ReadOnlySpan<byte> text, int at) =>
        char.IsAsciiDigit((char)text[at]) && char.IsAsciiDigit((char)text[at + 1])
            ? (text[at] * 10) + text[at + 1] - ('0' * 11) : -1_000_000;
}
