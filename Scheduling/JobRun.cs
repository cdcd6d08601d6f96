namespace Heartbeat.Scheduling;

/// <summary>What a job is told about the run it is called for.</summary>
/// <param name="Name">The job's name.</param>
/// <param name="Due">
/// When the run was due, by the wall clock: with the offset of the zone for a cron entry, with the one given for an
/// instant, else in UTC.
/// </param>
/// <param name="Lateness">How long after that it started; never negative.</param>
public readonly record struct JobRun(string Name, DateTimeOffset Due, TimeSpan Lateness)
{
    /// <summary>
    /// Cancelled when the scheduler stops while the run is going; the job then gets 5 seconds to finish. Each run has a
    /// token of its own, made when first asked for, so that no callback on it can hide the stop from other jobs.
    /// Ask for it within the run: later it is that of the entry's next one.
    /// </summary>
    public CancellationToken Stopping => Entry?.Scheduler.StopTokenOf(Entry) ?? CancellationToken.None;

    /// <summary>The entry that runs; <see langword="null"/> for a run that a test has made by hand.</summary>
    internal Entry? Entry { get; init; }
}
