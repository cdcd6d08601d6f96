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

/// <summary>Reads an expression from left to right, and says what is wrong with it.</summary>
/// <remarks>
/// Accepts what crontab(5), Kubernetes and Cronos read alike: <c>*</c>, <c>a</c>, <c>a-b</c>, <c>a/n</c>,
/// <c>*/n</c>, <c>a-b/n</c>, lists of these, names of months and weekdays, and <c>@daily</c> and the like. What they
/// read differently is refused.
/// </remarks>
internal ref struct CronParser
{
    private const int MaxLength = 1024;
    private const int FieldCount = 5;
    private const string Blanks = " \t";

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

    private readonly string _written;   // for messages
    private readonly ReadOnlySpan<char> _text;
    private int _at;                    // the next character to read

    private CronParser(string written, ReadOnlySpan<char> text)
    {
        _written = written;
        _text = text;
    }

    /// <exception cref="CronFormatException">The expression is not one of the dialect.</exception>
    public static CronFields Parse(string expression)
    {
        if (expression.Length > MaxLength)
            throw new CronFormatException(expression, $"at most {MaxLength} characters are read, found {expression.Length}");

        var text = expression.AsSpan().TrimEnd(Blanks);
        var body = text.TrimStart(Blanks);
        if (body.StartsWith('@'))
            text = MeaningOf(body, expression);
        else if (body.StartsWith("TZ=", StringComparison.OrdinalIgnoreCase) || body.StartsWith("CRON_TZ=", StringComparison.OrdinalIgnoreCase))
            throw new CronFormatException(expression, "'TZ=' is not read here: the time zone is given beside the expression");

        return new CronParser(expression, text).Fields();
    }

    private static ReadOnlySpan<char> MeaningOf(ReadOnlySpan<char> macro, string expression)
    {
        foreach (var (name, meaning) in Macros)
        {
            if (Ascii.EqualsIgnoreCase(macro, name))
                return meaning;
        }

        string hint =
            macro.StartsWith("@every", StringComparison.OrdinalIgnoreCase) ? "write a step, as in '*/5 * * * *' for every five minutes" :
            macro.StartsWith("@reboot", StringComparison.OrdinalIgnoreCase) ? "schedule a job without delay when the program starts" :
            "known are " + string.Join(' ', Macros.Select(known => known.Name));
        throw new CronFormatException(expression, $"'{CronFormatException.Printable(macro)}' is not read here: {hint}");
    }

    private CronFields Fields()
    {
        RequireFiveFields();
        ulong minutes = Field(CronField.Minute);
        ulong hours = Field(CronField.Hour);
        bool isPeriodic = _text[.._at].ContainsAny("*-/");
        bool anyDay = NextIsStar();
        ulong days = Field(CronField.DayOfMonth);
        ulong months = Field(CronField.Month);
        bool anyWeekday = NextIsStar();
        ulong weekdays = Field(CronField.DayOfWeek);
        weekdays = (weekdays | weekdays >> 7) & 0b111_1111;   // 7 is Sunday too
        return new(minutes, (uint)hours, (uint)days, (uint)months, (uint)weekdays, isPeriodic, !anyDay && !anyWeekday);
    }

    private readonly void RequireFiveFields()
    {
        int count = 0;
        bool inField = false;
        foreach (char c in _text)
        {
            bool isBlank = Blanks.Contains(c, StringComparison.Ordinal);
            if (!isBlank && !inField)
                count++;
            inField = !isBlank;
        }

        if (count != FieldCount)
        {
            throw new CronFormatException(
                _written,
                $"five fields are needed (minute hour day-of-month month day-of-week), found {count}"
                + (count > FieldCount ? "; there are none for seconds and years" : ""));
        }
    }

    private ulong Field(CronField field)
    {
        SkipBlanks();
        if (field.IsDay && Peek() == '?' && PeekEnd(_at + 1))
        {
            _at++;
            return Bits(field.First, field.Last, 1);
        }

        ulong bits = 0;
        do
            bits |= Item(field);
        while (Take(','));
        return bits;
    }

    private ulong Item(CronField field)
    {
        int start = _at;
        int low, high, step = 1;
        bool single = false;
        if (Take('*'))
        {
            (low, high) = (field.First, field.Last);
        }
        else
        {
            low = high = Value(field, start);
            single = !Take('-');
            if (!single)
            {
                int upper = _at;
                high = Value(field, start);
                if (high == 0 && low > 0 && field == CronField.DayOfWeek && !char.IsAsciiDigit(_text[upper]))
                    high = 7;   // fri-sun
            }
        }

        if (Take('/'))
        {
            step = Number();
            if (step < 1 || step > field.Last)
                throw Fault(field, start, $"a step is 1-{field.Last} and begins anew with each {field.Cycle}");
            if (single)
                high = field.Last;
        }

        if (Peek() != ',' && !PeekEnd(_at))
            throw Fault(field, start, HintFor(Peek()));
        if (low > high)
            throw Fault(field, start, "a range must not run backwards, write it as two");
        return Bits(low, high, step);
    }

    private int Value(CronField field, int start)
    {
        int value = Number();
        if (value < 0)
        {
            value = field.ValueOfName(_text[_at..]);
            if (value < 0)
                throw Fault(field, start, HintFor(Peek()));
            _at += CronField.NameLength;
        }

        if (value < field.First || value > field.Last)
            throw Fault(field, start, "");
        return value;
    }

    /// <summary>Reads digits; -1 if there are none.</summary>
    private int Number()
    {
        int value = -1;
        for (; char.IsAsciiDigit(Peek()); _at++)
            value = Math.Min(Math.Max(value, 0) * 10 + (_text[_at] - '0'), MaxLength);
        return value;
    }

    private static ulong Bits(int low, int high, int step)
    {
        if (step == 1)
            return (2UL << high) - (1UL << low);
        ulong bits = 0;
        for (int value = low; value <= high; value += step)
            bits |= 1UL << value;
        return bits;
    }

    private bool NextIsStar()
    {
        SkipBlanks();
        return Peek() is '*' or '?';
    }

    private void SkipBlanks()
    {
        while (Peek() is ' ' or '\t')
            _at++;
    }

    private bool Take(char wanted)
    {
        if (Peek() != wanted)
            return false;
        _at++;
        return true;
    }

    private readonly char Peek() => _at < _text.Length ? _text[_at] : ' ';

    private readonly bool PeekEnd(int at) => at >= _text.Length || _text[at] is ' ' or '\t';

    private static string HintFor(char found) => found switch
    {
        'L' or 'l' => "'L' (last) is not read here: run on each candidate day and let the job look at the date",
        'W' or 'w' => "'W' (nearest weekday) is not read here: run on MON-FRI and let the job look at the date",
        '#' => "'#' (nth weekday) is not read here: run on each such weekday and let the job look at the date",
        'H' or 'h' => "'H' (hash) is not read here: choose a value",
        '~' => "'~' (random) is not read here: choose a value",
        '?' => "'?' is read only alone in a day field: write '*'",
        _ => "",
    };

    private readonly CronFormatException Fault(CronField field, int start, string hint)
    {
        int end = start;
        while (end < _text.Length && !PeekEnd(end) && _text[end] != ',')
            end++;
        string found = CronFormatException.Printable(_text[start..end]);
        string separator = hint.Length == 0 ? "" : "; ";
        return new(_written, $"{field.Name} must be {field.Allowed}, found '{found}'{separator}{hint}", field.Name, start);
    }
}
