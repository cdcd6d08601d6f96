namespace Heartbeat.Scheduling;

/// <summary>What a job is told about the run it is called for.</summary>
/// <param name="Name">The job's name.</param>
/// <param name="Due">When the run was due, by the wall clock; for a cron entry with the offset of its zone.</param>
/// <param name="Lateness">How long after that it started; never negative.</param>
/// <param name="Stopping">Cancelled when the scheduler stops. A job then has 5 seconds to end.</param>
public readonly record struct JobRun(string Name, DateTimeOffset Due, TimeSpan Lateness, CancellationToken Stopping);
