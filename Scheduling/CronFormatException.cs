namespace Heartbeat.Scheduling;

/// <summary>An expression that cannot be read: says which field, what was found and what is allowed.</summary>
/// <remarks>All sentences that refuse an expression are here, with what to write instead if there is something.</remarks>
#pragma warning disable CA1032 // It is made by the methods below, which have all of it to say.
public sealed class CronFormatException : FormatException
#pragma warning restore CA1032
{
    private const string LookAtTheDate = "and let the job look at the date";

    private CronFormatException(string expression, string fault, string? field = null, int? position = null)
        : base($"Invalid cron expression '{Excerpt.Of(expression)}': {fault}.") =>
        (Expression, Field, Position) = (expression, field, position);

    /// <summary>As written.</summary>
    public string Expression { get; }

    /// <summary>The name of the field at fault; null if it is none of the five.</summary>
    public string? Field { get; }

    /// <summary>The index in <see cref="Expression"/> of what cannot be read; null if it is the whole.</summary>
    public int? Position { get; }

    internal static CronFormatException TooLong(string expression) =>
        new(expression, $"at most {CronParser.MaxLength} characters are read, found {expression.Length}");

    internal static CronFormatException Unreadable(string expression, int position)
    {
        var found = Excerpt.CodePoint(expression.AsSpan(position), out _);
        return new(expression, $"only printable ASCII characters and tabs are read, found {found}", null, position);
    }

    internal static CronFormatException UnknownMacro(
        string expression, ReadOnlySpan<char> macro, IEnumerable<string> known)
    {
        var hint =
            Begins(macro, "@every") ? "write a step, as in '*/5 * * * *' for every five minutes" :
            Begins(macro, "@reboot") ? "schedule a job without delay when the program starts" :
            "known are " + string.Join(' ', known);
        return new(expression, $"'{Excerpt.Of(macro)}' is not read here: {hint}", null, PositionOf(macro, expression));
    }

    internal static CronFormatException ZoneWithin(string expression, ReadOnlySpan<char> text)
    {
        const string Fault = "'TZ=' is not read here: the time zone is given beside the expression";
        return new(expression, Fault, null, PositionOf(text, expression));
    }

    internal static CronFormatException NotFiveFields(string expression, string blanks)
    {
        const string Fields = "minute hour day-of-month month day-of-week";
        var count = expression.Split(blanks.ToCharArray(), StringSplitOptions.RemoveEmptyEntries).Length;
        var hint = count switch
        {
            6 => "; leave out the seconds or the year",
            7 => "; leave out the seconds and the year",
            _ => "",
        };
        return new(expression, $"five fields are needed ({Fields}), found {count}{hint}");
    }

    internal static CronFormatException BadItem(string expression, CronField field, ReadOnlySpan<char> item) =>
        Refused(expression, field, item, Hint(field, item));

    internal static CronFormatException BadStep(string expression, CronField field, ReadOnlySpan<char> item) =>
        Refused(expression, field, item, $"; a step is 1-{field.Last} and begins anew with each {field.Cycle}");

    internal static CronFormatException Reversed(
        string expression, CronField field, ReadOnlySpan<char> item, int low, int high)
    {
        var instead = item.Contains('/') ? "it as two" : $"'{low}-{field.Last},{field.First}-{high}'";
        return Refused(expression, field, item, $"; a range must not run backwards: write {instead}");
    }

    private static CronFormatException Refused(
        string expression, CronField field, ReadOnlySpan<char> item, string hint)
    {
        var fault = $"{field.Name} must be {field.Allowed}, found '{Excerpt.Of(item)}'{hint}";
        return new(expression, fault, field.Name, PositionOf(item, expression));
    }

    /// <summary>What to write for the notations that other programs read and this one does not.</summary>
    private static string Hint(CronField field, ReadOnlySpan<char> item)
    {
        if (item.Contains('#'))
            return $"; '#' (nth weekday) is not read here: run on each such weekday {LookAtTheDate}";
        if (item.Contains('~')) return "; '~' (random) is not read here: choose a value";
        if (item.Contains('?')) return "; '?' is read only alone in a day field: write '*'";

        var letters = item.Trim("0123456789-/");
        if (letters.Length > 1 && field.ValueOf(letters[..^1]) >= 0) letters = letters[^1..];
        return letters switch
        {
            ['L' or 'l'] or ['L' or 'l', 'W' or 'w'] =>
                $"; 'L' (last) is not read here: run on each candidate day {LookAtTheDate}",
            ['W' or 'w'] => $"; 'W' (nearest weekday) is not read here: run on MON-FRI {LookAtTheDate}",
            ['H' or 'h'] or ['H' or 'h', '(', ..] => "; 'H' (hash) is not read here: choose a value",
            _ => "",
        };
    }

    private static bool Begins(ReadOnlySpan<char> text, string prefix) =>
        text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);

    private static int? PositionOf(ReadOnlySpan<char> part, string expression) =>
        expression.AsSpan().Overlaps(part, out var position) ? position : null;
}
