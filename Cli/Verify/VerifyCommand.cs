using System.Globalization;
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

/// <summary><c>heartbeat verify</c>: tells from logs whether scheduling was alive.</summary>
internal static class VerifyCommand
{
    private static readonly string[] Times = ["yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss.FFFFFFF"];

    /// <summary>A log may be written to, or moved away, while it is read. The buffer is the scanner's.</summary>
    private static readonly FileStreamOptions Reading = new()
    {
        Share = FileShare.ReadWrite | FileShare.Delete,
        Options = FileOptions.SequentialScan,
        BufferSize = 0,
    };

    /// <summary>Reads the logs and writes the report.</summary>
    /// <returns>The exit code: 0 if all were alive, 1 if something is missing, 2 if a file can't be read.</returns>
    /// <exception cref="UsageException">An option is unknown, or there is nothing to verify.</exception>
    /// <exception cref="IOException">The report can't be written.</exception>
    public static int Run(string[] arguments, VerifyConsole console, TimeProvider time)
    {
        var (files, isJson, asked) = Parse(arguments, time);
        var report = Read(files, asked, console, time);
        try
        {
            if (isJson) console.Output.WriteLine(JsonSerializer.Serialize(report, ReportJson.Default.Report));
            else new TextReport(report, console.Output, console.HasColours).Write();
            console.Output.Flush();
        }
        catch (IOException exception)
        {
            throw new IOException($"cannot write the report: {exception.Message}", exception);
        }

        return report.Files.Any(static file => file.Problem is not null) ? 2 : report.Alive ? 0 : 1;
    }

    private static (List<string> Files, bool IsJson, Asked Asked) Parse(string[] arguments, TimeProvider time)
    {
        var (files, isJson, since, until) = (new List<string>(), false, (Bound?)null, (Bound?)null);
        for (var at = 0; at < arguments.Length; at++)
        {
            var argument = arguments[at];
            if (argument == "--")
            {
                files.AddRange(arguments[(at + 1)..]);
                break;
            }

            if (argument == "--json") isJson = true;
            else if (argument is "--since" or "--until" && at + 1 == arguments.Length) throw new UsageException($"{argument} needs a time.");
            else if (argument == "--since") since = ReadTime(argument, arguments[++at], time);
            else if (argument == "--until") until = ReadTime(argument, arguments[++at], time);
            else if (!argument.StartsWith('-') || argument == "-") files.Add(argument);
            else throw new UsageException($"verify has no option '{Excerpt.Of(argument)}'; it has --json, --since and --until.");
        }

        if (since?.Instant >= until?.Instant) throw new UsageException("--until must be later than --since.");
        return (files.Count == 0 ? ["-"] : files, isJson, new(since, until));
    }

    /// <summary>Reads an instant, a local date and time, or <c>now</c>.</summary>
    private static Bound ReadTime(string option, string text, TimeProvider time)
    {
        if (text == "now") return new(time.GetUtcNow().UtcDateTime, text);
        var (culture, styles) = (CultureInfo.InvariantCulture, DateTimeStyles.None);
        var plain = text.Length > 10 && text[10] == 'T' ? $"{text[..10]} {text[11..]}" : text;
        plain = plain.EndsWith('Z') ? plain[..^1] + "+00:00" : plain;
        string[] formats = [.. Times.Select(static format => format + "zzz")];
        if (DateTimeOffset.TryParseExact(plain, formats, culture, styles, out var instant)) return new(instant.UtcDateTime, $"'{text}'");
        if (!DateTimeOffset.TryParseExact(plain, Times, culture, DateTimeStyles.AssumeUniversal, out var local) || local.Year is < 2 or > 9998)
        {
            throw new UsageException($"{option} must be as 2026-11-25T06:00Z, 2026-11-25 07:00 (local time) or now, found '{Excerpt.Of(text)}'.");
        }

        // By the local time, the offset is about right; by the instant that this gives, it is right.
        var zone = time.LocalTimeZone;
        var offset = zone.GetUtcOffset(local - zone.GetUtcOffset(local));
        var sign = offset < TimeSpan.Zero ? '-' : '+';
        return new((local - offset).UtcDateTime, $"'{text}' in local time, UTC{sign}{offset:hh\\:mm}");
    }

    private static Report Read(List<string> names, Asked asked, VerifyConsole console, TimeProvider time)
    {
        var (logs, files, near) = (new LogScanner(), new List<LogFile>(), DateTime.UnixEpoch.Ticks);
        var progress = new Progress(console.ShowsProgress ? console.Errors : TextWriter.Null, time);
        foreach (var name in names)
        {
            files.Add(new(name, near));
            Read(files[^1], logs, console.Input, progress);
            if (files[^1].Lines > 0) near = files[^1].Due.Last;
        }

        progress.Clear();
        if (logs.Processes.Count == 0) throw new UsageException(Nothing(files, logs));
        var report = new Report(files, logs, asked);
        if (report.Processes.Count == 0) throw new UsageException("nothing to verify: all beats are later than --until.");
        if (!report.Processes.All(static process => process.Alive && process.Beats == process.Pending)) return report;
        throw new UsageException("nothing to verify: no beat is old enough to have had its event.");
    }

    private static void Read(LogFile file, LogScanner logs, Stream input, Progress progress)
    {
        try
        {
            if (file.Name.Length == 0) throw new InvalidDataException("the name is empty");
            if (Directory.Exists(file.Name)) throw new InvalidDataException("it is a directory");
            using var log = file.Name == "-" ? null : new FileStream(file.Name, Reading);
            logs.Read(log ?? input, file, progress.Add);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException
            or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            file.Problem = PlainFormatter.Escape(exception.Message).TrimEnd('.');
        }
    }

    /// <summary>Why there is nothing to verify.</summary>
    private static string Nothing(List<LogFile> files, LogScanner logs)
    {
        string[] unread = [.. files.Where(static file => file.Problem is not null).Select(static file => $"cannot read '{file.Name}': {file.Problem}.")];
        if (unread.Length == files.Count) return string.Join(' ', unread);
        var found = $"no line of a heartbeat in {Wording.Count(files.Sum(static file => file.Bytes), "byte")}"
            + (logs.Damaged > 0 ? $", but {Wording.Count(logs.Damaged, "damaged one")}" : "") + ".";
        return string.Join(' ', [$"nothing to verify: {(logs.Unrendered > 0 ? Wording.Unrendered(logs.Unrendered) : found)}", .. unread]);
    }
}
