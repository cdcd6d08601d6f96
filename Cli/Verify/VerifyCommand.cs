using System.Globalization;
using Heartbeat.Scheduling;

namespace Heartbeat.Cli.Verify;

/// <summary><c>heartbeat verify</c>: tells from logs whether scheduling was alive.</summary>
internal sealed class VerifyCommand(Stream input, TextWriter output, bool hasColours, TimeProvider time)
{
    private static readonly string[] Formats =
    [
        "yyyy-MM-dd", "yyyy-MM-dd HH:mmK", "yyyy-MM-ddTHH:mmK",
        "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK",
    ];

    private readonly List<LogFile> _files = [];
    private readonly LogScanner _logs = new();
    private Bound? _since;
    private Bound? _until;
    private bool _isJson;

    /// <summary>Reads the logs and writes the report.</summary>
    /// <returns>The exit code: 0 if all were alive, 1 if something is missing, 2 if a file can't be read.</returns>
    /// <exception cref="UsageException">An option is unknown, or there is nothing to verify.</exception>
    /// <exception cref="IOException">The report can't be written.</exception>
    public int Run(string[] arguments)
    {
        Parse(new(arguments));
        foreach (var file in _files) Read(file);
        var report = Judge();
        if (_isJson) output.WriteLine(ReportJson.TextOf(report));
        else new TextReport(report, output, hasColours).Write();
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
            else throw Refuse(argument);
        }

        if (_since?.Instant >= _until?.Instant) throw new UsageException("--until must be later than --since.");
        if (_files.Count == 0) _files.Add(new("-"));
    }

    private static UsageException Refuse(string option) =>
        new($"verify has no option '{Excerpt.Of(option)}'; it has --json, --since and --until.");

    /// <summary>Reads an instant, a local date and time, or <c>now</c>.</summary>
    private Bound ReadTime(string option, Queue<string> rest)
    {
        if (!rest.TryDequeue(out var text)) throw new UsageException($"{option} needs a time.");
        if (text == "now") return new(time.GetUtcNow().UtcDateTime, text);
        var (culture, style) = (CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        if (!DateTimeOffset.TryParseExact(text, Formats, culture, style, out var read) || read.Year is < 2 or > 9998)
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
            if (file.Name.Length == 0) throw new InvalidDataException("the name is empty");
            if (Directory.Exists(file.Name)) throw new InvalidDataException("it is a directory");
            // A log may be written to, or moved away, while it is read. The buffer is the scanner's.
            var share = FileShare.ReadWrite | FileShare.Delete;
            using var log = file.Name == "-" ? null
                : new FileStream(file.Name, FileMode.Open, FileAccess.Read, share, bufferSize: 0);
            _logs.Read(log ?? input, file);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException
            or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            file.Problem = PlainFormatter.Escape(exception.Message).TrimEnd('.');
        }
    }

    private Report Judge()
    {
        if (_logs.Processes.Count == 0) throw new UsageException(Nothing());
        var report = new Judge(_files, _since, _until).Report(_logs);
        if (report.Processes.Any(static process => !process.Alive || process.Beats > process.Pending)) return report;
        throw new UsageException("nothing to verify: no beat is old enough to have had its event.");
    }

    private string Nothing()
    {
        var unread = _files.Where(static file => file.Problem is not null)
            .Select(static file => $"cannot read '{PlainFormatter.Escape(file.Name)}': {file.Problem}.").ToList();
        if (unread.Count == _files.Count) return string.Join(' ', unread);
        var damaged = _logs.Damaged > 0 ? $", but {TextReport.Count(_logs.Damaged, "line damaged")}" : "";
        var found = _logs.Unrendered > 0 ? TextReport.Unrendered(_logs.Unrendered)
            : $"{TextReport.NoBeat(_files.Sum(static file => file.Bytes))}{damaged}.";
        return string.Join(' ', [$"nothing to verify: {found}", .. unread]);
    }
}
