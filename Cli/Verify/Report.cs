using System.Text.Json.Serialization;

namespace Heartbeat.Cli.Verify;

/// <summary>One end of the time that was asked about.</summary>
/// <param name="Instant">In UTC.</param>
/// <param name="Meaning">What was given, and how it was read.</param>
internal sealed record Bound(DateTime Instant, string Meaning);

/// <summary>The time that was asked about; without an end, it goes to that of each log.</summary>
internal sealed class Asked(Bound? since, Bound? until)
{
    private const long End = long.MaxValue / TimeSpan.TicksPerMinute;

    private readonly MinuteRange[] _outside =
    [
        new(long.MinValue, since is null ? -1 : ((since.Instant.Ticks + TimeSpan.TicksPerMinute - 1) / TimeSpan.TicksPerMinute) - 1),
        new(until is null ? End : LastBefore(until.Instant.Ticks) + 1, End),
    ];

    public Bound? Since => since;

    public Bound? Until => until;

    /// <summary>The last minute whose beat must be in a log that ends then.</summary>
    public static long LastBefore(long end) => (end - ProcessBeats.Slack) / TimeSpan.TicksPerMinute;

    public long EndOr(long end) => until?.Instant.Ticks ?? end;

    /// <summary>Those of the minutes that were asked about.</summary>
    public Minutes Of(IEnumerable<MinuteRange> minutes) => new(MinuteRange.Minus(minutes, _outside));
}

/// <summary>What is to be said of one file.</summary>
internal sealed record FileReport(string Name, long Bytes, long HeartbeatLines, string? Problem);

/// <summary>What is to be said of the logs: <c>--json</c> shows it as it is, and the text tells nothing that is not in it.</summary>
/// <param name="files">All that were named.</param>
/// <param name="logs">What was read.</param>
/// <param name="asked">The time to judge.</param>
internal sealed class Report(IReadOnlyList<LogFile> files, LogScanner logs, Asked asked)
{
    public bool Alive => Processes.All(static process => process.Alive) && Files.All(static file => file is { Problem: null, HeartbeatLines: > 0 });

    public Bound? Since => asked.Since;

    public Bound? Until => asked.Until;

    public int Instances => Processes.Select(static process => process.Instance).Distinct().Count();

    public int Restarts => Processes.Count(static process => process.RestartOf is not null);

    public long DamagedLines { get; } = logs.Damaged;

    public long UnrenderedLines { get; } = logs.Unrendered;

    public IReadOnlyList<FileReport> Files { get; } = [.. files.Select(static file => new FileReport(file.Name, file.Bytes, file.Lines, file.Problem))];

    public IReadOnlyList<ProcessReport> Processes { get; } = Judge(files, logs.Processes, asked);

    /// <summary>Tells what is missing; processes of which it is much or little come first.</summary>
    private static ProcessReport[] Judge(IReadOnlyList<LogFile> files, IReadOnlyCollection<ProcessBeats> processes, Asked asked)
    {
        var others = files.Where(static file => file.Lines == 0).ToList();
        foreach (var file in others) file.Rebase(processes.Max(static process => process.Due.Last));
        JoinLogs(files, processes);
        var reports = ToInstances(processes).SelectMany((instance, index) => instance.Select((process, at) => new ProcessReport(
            process, asked, index + 1, at == 0 ? null : instance[at - 1], at == instance.Count - 1, process.LogEnd(others))));
        return [.. reports.Where(report => !report.Alive || report.Beats + report.Events > 0)
            .OrderBy(static report => report.Alive).ThenBy(static report => report.First)];
    }

    /// <summary>Files that have beats of one process are parts of one log.</summary>
    private static void JoinLogs(IReadOnlyList<LogFile> files, IEnumerable<ProcessBeats> processes)
    {
        foreach (var file in files) file.Log = [file];
        foreach (var process in processes)
        {
            var log = process.Files[0].Log;
            foreach (var file in process.Files)
            {
                if (file.Log == log) continue;
                log.AddRange(file.Log);
                foreach (var part in file.Log.ToArray()) part.Log = log;
            }
        }
    }

    /// <summary>
    /// Finds out which processes ran side by side, and which one after the other: a process that begins when others have
    /// ended is the restart of the last of those, or rather of the last in its own log.
    /// </summary>
    private static List<List<ProcessBeats>> ToInstances(IEnumerable<ProcessBeats> processes)
    {
        var instances = new List<List<ProcessBeats>>();
        foreach (var process in processes.OrderBy(static process => process.Due.First).ThenBy(static process => process.Node))
        {
            var instance = instances.Where(one => one[^1].Life is var last && last.First < process.Life.First && last.Last <= process.Life.First)
                .MaxBy(one => (one[^1].Files[0].Log == process.Files[0].Log, one[^1].Due.Last));
            if (instance is null) instances.Add([process]);
            else instance.Add(process);
        }

        return instances;
    }
}

/// <summary>Makes JSON of a report without reflection, which the native program does not have.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true,
    GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(Report))]
internal sealed partial class ReportJson : JsonSerializerContext;
