namespace Heartbeat.Scheduling;

/// <summary>An expression that cannot be read: says what was found, what is allowed and what to write.</summary>
#pragma warning disable CA1032 // It is made from an expression, which has all of it to say.
public sealed class CronFormatException : FormatException
#pragma warning restore CA1032
{
    internal CronFormatException(CronFault fault)
        : base($"Invalid cron expression '{Excerpt.Of(fault.Text)}': {fault.Finding}{CronAdvice.For(fault)}.") =>
        (Expression, Field, Position) = (fault.Text, fault.Field?.Name, fault.Position);

    /// <summary>As written.</summary>
    public string Expression { get; }

    /// <summary>The name of the field at fault; null if it is none of the five.</summary>
    public string? Field { get; }

    /// <summary>The index in <see cref="Expression"/> of what cannot be read; null if it is the whole.</summary>
    public int? Position { get; }
}

/// <summary>The first thing in a text that cannot be read.</summary>
/// <param name="Text">As written.</param>
/// <param name="Finding">What is allowed and what was found.</param>
/// <param name="Position">Where it is in the text.</param>
/// <param name="Field">Null if it is none of the five.</param>
/// <param name="Item">The item of a list in this field.</param>
internal sealed record CronFault(
    string Text, string Finding, int? Position = null, CronField? Field = null, string Item = "")
{
    public string[] Words { get; } = Split(Text);

    /// <summary>What stands before the item's first slash.</summary>
    public string Values { get; } = Item.Split('/')[0];

    /// <summary>What stands after the item's first slash.</summary>
    public string Step => Item[Math.Min(Values.Length + 1, Item.Length)..];

    public bool IsReadable => Words.Length > 0 && Text.Length <= CronParser.MaxLength;

    /// <summary>Finds it in a text that is not an expression.</summary>
    public static CronFault In(string text)
    {
        if (text.Length > CronParser.MaxLength)
            return new(text, $"at most {CronParser.MaxLength} characters are allowed, found {text.Length}");
        if (text.AsSpan().IndexOfAnyExcept(CronParser.Readable) is >= 0 and var stray)
        {
            var found = Excerpt.CodePoint(text.AsSpan(stray), out _);
            return new(text, $"only printable ASCII characters and tabs are allowed, found {found}", stray);
        }

        var words = Split(text);
        if (words is [['@', ..], ..])
            return new(text, $"'{Excerpt.Of(text.Trim(CronParser.Blanks))}' is not supported", text.IndexOf('@'));
        if (words.Length != CronField.All.Length)
        {
            var fields = string.Join(' ', CronField.All.Select(static field => field.Name));
            return new(text, $"five fields are needed ({fields}), found {words.Length}");
        }

        var (position, field) = (text.IndexOf(words[0], StringComparison.Ordinal), 0);
        while (CronParser.Field(words[field], CronField.All[field]) != 0)
            position = text.IndexOf(words[field + 1], position + words[field++].Length, StringComparison.Ordinal);
        return In(text, position, words[field], CronField.All[field]);
    }

    /// <summary>The text with another item in place of this one; null if the fault is in no field.</summary>
    public string? With(string item) =>
        Field is null ? null : Text[..Position!.Value] + item + Text[(Position.Value + Item.Length)..];

    private static CronFault In(string text, int position, string word, CronField field)
    {
        var items = word.Split(',');
        var bad = Array.FindIndex(items, item => CronParser.Item(item, field) == 0);
        if (bad < 0) bad = Array.FindIndex(items, item => CronParser.Field(item, field) == 0);   // perhaps Sunday
        var item = items[bad];
        if (item.Length == 0) item = word;
        else position += items.Take(bad).Sum(static earlier => earlier.Length + 1);

        var finding = $"{field.Name} must be {field.Allowed}, found '{Excerpt.Of(item)}'";
        var fault = new CronFault(text, finding, position, field, item);
        return item.Contains('/') && CronParser.Item(item, field) == 0 && CronParser.Item(fault.Values, field) != 0
            ? fault with { Finding = $"{field.Name} step must be 1-{field.Last}, found '{Excerpt.Of(fault.Step)}'" }
            : fault;
    }

    private static string[] Split(string text) => text.Split(CronParser.Blanks, StringSplitOptions.RemoveEmptyEntries);
}
