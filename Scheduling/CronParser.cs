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

/// <summary>Reads the text of an expression; <see cref="CronFormatException"/> says what is wrong with it.</summary>
/// <remarks>
/// Accepts what crontab(5), Kubernetes and Cronos read alike: <c>*</c>, <c>a</c>, <c>a-b</c>, <c>a/n</c>,
/// <c>*/n</c>, <c>a-b/n</c>, lists of these, names of months and weekdays, and <c>@daily</c> and the like. What they
/// read differently is refused.
/// </remarks>
internal static class CronParser
{
    /// <summary>The longest text that is read, so that no input costs more than some microseconds.</summary>
    public const int MaxLength = 1024;

    private const int FieldCount = 5;
    private const string Blanks = " \t";

    /// <summary>Stands for a number that is above the maximum of every field, however long it is.</summary>
    private const int TooHigh = 100;

    private static readonly SearchValues<char> Readable =
        SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(static code => (char)code), '\t']);

    private static readonly (string Name, string Meaning)[] Macros =
    [
        ("@yearly", "0 0 1 1 *"),
        ("@annually", "0 0 1 1 *"),
        ("@monthly", "0 0 1 * *"),
        ("@weekly", "0 0 * * 0"),
        ("@daily", "0 0 * * *"),
        ("@midnight", "0 0 * * *"),
        ("@hourly", "0 * * * *"),
    ];

    /// <exception cref="CronFormatException">The expression is not one of the dialect.</exception>
    public static CronFields Parse(string expression)
    {
        if (expression.Length > MaxLength) throw CronFormatException.TooLong(expression);
        if (expression.AsSpan().IndexOfAnyExcept(Readable) is >= 0 and var stray)
            throw CronFormatException.Unreadable(expression, stray);

        var text = expression.AsSpan().Trim(Blanks);
        if (text.StartsWith('@')) text = MeaningOf(text, expression);
        if (BeginsWith("TZ=", text) || BeginsWith("CRON_TZ=", text))
            throw CronFormatException.ZoneWithin(expression, text);

        Span<Range> ranges = stackalloc Range[FieldCount + 1];   // one to spare, for what is too much
        if (text.SplitAny(ranges, Blanks, StringSplitOptions.RemoveEmptyEntries) != FieldCount)
            throw CronFormatException.NotFiveFields(expression, Blanks);

        var (minute, hour) = (ranges[0], ranges[1]);
        var (day, month, weekday) = (ranges[2], ranges[3], ranges[4]);
        return new(
            Minutes: Field(text[minute], CronField.Minute, expression),
            Hours: (uint)Field(text[hour], CronField.Hour, expression),
            Days: (uint)Field(text[day], CronField.DayOfMonth, expression),
            Months: (uint)Field(text[month], CronField.Month, expression),
            Weekdays: Weekdays(Field(text[weekday], CronField.DayOfWeek, expression)),
            IsPeriodic: text[minute].ContainsAny("*-/") || text[hour].ContainsAny("*-/"),
            EitherDaySuffices: !BeginsWithStar(text[day]) && !BeginsWithStar(text[weekday]));
    }

    /// <summary>7 is Sunday too.</summary>
    private static uint Weekdays(ulong bits) => (uint)(bits | bits >> 7) & 0b111_1111;

    private static bool BeginsWith(string prefix, ReadOnlySpan<char> text) =>
        text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);

    /// <summary>A <c>?</c> is a <c>*</c> by another name.</summary>
    private static bool BeginsWithStar(ReadOnlySpan<char> field) => field[0] is '*' or '?';

    private static ReadOnlySpan<char> MeaningOf(ReadOnlySpan<char> macro, string expression)
    {
        foreach (var (name, meaning) in Macros)
        {
            if (Ascii.EqualsIgnoreCase(macro, name)) return meaning;
        }

        throw CronFormatException.UnknownMacro(expression, macro, Macros.Select(static known => known.Name));
    }

    private static ulong Field(ReadOnlySpan<char> text, CronField field, string expression)
    {
        if (field.IsDay && text is "?") return Bits(field.First, field.Last, 1);

        ulong bits = 0;
        foreach (var range in text.Split(','))
        {
            var item = text[range];
            if (item.IsEmpty) throw CronFormatException.BadItem(expression, field, text);
            bits |= Item(item, field, expression);
        }

        return bits;
    }

    /// <summary>One item of a list: <c>*</c>, a value or a range, and perhaps a step.</summary>
    private static ulong Item(ReadOnlySpan<char> item, CronField field, string expression)
    {
        var slash = item.IndexOf('/');
        var values = slash < 0 ? item : item[..slash];
        var dash = values.IndexOf('-');
        var step = slash < 0 ? 1 : Number(item[(slash + 1)..]);

        int low, high;
        if (values is "*")
        {
            (low, high) = (field.First, field.Last);
        }
        else if (dash < 0)
        {
            low = Value(values, field);
            high = slash < 0 ? low : field.Last;
        }
        else
        {
            var upper = values[(dash + 1)..];
            (low, high) = (Value(values[..dash], field), Value(upper, field));
            if (field.EndsAnew && low > 0 && high == 0 && !char.IsAsciiDigit(upper[0])) high = field.Last;   // fri-sun
        }

        if (low < field.First || high < field.First || low > field.Last || high > field.Last || step < 0)
            throw CronFormatException.BadItem(expression, field, item);
        if (step < 1 || step > field.Last) throw CronFormatException.BadStep(expression, field, item);
        if (low > high) throw CronFormatException.Reversed(expression, field, item, low, high);
        return Bits(low, high, step);
    }

    /// <summary>A name or a number; -1 if it is neither.</summary>
    private static int Value(ReadOnlySpan<char> text, CronField field)
    {
        var number = Number(text);
        return number < 0 ? field.ValueOf(text) : number;
    }

    /// <summary>Nothing but digits; -1 if there is anything else.</summary>
    private static int Number(ReadOnlySpan<char> text)
    {
        var value = text.IsEmpty ? -1 : 0;
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c)) return -1;
            value = Math.Min(value * 10 + (c - '0'), TooHigh);
        }

        return value;
    }

    private static ulong Bits(int low, int high, int step)
    {
        ulong bits = 0;
        for (var value = low; value <= high; value += step) bits |= 1UL << value;
        return bits;
    }
}
