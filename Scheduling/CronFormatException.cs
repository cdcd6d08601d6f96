using System.Globalization;
using System.Text;

namespace Heartbeat.Scheduling;

/// <summary>An expression that cannot be read: says which field, what was found and what is allowed.</summary>
#pragma warning disable CA1032 // It is thrown in one place, which has all of it to say.
internal sealed class CronFormatException(string expression, string fault, string? fieldName = null, int? position = null)
#pragma warning restore CA1032
    : FormatException($"Invalid cron expression '{Printable(expression)}': {fault}.")
{
    private const int MaxPrinted = 64;

    /// <summary>As written.</summary>
    public string Expression => expression;

    /// <summary>The name of the field at fault; null if it is none of the five.</summary>
    public string? Field => fieldName;

    /// <summary>The index in <see cref="Expression"/> of what cannot be read; null if it is the whole.</summary>
    public int? Position => position;

    /// <summary>Cut, and with the code points of whatever does not show or might mislead: <c>&lt;U+00A0&gt;</c>.</summary>
    public static string Printable(ReadOnlySpan<char> text)
    {
        var printable = new StringBuilder();
        foreach (var rune in text[..Math.Min(text.Length, MaxPrinted)].EnumerateRunes())
        {
            if (rune.Value is >= ' ' and <= '~')
                printable.Append((char)rune.Value);
            else
                printable.Append(CultureInfo.InvariantCulture, $"<U+{rune.Value:X4}>");
        }

        return printable.Append(text.Length > MaxPrinted ? "..." : "").ToString();
    }
}
