using System.Globalization;

namespace Heartbeat.Cli.Verify;

/// <summary>Numbers, times and durations in words. All times are UTC.</summary>
internal static class Wording
{
    private const int MostRanges = 5;

    /// <summary><c>1 beat</c>, <c>1,440 beats</c>.</summary>
    public static string Count(long count, string one, string? many = null) =>
        $"{count.ToString("N0", CultureInfo.InvariantCulture)} {(count == 1 ? one : many ?? one + "s")}";

    /// <summary>The minute of an instant.</summary>
    public static string Minute(long ticks) => Text(ticks, "yyyy-MM-dd HH:mm");

    /// <summary>From one instant to another; the day is said once if it is the same.</summary>
    public static string Range(long first, long last) =>
        Minute(first) + (first / TimeSpan.TicksPerMinute == last / TimeSpan.TicksPerMinute
            ? ""
            : $" to {Text(last, first / TimeSpan.TicksPerDay == last / TimeSpan.TicksPerDay ? "HH:mm" : "yyyy-MM-dd HH:mm")}");

    /// <summary>The first ranges of a set, and how many more there are.</summary>
    public static string Ranges(MinuteSet minutes)
    {
        var ranges = minutes.Take(MostRanges)
            .Select(static range => Range(range.First * TimeSpan.TicksPerMinute, range.Last * TimeSpan.TicksPerMinute));
        var more = minutes.RangeCount - MostRanges;
        return string.Join(", ", ranges) + (more > 0 ? $" and {Count(more, "more range")}" : "");
    }

    /// <summary>A duration, in the unit that suits it.</summary>
    public static string Duration(double ticks) => ticks switch
    {
        < TimeSpan.TicksPerSecond => Number(ticks / TimeSpan.TicksPerMillisecond, "ms"),
        < TimeSpan.TicksPerMinute => Number(ticks / TimeSpan.TicksPerSecond, "s"),
        < TimeSpan.TicksPerHour => Number(ticks / TimeSpan.TicksPerMinute, "min"),
        _ => Number(ticks / TimeSpan.TicksPerHour, "h"),
    };

    public static string Text(long ticks, string format) => new DateTime(ticks).ToString(format, CultureInfo.InvariantCulture);

    private static string Number(double number, string unit) => $"{number.ToString("N1", CultureInfo.InvariantCulture)} {unit}";
}
