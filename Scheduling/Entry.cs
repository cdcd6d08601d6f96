using System.Diagnostics.CodeAnalysis;

namespace Heartbeat.Scheduling;

/// <summary>A scheduled job: the handle that every Schedule call returns.</summary>
/// <remarks>
/// The handle, the node of the queue and the work item of the pool are one object, so a pending one-shot costs little
/// more than its fields (promise 13). Whether a run begins is decided once, by one atomic step of <see cref="State"/>,
/// when the job is about to be called (promise 9). May be used from any thread.
/// </remarks>
public abstract class Entry : IThreadPoolWorkItem
{
    /// <summary>Decides alone what may become of the entry.</summary>
    internal volatile EntryState State;

    private protected Entry(Scheduler scheduler, string name, Clock clock, long due, TimeSpan offset = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        (Scheduler, Name, Clock, DueTicks) = (scheduler, name, clock, due);
        OffsetMinutes = (short)offset.TotalMinutes;
    }

    /// <summary>The job's name, as given.</summary>
    public string Name { get; }

    /// <summary>
    /// When the next run is due, by the wall clock: with the offset of its zone for a cron entry, the given one for an
    /// instant, else in UTC. <see langword="null"/> if no run is to come.
    /// </summary>
    /// <remarks>For a delay or a period it moves along when the wall clock is set.</remarks>
    public DateTimeOffset? Due => Scheduler.DueOf(this);

    /// <summary>Cancels the entry. May be called within its own job, too.</summary>
    /// <returns>
    /// <see langword="true"/>: no run begins from now on, but one that has begun goes on. <see langword="false"/>: none
    /// was left to cancel.
    /// </returns>
    public bool Cancel() => Scheduler.Cancel(this);

    internal Scheduler Scheduler { get; }

    internal Clock Clock { get; }

    /// <summary>The offset of an instant, as given; a short, to stay within 128 bytes (promise 13).</summary>
    private protected short OffsetMinutes { get; }

    /// <summary>When the next run is due, in ticks of <see cref="Clock"/>.</summary>
    internal long DueTicks { get; set; }

    /// <summary>Orders entries with equal due times: the number of the Schedule call.</summary>
    internal long Sequence { get; set; }

    /// <summary>The place in the queue. A PriorityQueue alone does not keep the order of equals.</summary>
    internal (long, long) Key => (DueTicks, Sequence);

    /// <summary>The entry after this one in its chain: see <see cref="EntryChains"/>.</summary>
    internal Entry? Next { get; set; }

    /// <summary>Whether a run was dispatched and has not ended.</summary>
    internal bool IsRunning => State is EntryState.Dispatched or EntryState.Begun or EntryState.Ending;

    /// <summary>Whether the run has asked for its token, which the scheduler then keeps until the run ends.</summary>
    internal bool HasStopToken { get; set; }

    /// <summary>Whether an occurrence waits in the queue, unless the entry was cancelled. Under the lock.</summary>
    internal abstract bool IsPlanned { get; }

    /// <summary>When the run that was dispatched last is or was due, in ticks of <see cref="Clock"/>.</summary>
    internal virtual long RunDueTicks => DueTicks;

    /// <summary>What the wall clock shows at a time of <see cref="Clock"/>, in the offset of this entry.</summary>
    internal abstract DateTimeOffset TimeOf(long ticks, ClockReading now);

    internal abstract Task? InvokeAsync(JobRun run);

    /// <summary>Releases the job and its argument, whoever keeps the handle.</summary>
    internal abstract void Release();

    /// <summary>Moves on to another state, unless the entry is not in the expected one.</summary>
    internal bool TryMove(EntryState from, EntryState to) => Interlocked.CompareExchange(ref State, to, from) == from;

    /// <summary>Cancels the entry if a run is still to come. Under the scheduler's lock.</summary>
    /// <param name="from">Its state before.</param>
    internal bool TryCancel(out EntryState from)
    {
        while (true) // as a run may begin or end meanwhile
        {
            from = State;
            if (from != EntryState.Dispatched && (from > EntryState.Begun || !IsPlanned)) return false;
            if (TryMove(from, from == EntryState.Begun ? EntryState.Ending : EntryState.Ended)) return true;
        }
    }

    [SuppressMessage("Design", "CA1033", Justification = "The thread pool alone calls it.")]
    void IThreadPoolWorkItem.Execute()
    {
        if (TryMove(EntryState.Dispatched, EntryState.Begun)) _ = Scheduler.Runner.RunAsync(this); // else: withdrawn
    }
}

/// <summary>The state of an entry.</summary>
internal enum EntryState : byte
{
    Idle, // in the queue; every way out of this state holds the scheduler's lock
    Dispatched, // handed to the thread pool: a run is about to begin
    Begun, // the job has been called; a recurring entry is idle again when its run has ended
    Ending, // cancelled while its run is going
    Ended, // no run begins any more: it has run, was cancelled, or was dropped by the stop
}

/// <summary>An entry that runs once, with a typed argument.</summary>
internal sealed class OneShot<T>(
    Scheduler scheduler, string name, Clock clock, long due, TimeSpan offset, T argument, Func<T, JobRun, Task> job)
    : Entry(scheduler, name, clock, due, offset)
{
    private T? _argument = argument;
    private Func<T, JobRun, Task>? _job = job ?? throw new ArgumentNullException(nameof(job));

    internal override bool IsPlanned => State == EntryState.Idle;

    internal override DateTimeOffset TimeOf(long ticks, ClockReading now) =>
        now.UtcAt(ticks, Clock).ToOffset(TimeSpan.FromMinutes(OffsetMinutes));

    internal override Task? InvokeAsync(JobRun run) => _job!(_argument!, run);

    internal override void Release() => (_job, _argument) = (null, default);
}

/// <summary>
/// A cron entry or a periodic one: makes up for missed occurrences with one run, and skips those that come due while
/// its run is going.
/// </summary>
internal sealed class RecurringEntry(
    Scheduler scheduler, string name, Clock clock, long due,
    Func<long, long> nextAfter, CronExpression? cron, Func<JobRun, Task> job)
    : Entry(scheduler, name, clock, due)
{
    private Func<JobRun, Task>? _job = job ?? throw new ArgumentNullException(nameof(job));

    /// <summary>The first occurrence later than a time, or <see cref="Occurrences.Never"/>.</summary>
    internal Func<long, long> NextAfter => nextAfter;

    /// <summary>The expression; <see langword="null"/> for a periodic entry.</summary>
    internal CronExpression? Cron => cron;

    /// <summary>The occurrences that the current or most recent run is for.</summary>
    internal Occurrences Run { get; set; }

    internal override bool IsPlanned => DueTicks != Occurrences.Never;

    internal override long RunDueTicks => Run.Latest;

    internal override DateTimeOffset TimeOf(long ticks, ClockReading now) => cron is null
        ? now.UtcAt(ticks, Clock) : TimeZoneInfo.ConvertTime(now.UtcAt(ticks, Clock), cron.Zone);

    internal override Task? InvokeAsync(JobRun run) => _job!(run);

    internal override void Release() => _job = null;
}
