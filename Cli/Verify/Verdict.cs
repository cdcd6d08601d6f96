namespace Heartbeat.Cli.Verify;

/// <summary>Processes of which each began after the one before had ended: one machine, and its restarts.</summary>
internal sealed class Succession(int number)
{
    public int Number => number;

    public List<ProcessBeats> Processes { get; } = [];

    /// <summary>The minutes that have a beat.</summary>
    public MinuteSet Minutes { get; } = new();

    /// <summary>The minutes that should have one.</summary>
    public MinuteSet Missing { get; } = new();

    /// <summary>The minutes of beats without an event, or the other way round.</summary>
    public MinuteSet Halves { get; } = new();

    /// <summary>Whether a process began when this one had ended; in its last minute, that is, at the earliest.</summary>
    public bool MayGoOnWith(ProcessBeats process) =>
        Processes[^1].Minutes is var last && last.First < process.Minutes.First && last.Last <= process.Minutes.First;
}

/// <summary>What is to be said about the logs.</summary>
internal sealed class Verdict
{
    private readonly List<Succession> _successions = [];

    /// <summary>Judges what has been read.</summary>
    public Verdict(BeatHistory history, long damaged)
    {
        Damaged = damaged;
        foreach (var process in history.Processes) process.Close();
        Processes = [.. history.Processes.OrderBy(static process => process.First)];
        foreach (var process in Processes) Place(process);
        foreach (var succession in _successions) Finish(succession);
    }

    /// <summary>The processes, in the order of their first beats.</summary>
    public IReadOnlyList<ProcessBeats> Processes { get; }

    /// <summary>More than one if processes ran at the same time.</summary>
    public IReadOnlyList<Succession> Successions => _successions;

    /// <summary>Lines that could not be read.</summary>
    public long Damaged { get; }

    public bool IsAlive => Processes.All(static process => process.IsAlive);

    /// <summary>Whether the log begins with an event whose beat was before it.</summary>
    public bool IsCut => Processes.Any(static process => process.Cut > 0);

    /// <summary>Whether there is nothing to judge: no pair, and nothing that is missing.</summary>
    public bool IsEmpty => IsAlive && Processes.All(static process => process.Beats == process.Pending);

    /// <summary>The instant of the first beat, as <see cref="DateTime.Ticks"/>.</summary>
    public long First => Processes.Min(static process => process.First);

    /// <summary>The instant of the last beat.</summary>
    public long Last => Processes.Max(static process => process.Last);

    /// <summary>Adds up a number of all processes.</summary>
    public long Sum(Func<ProcessBeats, long> number) => Processes.Sum(number);

    /// <summary>Finds out which process this one came after: that which ended last before it.</summary>
    private void Place(ProcessBeats process)
    {
        var succession = _successions.Where(one => one.MayGoOnWith(process)).MaxBy(static one => one.Processes[^1].Last);
        if (succession is null)
        {
            _successions.Add(succession = new(_successions.Count + 1));
        }
        else
        {
            process.Before = succession.Processes[^1];
            process.Down.Add(new MinuteRange(process.Before.Minutes.Last + 1, process.Minutes.First - 1));
        }

        succession.Processes.Add(process);
        process.Succession = succession.Number;
    }

    private static void Finish(Succession succession)
    {
        var last = succession.Processes[^1];
        // One line alone is more likely a damaged one than a process that fell silent.
        var end = (last.LogEnd - BeatHistory.Slack) / TimeSpan.TicksPerMinute;
        if (last.Beats + last.Events > 1) last.Silent.Add(new MinuteRange(last.Minutes.Last + 1, end));
        foreach (var process in succession.Processes)
        {
            succession.Minutes.Add(process.Minutes);
            succession.Missing.Add(process.Missed);
            succession.Missing.Add(process.Down);
            succession.Missing.Add(process.Silent);
            succession.Halves.Add(process.BeatsWithoutEvent);
            succession.Halves.Add(process.EventsWithoutBeat);
        }
    }
}
