using System.Globalization;

namespace Heartbeat.Cli.Verify;

/// <summary>Numbers, times and durations in words. All times are UTC.</summary>
internal static class Wording
{
    private const int MostRanges = 5;

    /// <summary><c>1 beat</c>, <c>1,440 beats</c>.</summary>
    public static string Count(long count, string one, string? many = null) => $"{Number(count)} {(count == 1 ? one : many ?? one + "s")}";

    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Text(DateTime time, string format = "yyyy-MM-dd HH:mm") => time.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>From one minute to another; the day is said once if it is the same.</summary>
    public static string Range(DateTime first, DateTime last) =>
        Text(first) + (first == last ? "" : $" to {Text(last, first.Date == last.Date ? "HH:mm" : "yyyy-MM-dd HH:mm")}");

    /// <summary>The first ranges, and how many more there are.</summary>
    public static string Ranges(IReadOnlyList<MinuteRange> ranges) =>
        string.Join(", ", ranges.Take(MostRanges).Select(static range => Range(range.From, range.To)))
            + (ranges.Count > MostRanges ? $" and {Count(ranges.Count - MostRanges, "more range")}" : "");

    /// <summary>A duration, in the unit that suits it.</summary>
    public static string Duration(double seconds) => seconds switch
    {
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1000:N1} ms"),
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{seconds:N1} s"),
        < 3600 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:N1} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:N1} h"),
    };

    /// <summary>What to say of lines that are of a beat but do not tell which.</summary>
    public static string Unrendered(long lines) =>
        $"{Count(lines, "line has", "lines have")} {{Uuid}} in place of a UUID: the logger did not render the message.";
}
