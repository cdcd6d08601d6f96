using System.Buffers;
using System.Globalization;
using System.Text;

namespace Heartbeat.Scheduling;

/// <summary>Shows text from outside in a message, so that it can neither forge a line nor hide what it is.</summary>
internal static class Excerpt
{
    private const int Longest = 64;

    /// <summary>The first 64 characters, with the code points of all that is not printable ASCII.</summary>
    public static string Of(ReadOnlySpan<char> text)
    {
        var excerpt = new StringBuilder();
        for (var rest = text[..Math.Min(text.Length, Longest)]; !rest.IsEmpty;)
        {
            var length = 1;
            if (rest[0] is >= ' ' and <= '~') excerpt.Append(rest[0]);
            else excerpt.Append(CodePoint(rest, out length));
            rest = rest[length..];
        }

        return excerpt.Append(text.Length > Longest ? "..." : "").ToString();
    }

    /// <summary>What a text begins with: <c>&lt;U+00A0&gt;</c>. Half a pair of surrogates shows as it is.</summary>
    /// <param name="text">Not empty.</param>
    /// <param name="length">The characters that make it up.</param>
    public static string CodePoint(ReadOnlySpan<char> text, out int length)
    {
        var isWhole = Rune.DecodeFromUtf16(text, out var rune, out length) == OperationStatus.Done;
        return string.Create(CultureInfo.InvariantCulture, $"<U+{(isWhole ? rune.Value : text[0]):X4}>");
    }
}
