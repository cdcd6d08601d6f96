namespace Heartbeat.Cli.Verify;

/// <summary>Finds the time that a log line carries: RFC 3339 with a <c>T</c> and an offset, wherever it stands.</summary>
/// <remarks>Times without an offset are not known, for nobody can tell their zone.</remarks>
internal static class LineTime
{
    private const int SeparatorAt = 10;
    private const int OffsetAt = 19;

    /// <summary>Finds the last time in a text.</summary>
    /// <param name="text">The line, or part of it.</param>
    /// <param name="ticks">The time, UTC, as <see cref="DateTime.Ticks"/>.</param>
    /// <param name="at">Where it begins.</param>
    public static bool TryFindLast(ReadOnlySpan<byte> text, out long ticks, out int at)
    {
        for (var t = text.LastIndexOf((byte)'T'); t >= SeparatorAt; t = text[..t].LastIndexOf((byte)'T'))
        {
            at = t - SeparatorAt;
            if (TryRead(text[at..], out ticks)) return true;
        }

        (ticks, at) = (0, -1);
        return false;
    }

    /// <summary>Reads the time that a text begins with: <c>2024-05-31T03:00:00.123Z</c>, <c>…+02:00</c> or <c>…+0200</c>.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        if (text.Length <= OffsetAt) return false;
        if (text[4] != '-' || text[7] != '-' || text[SeparatorAt] != 'T' || text[13] != ':' || text[16] != ':') return false;
        var (year, month, day) = (Number(text[..4]), Number(text[5..7]), Number(text[8..10]));
        if (year is < 2 or > 9998 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)) return false;
        var (hour, minute, second) = (Number(text[11..13]), Number(text[14..16]), Number(text[17..19]));
        if (hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 60) return false;

        ticks = new DateTime(year, month, day, hour, minute, 0, DateTimeKind.Utc).Ticks + (second * TimeSpan.TicksPerSecond);
        var rest = text[OffsetAt..];
        if (rest[0] == '.')
        {
            rest = rest[1..];
            for (var unit = TimeSpan.TicksPerSecond / 10; rest.Length > 0 && char.IsAsciiDigit((char)rest[0]); unit /= 10)
            {
                ticks += (rest[0] - '0') * unit;
                rest = rest[1..];
            }
        }

        if (rest.Length > 0 && rest[0] == 'Z') return true;
        if (rest.Length < 5 || (rest[0] != '+' && rest[0] != '-')) return false;
        var offsetHour = Number(rest[1..3]);
        var afterHour = rest[3..];
        if (afterHour[0] == ':') afterHour = afterHour[1..];
        if (afterHour.Length < 2) return false;
        var offsetMinute = Number(afterHour[..2]);
        if (offsetHour is < 0 or > 23 || offsetMinute is < 0 or > 59) return false;
        var offset = (offsetHour * TimeSpan.TicksPerHour) + (offsetMinute * TimeSpan.TicksPerMinute);
        ticks -= rest[0] == '-' ? -offset : offset;
        return true;
    }

    /// <summary>The number of the digits, or -1 if one is not a digit.</summary>
    private static int Number(ReadOnlySpan<byte> digits)
    {
        var number = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit((char)digit)) return -1;
            number = (number * 10) + (digit - '0');
        }

        return number;
    }
}
