namespace Heartbeat.Scheduling;

/// <summary>What an expression means: bit n of a field stands for the value n, and 0 for Sunday.</summary>
internal readonly record struct CronFields(
    ulong Minutes, uint Hours, uint Days, uint Months, uint Weekdays, bool IsPeriodic, bool EitherDaySuffices);

/// <summary>Reads the text of an expression.</summary>
/// <remarks>
/// Accepts what crontab(5), Kubernetes and Cronos read alike: <c>*</c>, <c>a</c>, <c>a-b</c>, <c>a/n</c>,
/// <c>*/n</c>, <c>a-b/n</c>, lists of these, names of months and weekdays, and <c>@daily</c> and the like.
/// </remarks>
internal static class CronParser
{
    /// <summary>The longest text that is read, so that no input costs more than some microseconds.</summary>
    public const int MaxLength = 1024;

    private const int TooHigh = 100;   // any number above the maximum of every field

    private const ulong Sunday = 1 << 0;
    private const ulong SundayToo = 1 << 7;
    private const ulong SundayPerhaps = 1UL << 63;   // some programs read a/n as a-7/n, others as a-6/n

    public static readonly (string Name, string Meaning)[] Macros =
    [
        ("@yearly", "0 0 1 1 *"), ("@annually", "0 0 1 1 *"), ("@monthly", "0 0 1 * *"), ("@weekly", "0 0 * * 0"),
        ("@daily", "0 0 * * *"), ("@midnight", "0 0 * * *"), ("@hourly", "0 * * * *"),
    ];

    /// <summary>What is wrong with a text, its tabs made blanks; null if it is an expression of the dialect.</summary>
    public static CronFault? Read(string text, out CronFields fields)
    {
        fields = default;
        if (text.Length > MaxLength)
            return new(text, $"at most {MaxLength} characters are allowed, found {text.Length}");
        if (text.AsSpan().IndexOfAnyExceptInRange(' ', '~') is >= 0 and var stray)
        {
            var found = Excerpt.CodePoint(text.AsSpan(stray), out _);
            return new(text, $"only printable ASCII characters and tabs are allowed, found {found}", stray);
        }

        var read = text.AsSpan();
        if (read.Trim(' ') is ['@', ..] and var macro && (read = MeaningOf(macro.ToString())).IsEmpty)
            return new(text, $"'{Excerpt.Of(macro)}' is not supported", text.IndexOf('@'));

        Span<Range> words = stackalloc Range[CronField.All.Length + 1];   // one to spare, for what is too much
        if (read.Split(words, ' ', StringSplitOptions.RemoveEmptyEntries) != CronField.All.Length)
        {
            var names = string.Join(' ', CronField.All.Select(static field => field.Name));
            var count = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
            return new(text, $"five fields are needed ({names}), found {count}");
        }

        Span<ulong> bits = stackalloc ulong[CronField.All.Length];
        for (var i = 0; i < bits.Length; i++)
        {
            var word = read[words[i]];
            bits[i] = Field(word, CronField.All[i], out var bad);
            if (bits[i] != 0) continue;
            return Fault(text, words[i].Start.Value + bad.Start.Value, CronField.All[i], word[bad].ToString());
        }

        fields = new(
            bits[0], (uint)bits[1], (uint)bits[2], (uint)bits[3], (uint)bits[4],
            IsPeriodic: read[words[0].Start..words[1].End].ContainsAny("*-/"),
            EitherDaySuffices: read[words[2].Start] is not ('*' or '?') && read[words[4].Start] is not ('*' or '?'));
        return null;
    }

    /// <summary>The values of one item of a list; none if it cannot be read.</summary>
    public static ulong Item(ReadOnlySpan<char> item, CronField field)
    {
        var slash = item.IndexOf('/');
        var step = slash < 0 ? 1 : Number(item[(slash + 1)..]);
        var (low, high) = Ends(slash < 0 ? item : item[..slash], field);
        var isOpen = slash >= 0 && low == high && !item.Contains('-');
        if (isOpen) high = field.Last;
        if (low < field.First || high > field.Last || low > high || step < 1 || step > field.Last) return 0;

        var bits = step == 1 ? (2UL << high) - (1UL << low) : 0;   // a star is worth no loop
        for (var value = low; step > 1 && value <= high; value += step) bits |= 1UL << value;
        if (!field.IsDayOfWeek || (bits & SundayToo) == 0) return bits;
        return (bits ^ SundayToo) | (isOpen && low < high ? SundayPerhaps : Sunday);
    }

    /// <summary>The ends of a range, which are the same for a single value; -1 for one that cannot be read.</summary>
    public static (int Low, int High) Ends(ReadOnlySpan<char> values, CronField field)
    {
        if (values is "*") return (field.First, field.Last);

        var dash = values.IndexOf('-');
        var low = Value(dash < 0 ? values : values[..dash], field);
        if (dash < 0) return (low, low);

        var upper = values[(dash + 1)..];
        var high = Value(upper, field);
        var isSundayName = field.IsDayOfWeek && high == 0 && !char.IsAsciiDigit(upper[0]);
        return (low, isSundayName && low > 0 ? field.Last : high);   // fri-sun
    }

    /// <summary>Nothing but digits; -1 if there is anything else.</summary>
    public static int Number(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text.ContainsAnyExceptInRange('0', '9')) return -1;

        var value = 0;
        foreach (var digit in text) value = Math.Min(value * 10 + digit - '0', TooHigh);
        return value;
    }

    /// <summary>A name or a number; -1 if it is neither.</summary>
    private static int Value(ReadOnlySpan<char> text, CronField field) =>
        Number(text) is >= 0 and var number ? number : field.ValueOf(text);

    /// <summary>The values of a field, a bit for each; none if it cannot be read because of an item.</summary>
    private static ulong Field(ReadOnlySpan<char> text, CronField field, out Range bad)
    {
        bad = default;
        if (text is "?" && field is { Name: "day-of-month" or "day-of-week" }) text = "*";

        ulong bits = 0;
        foreach (var range in text.Split(','))
        {
            var values = Item(text[range], field);
            var isFirstPerhaps = values >= SundayPerhaps && bits < SundayPerhaps;
            if (values == 0 || isFirstPerhaps) bad = text[range].IsEmpty ? Range.All : range;
            if (values == 0) return 0;
            bits |= values;
        }

        return bits < SundayPerhaps ? bits : (bits & Sunday) == 0 ? 0 : bits ^ SundayPerhaps;
    }

    private static CronFault Fault(string text, int position, CronField field, string item)
    {
        var values = item.Split('/')[0];
        var isStep = Item(item, field) == 0 && Item(values, field) != 0;
        var finding = isStep
            ? $"{field.Name} step must be 1-{field.Last}, found '{Excerpt.Of(item.AsSpan(values.Length + 1))}'"
            : $"{field.Name} must be {field.Allowed}, found '{Excerpt.Of(item)}'";
        return new(text, finding, position, field, item);
    }

    /// <summary>The five fields that a macro stands for; null if there is no such macro.</summary>
    private static string? MeaningOf(string macro) =>
        Array.Find(Macros, row => row.Name.Equals(macro, StringComparison.OrdinalIgnoreCase)).Meaning;
}
