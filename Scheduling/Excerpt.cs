using System.Buffers;
using System.Globalization;
using System.Text;

namespace Heartbeat.Scheduling;

/// <summary>Shows text from outside in a message, so that it can neither forge a line nor hide what it is.</summary>
internal static class Excerpt
{
    private const int Longest = 64;

    /// <summary>
    /// The first 64 characters, with the code points of all that is not printable ASCII: <c>&lt;U+00A0&gt;</c>. Half a
    /// pair of surrogates shows as it is.
    /// </summary>
    public static string Of(ReadOnlySpan<char> text)
    {
        var excerpt = new StringBuilder();
        for (var rest = text[..Math.Min(text.Length, Longest)]; !rest.IsEmpty;)
        {
            var isWhole = Rune.DecodeFromUtf16(rest, out var rune, out var length) == OperationStatus.Done;
            var code = isWhole ? rune.Value : rest[0];
            if (code is >= ' ' and <= '~') excerpt.Append((char)code);
            else excerpt.Append(CultureInfo.InvariantCulture, $"<U+{code:X4}>");
            rest = rest[length..];
        }

        return excerpt.Append(text.Length > Longest ? "..." : "").ToString();
    }
}
