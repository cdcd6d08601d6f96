using System.Globalization;
using Heartbeat.Scheduling;

namespace Heartbeat.Cli.Verify;

/// <summary><c>heartbeat verify</c>: tells from logs whether scheduling was alive.</summary>
internal sealed class VerifyCommand(Stream input, TextWriter output, bool hasColours, TimeProvider time)
{
    private static readonly string[] Formats = ["yyyy-MM-dd", "yyyy-MM-dd HH:mmK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK"];

    private readonly List<LogFile> _files = [];
    private readonly LogScanner _logs = new();
    private Bound? _since;
    private Bound? _until;
    private bool _isJson;

    /// <summary>Reads the logs and writes the report.</summary>
    /// <returns>The exit code: 0 if all were alive, 1 if something is missing, 2 if a file can't be read.</returns>
    /// <exception cref="UsageException">An option is unknown, or there is nothing to verify.</exception>
    public int Run(string[] arguments)
    {
        Parse(new(arguments));
        foreach (var file in _files) Read(file);
        var report = new Judge(_files, _since, _until).Report(_logs);
        if (report.Processes.All(static process => process.Alive && process.Beats <= process.Pending))
        {
            var flaws = report.Flaws.DefaultIfEmpty("no beat is old enough to have had its event");
            throw new UsageException($"nothing to verify: {string.Join("; ", flaws)}.");
        }

        IEnumerable<string> lines = _isJson ? [ReportJson.TextOf(report)] : new TextReport(report, hasColours).Lines();
        foreach (var line in lines) output.WriteLine(line);
        output.Flush();
        return report.Files.Exists(static file => file.Problem is not null) ? 2 : report.Alive ? 0 : 1;
    }

    private void Parse(Queue<string> arguments)
    {
        var areOptions = true;
        while (arguments.TryDequeue(out var argument))
        {
            if (!areOptions || argument == "-" || !argument.StartsWith('-')) _files.Add(new(argument));
            else if (argument == "--") areOptions = false;
            else if (argument == "--json") _isJson = true;
            else if (argument == "--since") _since = ReadTime(argument, arguments);
            else if (argument == "--until") _until = ReadTime(argument, arguments);
            else throw new UsageException($"no option '{Excerpt.Of(argument)}': verify has --json, --since, --until.");
        }

        if (_since?.Instant >= _until?.Instant) throw new UsageException("--until must be later than --since.");
        if (_files.Count == 0) _files.Add(new("-"));
    }

    private Bound ReadTime(string option, Queue<string> rest)
    {
        if (!rest.TryDequeue(out var text)) throw new UsageException($"{option} needs a time.");
        if (text == "now") return new(time.GetUtcNow().UtcDateTime, text);
        var (spaced, style) = (text.Replace('T', ' '), DateTimeStyles.AssumeUniversal);
        if (!DateTimeOffset.TryParseExact(spaced, Formats, null, style, out var read) || read.Year is < 2 or > 9998)
        {
            const string Known = "2026-11-25T06:00Z, 2026-11-25 07:00 (local time) or now";
            throw new UsageException($"{option} must be as {Known}, found '{Excerpt.Of(text)}'.");
        }

        // An offset stands after the date.
        if (text.AsSpan(10).ContainsAny("Z+-")) return new(read.UtcDateTime, $"'{text}'");
        // By the local time, the offset is about right; by the instant that this gives, it is right.
        var zone = time.LocalTimeZone;
        var local = new DateTimeOffset(read.DateTime, zone.GetUtcOffset(read - zone.GetUtcOffset(read)));
        return new(local.UtcDateTime, $"'{text}' in local time, UTC{local:zzz}");
    }

    private void Read(LogFile file)
    {
        try
        {
            if (file.Name.Length == 0) throw new IOException("the name is empty");
            if (Directory.Exists(file.Name)) throw new IOException("it is a directory");
            // A log may be written to, or moved away, while it is read. The buffer is the scanner's.
            using var log = file.Name == "-" ? null
                : new FileStream(file.Name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);
            _logs.Read(log ?? input, file);
        }
        catch (Exception exception) when (exception is IOException
            or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            file.Problem = PlainFormatter.Escape(exception.Message).TrimEnd('.');
        }
    }
}
