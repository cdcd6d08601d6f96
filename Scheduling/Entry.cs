namespace Heartbeat.Scheduling;

/// <summary>A cron entry or a one-shot: what every Schedule call returns, and what the queue holds.</summary>
/// <remarks>
/// The handle and the node in the queue are one object, so a pending one-shot costs little more than its fields (promise
/// 13). State is written under the scheduler's lock, but for <see cref="IsRunning"/>.
/// </remarks>
public abstract class Entry
{
    private readonly Scheduler _scheduler;
    private volatile bool _isRunning;

    private protected Entry(Scheduler scheduler, string name, Clock clock) => (_scheduler, Name, Clock) = (scheduler, name, clock);

    /// <summary>The job's name, as given.</summary>
    public string Name { get; }

    /// <summary>When the next run is due; <see langword="null"/> if there is none to come. May be called from any thread.</summary>
    /// <remarks>For a cron entry with the offset of its zone. For a delay it moves along when the wall clock is set.</remarks>
    public DateTimeOffset? Due => _scheduler.DueTime(this);

    /// <summary>Cancels the entry. May be called from any thread, within its own job too.</summary>
    /// <returns>
    /// <see langword="true"/>: no run starts from now on (one that has its thread by now goes on). <see langword="false"/>: there was
    /// none left to cancel; it has started, or was cancelled or dropped before.
    /// </returns>
    public bool Cancel() => _scheduler.Cancel(this);

    internal Clock Clock { get; }

    internal EntryStatus Status { get; set; }

    /// <summary>When the next run is due, in ticks of <see cref="Clock"/>.</summary>
    internal long DueTicks { get; set; }

    /// <summary>The place among entries due at the same time: that of the Schedule call.</summary>
    internal long Sequence { get; set; }

    /// <summary>The entry after this one in its chain: see <see cref="ClockQueue"/>.</summary>
    internal Entry? Next { get; set; }

    /// <summary>Whether a run has been handed to the pool and has not ended. Set under the lock, cleared by the run.</summary>
    internal bool IsRunning
    {
        get => _isRunning;
        set => _isRunning = value;
    }

    /// <summary>When the run that goes on, or that went on last, was due, in ticks of <see cref="Clock"/>.</summary>
    internal virtual long RunDueTicks => DueTicks;

    /// <summary>The zone whose offset the times of this entry are shown with.</summary>
    internal virtual TimeZoneInfo Zone => TimeZoneInfo.Utc;

    /// <summary>Calls the job.</summary>
    internal abstract Task InvokeAsync(JobRun run);

    /// <summary>A time in UTC, with the offset of the entry's zone.</summary>
    /// <param name="utc">In ticks since 0001-01-01T00:00Z.</param>
    internal DateTimeOffset TimeOf(long utc)
    {
        var time = new DateTimeOffset(utc, TimeSpan.Zero);
        return Zone == TimeZoneInfo.Utc ? time : TimeZoneInfo.ConvertTime(time, Zone);
    }
}

/// <summary>What has become of an entry.</summary>
internal enum EntryStatus : byte
{
    /// <summary>In the queue: its next run is to come.</summary>
    Pending,

    /// <summary>Its only run, or its last one, has started.</summary>
    Started,

    /// <summary>Cancelled: no run starts any more.</summary>
    Cancelled,

    /// <summary>Still pending when the scheduler was stopped.</summary>
    Dropped,
}

/// <summary>An entry that runs once, with a typed argument.</summary>
internal sealed class OneShot<T>(Scheduler scheduler, string name, Clock clock, T argument, Func<T, JobRun, Task> job)
    : Entry(scheduler, name, clock)
{
    internal override Task InvokeAsync(JobRun run) => job(argument, run);
}

/// <summary>An entry that runs at each occurrence of a cron expression.</summary>
internal sealed class CronEntry(Scheduler scheduler, string name, CronExpression cron, Func<JobRun, Task> job)
    : Entry(scheduler, name, Clock.Wall)
{
    private long _runDueTicks;

    internal CronExpression Cron => cron;

    internal override TimeZoneInfo Zone => cron.Zone;

    internal override long RunDueTicks => _runDueTicks;

    /// <summary>Sets the occurrence to wait for.</summary>
    /// <returns>Whether there is one; if not, the entry has had its last run.</returns>
    internal bool Plan(DateTimeOffset? next)
    {
        DueTicks = next?.UtcTicks ?? long.MaxValue;
        if (next is null) Status = EntryStatus.Started;
        return next is not null;
    }

    /// <summary>Notes for which occurrence the run that begins now is.</summary>
    internal void BeginRun(DateTimeOffset due) => _runDueTicks = due.UtcTicks;

    internal override Task InvokeAsync(JobRun run) => job(run);
}
