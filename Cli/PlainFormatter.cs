using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Heartbeat.Cli;

/// <summary>The plain console line: <c>INFO: message</c>, an exception below it, indented.</summary>
/// <remarks>
/// A message never spans lines and never carries control characters: they are escaped, so that nothing that a job or
/// the environment brings can forge a line or command a terminal. Called on the thread that logs; any thread.
/// </remarks>
internal sealed class PlainFormatter() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "plain";

    /// <summary>
    /// Control characters, line and paragraph separators, and those that turn the direction of writing.
    /// </summary>
    private static readonly SearchValues<char> Unprintable = SearchValues.Create(
    [
        .. Enumerable.Range(0, 0xA0).Select(static code => (char)code).Where(char.IsControl),
        .. "\u2028\u2029\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069",
    ]);

    /// <inheritdoc/>
    public override void Write<TState>(
        in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        // All texts are made before the first is written: one that throws must not leave half a line in the writer.
        var message = Escape(logEntry.Formatter(logEntry.State, logEntry.Exception));
        var exception = logEntry.Exception?.ToString().ReplaceLineEndings("\n").Split('\n') ?? [];

        textWriter.Write(WordOf(logEntry.LogLevel));
        textWriter.Write(": ");
        textWriter.WriteLine(message);
        foreach (var line in exception)
        {
            textWriter.Write("    ");
            textWriter.WriteLine(Escape(line));
        }
    }

    /// <summary>Escapes what could end a line or command a terminal.</summary>
    internal static string Escape(string text)
    {
        if (!text.AsSpan().ContainsAny(Unprintable)) return text;
        var escaped = new StringBuilder(text.Length + 8);
        foreach (var character in text)
        {
            _ = character switch
            {
                '\n' => escaped.Append("\\n"),
                '\r' => escaped.Append("\\r"),
                '\t' => escaped.Append("\\t"),
                _ when Unprintable.Contains(character) =>
                    escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}"),
                _ => escaped.Append(character),
            };
        }

        return escaped.ToString();
    }

    private static string WordOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "TRACE",
        LogLevel.Debug => "DEBUG",
        LogLevel.Information => "INFO",
        LogLevel.Warning => "WARNING",
        LogLevel.Error => "ERROR",
        _ => "CRITICAL",
    };
}
