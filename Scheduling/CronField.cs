using System.Text;

namespace Heartbeat.Scheduling;

/// <summary>One of the five fields: what it is called, what it holds, and what its values divide.</summary>
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
/// The ranges and names are those of crontab(5).
/// </remarks>
/// <param name="Name">As messages call it.</param>
/// <param name="First">The lowest value.</param>
/// <param name="Last">The highest value, which is also the longest step.</param>
/// <param name="Cycle">The unit in which a step starts again from <paramref name="First"/>.</param>
/// <param name="Names">Three letters for each value from <paramref name="First"/> on, in upper case.</param>
internal sealed record CronField(string Name, int First, int Last, string Cycle, string Names = "")
{
    private const int NameLength = 3;

    public static readonly CronField Minute = new("minute", 0, 59, "hour");
    public static readonly CronField Hour = new("hour", 0, 23, "day");
    public static readonly CronField DayOfMonth = new("day-of-month", 1, 31, "month");
    public static readonly CronField Month = new("month", 1, 12, "year", "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC");
    public static readonly CronField DayOfWeek = new("day-of-week", 0, 7, "week", "SUNMONTUEWEDTHUFRISAT");
    public static readonly CronField[] All = [Minute, Hour, DayOfMonth, Month, DayOfWeek];

    /// <summary>Whether 7 is Sunday too.</summary>
    public bool IsWeekday => Cycle == "week";

    /// <summary>Whether <c>?</c> may stand for <c>*</c>.</summary>
    public bool IsDay => Cycle is "week" or "month";

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
