using System.Buffers;
using System.Text;

namespace Heartbeat.Scheduling;

/// <summary>What an expression means: one bit for each value of each field.</summary>
/// <param name="Minutes">Bits 0 to 59.</param>
/// <param name="Hours">Bits 0 to 23.</param>
/// <param name="Days">Bits 1 to 31.</param>
/// <param name="Months">Bits 1 to 12.</param>
/// <param name="Weekdays">Bits 0 (Sunday) to 6.</param>
/// <param name="IsPeriodic">Minute or hour hold a <c>*</c>, a range or a step.</param>
/// <param name="EitherDaySuffices">Neither day field begins with <c>*</c>.</param>
internal readonly record struct CronFields(
    ulong Minutes, uint Hours, uint Days, uint Months, uint Weekdays, bool IsPeriodic, bool EitherDaySuffices);

/// <summary>Reads the text of an expression; <see cref="CronFault"/> finds what is wrong with it.</summary>
/// <remarks>
/// Accepts what crontab(5), Kubernetes and Cronos read alike: <c>*</c>, <c>a</c>, <c>a-b</c>, <c>a/n</c>,
/// <c>*/n</c>, <c>a-b/n</c>, lists of these, names of months and weekdays, and <c>@daily</c> and the like.
/// </remarks>
internal static class CronParser
{
    /// <summary>The longest text that is read, so that no input costs more than some microseconds.</summary>
    public const int MaxLength = 1024;

    private const int TooHigh = 100;   // any number above the maximum of every field
    private const int NoEnd = 101;     // the upper end of a single value

    private const ulong Sunday = 1 << 0;
    private const ulong SundayToo = 1 << 7;
    private const ulong SundayPerhaps = 1 << 8;   // some programs read a/n as a-7/n, others as a-6/n

    public static readonly char[] Blanks = [' ', '\t'];

    public static readonly SearchValues<char> Readable =
        SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(static code => (char)code), '\t']);

    public static readonly (string Name, string Meaning)[] Macros =
    [
        ("@yearly", "0 0 1 1 *"), ("@annually", "0 0 1 1 *"), ("@monthly", "0 0 1 * *"), ("@weekly", "0 0 * * 0"),
        ("@daily", "0 0 * * *"), ("@midnight", "0 0 * * *"), ("@hourly", "0 * * * *"),
    ];

    /// <returns>Whether the text is an expression of the dialect.</returns>
    public static bool TryParse(string expression, out CronFields fields)
    {
        fields = default;
        if (expression.Length > MaxLength || expression.AsSpan().ContainsAnyExcept(Readable)) return false;

        var text = expression.AsSpan().Trim(Blanks);
        if (text.StartsWith('@')) text = MeaningOf(text);
        Span<Range> ranges = stackalloc Range[CronField.All.Length + 1];   // one to spare, for what is too much
        var count = text.SplitAny(ranges, Blanks, StringSplitOptions.RemoveEmptyEntries);
        if (count != CronField.All.Length) return false;

        var (minute, hour, day, weekday) = (ranges[0], ranges[1], ranges[2], ranges[4]);
        fields = new(
            Minutes: Field(text[minute], CronField.Minute),
            Hours: (uint)Field(text[hour], CronField.Hour),
            Days: (uint)Field(text[day], CronField.DayOfMonth),
            Months: (uint)Field(text[ranges[3]], CronField.Month),
            Weekdays: (uint)Field(text[weekday], CronField.DayOfWeek),
            IsPeriodic: text[minute].ContainsAny("*-/") || text[hour].ContainsAny("*-/"),
            EitherDaySuffices: text[day][0] is not ('*' or '?') && text[weekday][0] is not ('*' or '?'));
        return fields is { Minutes: > 0, Hours: > 0, Days: > 0, Months: > 0, Weekdays: > 0 };
    }

    /// <summary>The values of a field, a bit for each; none if it cannot be read.</summary>
    public static ulong Field(ReadOnlySpan<char> text, CronField field)
    {
        if (field.IsDay && text is "?") text = "*";

        ulong bits = 0;
        foreach (var range in text.Split(','))
        {
            var values = Item(text[range], field);
            if (values == 0) return 0;
            bits |= values;
        }

        if (!field.IsWeekday) return bits;
        if ((bits & SundayToo) != 0) bits |= Sunday;
        return (bits & SundayPerhaps) != 0 && (bits & Sunday) == 0 ? 0 : bits & 0b111_1111;
    }

    /// <summary>The values of one item of a list; none if it cannot be read.</summary>
    public static ulong Item(ReadOnlySpan<char> item, CronField field)
    {
        var slash = item.IndexOf('/');
        var step = slash < 0 ? 1 : Number(item[(slash + 1)..]);
        var (low, high) = Ends(slash < 0 ? item : item[..slash], field);
        var isOpen = slash >= 0 && high == NoEnd;
        if (high == NoEnd) high = isOpen ? field.Last : low;
        if (low < field.First || high > field.Last || low > high || step < 1 || step > field.Last) return 0;

        ulong bits = 0;
        for (var value = low; value <= high; value += step) bits |= 1UL << value;
        var isPerhaps = isOpen && low < high && field.IsWeekday && (bits & SundayToo) != 0;
        return isPerhaps ? bits ^ SundayToo ^ SundayPerhaps : bits;
    }

    /// <summary>The ends of a range; -1 for one that cannot be read.</summary>
    public static (int Low, int High) Ends(ReadOnlySpan<char> values, CronField field)
    {
        if (values is "*") return (field.First, field.Last);

        var dash = values.IndexOf('-');
        if (dash < 0) return (Value(values, field), NoEnd);

        var upper = values[(dash + 1)..];
        var (low, high) = (Value(values[..dash], field), Value(upper, field));
        var isSundayName = field.IsWeekday && high == 0 && !char.IsAsciiDigit(upper[0]);
        return (low, isSundayName && low > 0 ? field.Last : high);   // fri-sun
    }

    /// <summary>Nothing but digits; -1 if there is anything else.</summary>
    public static int Number(ReadOnlySpan<char> text)
    {
        var value = text.IsEmpty ? -1 : 0;
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c)) return -1;
            value = Math.Min(value * 10 + (c - '0'), TooHigh);
        }

        return value;
    }

    /// <summary>A name or a number; -1 if it is neither.</summary>
    private static int Value(ReadOnlySpan<char> text, CronField field) =>
        Number(text) is >= 0 and var number ? number : field.ValueOf(text);

    /// <summary>The five fields that a macro stands for; empty if there is no such macro.</summary>
    private static ReadOnlySpan<char> MeaningOf(ReadOnlySpan<char> macro)
    {
        foreach (var (name, meaning) in Macros)
        {
            if (Ascii.EqualsIgnoreCase(macro, name)) return meaning;
        }

        return "";
    }
}
