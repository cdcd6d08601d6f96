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
internal sealed record CronField(string Name, int First, int Last, string Cycle, params string[] Names)
{
    private static readonly string[] Months = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".Split(' ');
    private static readonly string[] Weekdays = "SUN MON TUE WED THU FRI SAT".Split(' ');

    public static readonly CronField[] All =
    [
        new("minute", 0, 59, "hour"), new("hour", 0, 23, "day"), new("day-of-month", 1, 31, "month"),
        new("month", 1, 12, "year", Months), new("day-of-week", 0, 7, "week", Weekdays),
    ];

    /// <summary>Whether 7 is Sunday too.</summary>
    public bool IsDayOfWeek => Names == Weekdays;

    /// <summary>What may be written, for messages: <c>0-7 or SUN-SAT</c>.</summary>
    public string Allowed => $"{First}-{Last}" + (Names.Length == 0 ? "" : $" or {Names[0]}-{Names[^1]}");

    /// <summary>The value of a name, in any case; -1 if there is no such name.</summary>
    public int ValueOf(ReadOnlySpan<char> wanted)
    {
        for (var index = 0; index < Names.Length; index++)
        {
            if (Ascii.EqualsIgnoreCase(wanted, Names[index])) return First + index;
        }

        return -1;
    }
}
