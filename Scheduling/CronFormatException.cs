namespace Heartbeat.Scheduling;

/// <summary>An expression that cannot be read: says what was found, what is allowed and what to write.</summary>
#pragma warning disable CA1032 // It is made from an expression, which has all of it to say.
public sealed class CronFormatException : FormatException
#pragma warning restore CA1032
{
    internal CronFormatException(string expression, CronFault fault)
        : base($"Invalid cron expression '{Excerpt.Of(expression)}': {fault.Finding}{CronAdvice.For(fault)}.") =>
        (Expression, Field, Position) = (expression, fault.Field?.Name, fault.Position);

    /// <summary>As written.</summary>
    public string Expression { get; }

    /// <summary>The name of the field at fault; null if it is none of the five.</summary>
    public string? Field { get; }

    /// <summary>The index in <see cref="Expression"/> of what cannot be read; null if it is the whole.</summary>
    public int? Position { get; }
}

/// <summary>The first thing in a text that cannot be read: an item of a field, or something else.</summary>
internal sealed record CronFault(
    string Text, string Finding, int? Position = null, CronField? Field = null, string Item = "")
{
    public string[] Words { get; } = Text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>What stands before the item's first slash.</summary>
    public string Values { get; } = Item.Split('/')[0];

    /// <summary>What stands after the item's first slash.</summary>
    public string Step => Item[Math.Min(Values.Length + 1, Item.Length)..];

    /// <summary>The text with another item in place of this one; null if the fault is in no field.</summary>
    public string? With(string item) =>
        Field is null ? null : Text[..Position!.Value] + item + Text[(Position.Value + Item.Length)..];
}
