namespace Heartbeat.Cli.Verify;

/// <summary>Tells what is missing in the time that was asked about, once all logs have been read.</summary>
internal sealed class Judge(List<LogFile> files, Bound? since, Bound? until)
{
    /// <summary>The minutes before and after the time that was asked about.</summary>
    private readonly MinuteSet _outside = new MinuteSet(0, MinuteOf(DateTime.MaxValue.Ticks)).Minus(new(
        MinuteOf((since?.Instant ?? default).Ticks - 1) + 1,
        MinuteOf((until?.Instant ?? DateTime.MaxValue).Ticks - ProcessBeats.Slack)));

    /// <summary>The last process of each instance.</summary>
    private readonly List<ProcessBeats> _ends = [];
    private readonly List<LogFile> _others = files.FindAll(static file => file.HeartbeatLines == 0);

    public Report Report(LogScanner logs)
    {
        foreach (var file in files) file.Log = [file];
        // Files that have beats of one process are parts of one log.
        foreach (var parts in logs.Processes.Values.Select(static process => process.Files))
        {
            var log = parts.SelectMany(static part => part.Log).Distinct().ToList();
            foreach (var file in log) file.Log = log;
        }

        var processes = logs.Processes.Values.OrderBy(static process => (process.First.Due, process.Node)).ToList();
        foreach (var process in processes) Follow(process);
        var last = processes.Select(static process => process.Last.Due).DefaultIfEmpty().Max();
        if (last > 0) _others.ForEach(file => file.Rebase(last));
        ProcessReport[] reports = [.. processes.Select(Report)
            .Where(static report => !report.Alive || report.Beats + report.Events > 0)
            .OrderBy(static report => report.Alive).ThenBy(static report => report.First)];
        return new(since, until, logs.Damaged, logs.Unrendered, files, reports);
    }

    /// <summary>Finds out which process another one is the restart of, if it did not run beside all of them.</summary>
    /// <remarks>It is the last of those that had ended when it began, or rather the last in its own log.</remarks>
    private void Follow(ProcessBeats process)
    {
        process.Before = _ends
            .Where(one => one.Life.First < process.Life.First && one.Life.Last <= process.Life.First)
            .MaxBy(one => (one.Files[0].Log == process.Files[0].Log, one.Last.Due));
        if (process.Before is null) _ends.Add(process);
        else _ends[_ends.IndexOf(process.Before)] = process;
        process.Instance = process.Before?.Instance ?? _ends.Count;
    }

    private ProcessReport Report(ProcessBeats process)
    {
        var (beats, events, (first, last), before) = (process.Beats, process.Events, process.Life, process.Before);
        var isLast = _ends.Contains(process);
        var life = new MinuteSet(first, last);
        var missed = life.Minus(beats).Minus(events);
        var logEnd = Math.Min(process.LogEnd(_others), DateTime.MaxValue.Ticks);
        var end = (until?.Instant.Ticks ?? logEnd) - ProcessBeats.Slack;
        // At its ends a log may have one line of a beat and not the other.
        var edges = new MinuteSet();
        if (events.Count > 0 && events.Ranges[0].From.Ticks <= process.LogStart()) edges.Add(events.Ranges[0].First);
        if (process.Latest.Before > end) edges.Add(MinuteOf(process.Latest.Before));
        if (process.Latest.Last > end) edges.Add(MinuteOf(process.Latest.Last));
        var isFirst = since is not null && process.Instance == 1 && before is null;
        var shown = Asked(life).Ranges.FirstOrDefault(process.Life);
        return new(
            process.Node, process.Kind, process.Instance,
            RestartOf: Asked(first, first).Count > 0 ? before?.Node : null,
            process.Files.Select(static file => file.Name),
            First: shown.From, Last: shown.To, LogEnd: new(logEnd, DateTimeKind.Utc),
            KnownAfterLast: process.Last.Stamp.Form != LogFile.NoTime || !isLast || until is not null,
            Beats: Asked(beats).Count, Events: Asked(events).Count,
            Down: Asked((before?.Life.Last ?? first) + 1, first - 1),
            MissedAtStart: Asked(isFirst ? 0 : first, first - 1),
            Missed: Asked(missed),
            // One line alone is more likely a damaged one than a process that fell silent.
            MissedAtEnd: Asked(last + 1, isLast && process.Lines > 1 ? MinuteOf(end) : last),
            BeatsWithoutEvent: Asked(beats.Minus(events).Minus(edges)),
            EventsWithoutBeat: Asked(events.Minus(beats).Minus(edges)),
            Pending: Asked(edges.Minus(events)).Count, Cut: Asked(edges.Minus(beats)).Count,
            RepeatedLines: process.Lines - beats.Count - events.Count,
            MostLate: new(process.MostLate, DateTimeKind.Utc), Seen: Asked(life.Minus(missed)));
    }

    private MinuteSet Asked(MinuteSet minutes) => minutes.Minus(_outside);
    private MinuteSet Asked(long first, long last) => Asked(new MinuteSet(first, last));
    private static long MinuteOf(long ticks) => ticks / TimeSpan.TicksPerMinute;
}
