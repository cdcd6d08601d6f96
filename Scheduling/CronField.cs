using System.Text;

namespace Heartbeat.Scheduling;

/// <summary>One of the five fields, with the values and names of crontab(5).</summary>
/// <remarks>
/// <code>
///  ┌───────────── minute        0-59
///  │ ┌─────────── hour          0-23
///  │ │ ┌───────── day-of-month  1-31
///  │ │ │ ┌─────── month         1-12 or JAN-DEC
///  │ │ │ │ ┌───── day-of-week   0-7  or SUN-SAT, 0 and 7 are Sunday
///  │ │ │ │ │
///  * * * * *
/// </code>
/// The last value is also the longest step, and steps start again with each cycle. Names are in upper case.
/// </remarks>
internal sealed record CronField(string Name, int First, int Last, string Cycle, string Names = "")
{
    private const int NameLength = 3;

    public static readonly CronField DayOfMonth = new("day-of-month", 1, 31, "month");
    public static readonly CronField DayOfWeek = new("day-of-week", 0, 7, "week", "SUNMONTUEWEDTHUFRISAT");

    public static readonly CronField[] All =
    [
        new("minute", 0, 59, "hour"), new("hour", 0, 23, "day"), DayOfMonth,
        new("month", 1, 12, "year", "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"), DayOfWeek,
    ];

    public bool IsDayOfWeek => ReferenceEquals(this, DayOfWeek);

    /// <summary>What may be written, for messages: <c>0-7 or SUN-SAT</c>.</summary>
    public string Allowed =>
        Names.Length == 0 ? $"{First}-{Last}" : $"{First}-{Last} or {Names[..NameLength]}-{Names[^NameLength..]}";

    /// <summary>The value of a name, in any case; -1 if there is no such name.</summary>
    public int ValueOf(ReadOnlySpan<char> wanted)
    {
        for (var at = 0; at < Names.Length; at += NameLength)
        {
            if (Ascii.EqualsIgnoreCase(wanted, Names.AsSpan(at, NameLength))) return First + at / NameLength;
        }

        return -1;
    }
}
