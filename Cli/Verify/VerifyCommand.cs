using System.Buffers;
using System.Text;
using System.Text.Json;
using Heartbeat.Scheduling;

namespace Heartbeat.Cli.Verify;

/// <summary>The terminal, as far as the command needs to know it.</summary>
/// <param name="Input">Read if no files are named.</param>
/// <param name="Output">Where the report goes.</param>
/// <param name="Errors">Where the progress goes.</param>
/// <param name="HasColours">Whether <paramref name="Output"/> shows colours.</param>
/// <param name="ShowsProgress">Whether <paramref name="Errors"/> is watched.</param>
internal sealed record VerifyConsole(Stream Input, TextWriter Output, TextWriter Errors, bool HasColours, bool ShowsProgress);

/// <summary><c>heartbeat verify</c>: tells from a log whether scheduling was alive.</summary>
internal static class VerifyCommand
{
    /// <summary>A log may be written to, or moved away, while it is read. The buffer is the scanner's.</summary>
    private static readonly FileStreamOptions Reading = new()
    {
        Share = FileShare.ReadWrite | FileShare.Delete,
        Options = FileOptions.SequentialScan,
        BufferSize = 0,
    };

    /// <summary>Reads the logs and writes the report.</summary>
    /// <returns>The exit code: 0 if all were alive, 1 if something is missing.</returns>
    /// <exception cref="UsageException">
    /// An option is unknown, a log can't be read, the report can't be written, or there is nothing to verify.
    /// </exception>
    public static int Run(string[] arguments, VerifyConsole console, TimeProvider time)
    {
        var (files, isJson) = Parse(arguments);
        var verdict = Read(files, console, time);
        try
        {
            console.Output.Write(isJson ? Json(verdict) : Text(verdict, console.HasColours));
            console.Output.Flush();
        }
        catch (IOException exception)
        {
            throw new UsageException($"cannot write the report: {exception.Message}");
        }

        return verdict.IsAlive ? 0 : 1;
    }

    private static (List<string> Files, bool IsJson) Parse(string[] arguments)
    {
        var (files, isJson, areOptions) = (new List<string>(), false, true);
        foreach (var argument in arguments)
        {
            if (areOptions && argument == "--") areOptions = false;
            else if (areOptions && argument == "--json") isJson = true;
            else if (!areOptions || !argument.StartsWith('-') || argument == "-") files.Add(argument);
            else throw new UsageException($"verify has no option '{Excerpt.Of(argument)}'; it has --json.");
        }

        return (files, isJson);
    }

    private static Verdict Read(List<string> files, VerifyConsole console, TimeProvider time)
    {
        var history = new BeatHistory();
        var scanner = new LogScanner(history);
        var progress = new Progress(console.ShowsProgress ? console.Errors : TextWriter.Null, time);
        foreach (var file in files.DefaultIfEmpty("-"))
        {
            try
            {
                using var log = file == "-" ? null : new FileStream(file, Reading);
                scanner.Read(log ?? console.Input, progress.Add);
            }
            catch (Exception exception) when (exception
                is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
            {
                progress.Clear();
                throw new UsageException($"cannot read '{Excerpt.Of(file)}': {PlainFormatter.Escape(exception.Message)}");
            }
        }

        progress.Clear();
        var verdict = new Verdict(history, scanner.Damaged);
        if (verdict.IsEmpty) throw new UsageException($"nothing to verify: {Nothing(verdict, progress.Bytes)}.");
        return verdict;
    }

    private static string Nothing(Verdict verdict, long bytes) =>
        verdict.Processes.Count > 0 ? "no beat is old enough to have had its event"
        : $"no line of a heartbeat in {Wording.Count(bytes, "byte")}"
            + (verdict.Damaged > 0 ? $", but {Wording.Count(verdict.Damaged, "damaged one")}" : "");

    private static string Text(Verdict verdict, bool hasColours)
    {
        using var text = new StringWriter();
        TextReport.Write(verdict, new(text, hasColours));
        return text.ToString();
    }

    private static string Json(Verdict verdict)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(bytes, new() { Indented = true });
        JsonReport.Write(verdict, json);
        json.Flush();
        return Encoding.UTF8.GetString(bytes.WrittenSpan) + Environment.NewLine;
    }
}
