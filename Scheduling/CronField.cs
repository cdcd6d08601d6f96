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
/// <param name="name">As messages call it.</param>
/// <param name="first">The lowest value.</param>
/// <param name="last">The highest value, which is also the longest step.</param>
/// <param name="cycle">The unit in which a step starts again from <paramref name="first"/>.</param>
/// <param name="names">Three letters for each value from <paramref name="first"/> on, in upper case.</param>
internal sealed class CronField(string name, int first, int last, string cycle, string names = "")
{
    private const int NameLength = 3;

    public static readonly CronField Minute = new("minute", 0, 59, "hour");
    public static readonly CronField Hour = new("hour", 0, 23, "day");
    public static readonly CronField DayOfMonth = new("day-of-month", 1, 31, "month");
    public static readonly CronField Month = new("month", 1, 12, "year", "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC");
    public static readonly CronField DayOfWeek = new("day-of-week", 0, 7, "week", "SUNMONTUEWEDTHUFRISAT");

    public static readonly CronField[] All = [Minute, Hour, DayOfMonth, Month, DayOfWeek];

    public string Name => name;

    public int First => first;

    public int Last => last;

    /// <summary>The last value before the first comes again: Saturday, for 7 is Sunday too.</summary>
    public int LastBeforeFirst => this == DayOfWeek ? 6 : last;

    public string Cycle => cycle;

    /// <summary>Whether <c>?</c> may stand for <c>*</c>.</summary>
    public bool IsDay => this == DayOfMonth || this == DayOfWeek;

    /// <summary>What may be written, for messages: <c>0-7 or SUN-SAT</c>.</summary>
    public string Allowed =>
        names.Length == 0 ? $"{first}-{last}" : $"{first}-{last} or {names[..NameLength]}-{names[^NameLength..]}";

    /// <summary>The value of a name, in any case; -1 if there is no such name.</summary>
    public int ValueOf(ReadOnlySpan<char> wanted)
    {
        if (wanted.Length != NameLength) return -1;
        for (var at = 0; at < names.Length; at += NameLength)
        {
            if (Ascii.EqualsIgnoreCase(wanted, names.AsSpan(at, NameLength))) return first + at / NameLength;
        }

        return -1;
    }
}
