using Microsoft.Extensions.Logging;

namespace Heartbeat.Scheduling;

/// <summary>Runs cron, periodic and one-shot entries on the thread pool, each when it is due.</summary>
/// <remarks>
/// <para>One loop waits for the first due time in the queue, dispatches what is due, and waits again. A wake-up is only
/// a hint, since timers fire early and late: re-read the clocks (promise 1, never early). An entry that is due before
/// the next wake-up re-aims the timer; both hold the same lock, so no wake-up is lost (promise 2, prompt).</para>
/// <para>Cron entries and one-shots at an instant follow the wall clock; delays and periods follow elapsed time
/// (promise 5). At least every ten seconds the loop compares the two, and plans cron entries anew after a step
/// (promise 6).</para>
/// <para>Every public member may be called from any thread, within jobs too, before, during and after the run
/// (promise 10). Bad input is refused by the call that brings it (promise 12).</para>
/// </remarks>
public sealed partial class Scheduler : IDisposable
{
    /// <summary>The loop wakes at least this often, to notice that the wall clock was set.</summary>
    private static readonly TimeSpan SafetyInterval = TimeSpan.FromSeconds(10);

    /// <summary>How long running jobs get to finish after the stop.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>At most so many entries are dispatched while the lock is held: a burst blocks no caller.</summary>
    private const int MostAtOnce = 64;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Clocks _clocks;
    private readonly PeriodicTimer _timer;
    private readonly Metrics _metrics;

    // Guarded by _gate; _state and _idle are also read without it.
    private readonly EntryQueue _queue = new();
    private readonly List<Entry> _dispatched = []; // some may have ended: they are removed in bulk
    private readonly Dictionary<Entry, CancellationTokenSource> _stopTokens = [];
    private readonly List<Entry> _dropped = [];
    private readonly Queue<Action> _logs = []; // for the pool: see LogOnPool
    private bool _isLogging;
    private volatile State _state;
    private volatile TaskCompletionSource? _idle;
    private long _sequence;
    private long _started;
    private long _wakeUp = long.MinValue / 2; // in elapsed ticks; nothing is due before the loop has begun
    private long _handed; // runs and log calls handed to the thread pool
    private long _ended; // how many of them have ended, without the lock: a counter apart, against contention

    /// <summary>Makes a scheduler that takes entries at once and runs them from <see cref="RunAsync"/> on.</summary>
    /// <param name="time">The clocks and timers: <see cref="PreciseTimeProvider"/>, or a fake one in tests.</param>
    /// <param name="logger">Where the scheduler logs.</param>
    public Scheduler(TimeProvider time, ILogger<Scheduler> logger)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(logger);
        (_time, _logger, _clocks) = (time, logger, new(time));
        _timer = new(Timeout.InfiniteTimeSpan, new FineTimers(time));
        _metrics = new(() => { lock (_gate) return _queue.Count; }, Running);
        Runner = new(logger, _clocks, _metrics, () => IsStopped, End);
    }

    private enum State { New, Running, Stopped }

    /// <summary>
    /// When the next run starts, by the wall clock: the first due time of all, or the loop's next wake-up if that has
    /// passed; never now. <see langword="null"/> if there is none. With <see cref="WhenIdle"/> it lets a test step from
    /// one due time to the next.
    /// </summary>
    public DateTimeOffset? Next
    {
        get
        {
            lock (_gate)
            {
                var now = _clocks.Read();
                var wait = _queue.WaitFor(now);
                if (wait == Occurrences.Never) return null;
                // At least a tick from now: a test that goes there again and again must get on.
                return now.UtcAt(Math.Max(now.Elapsed + Math.Max(wait, 1), _wakeUp), Clock.Elapsed);
            }
        }
    }

    internal JobRunner Runner { get; }

    private bool IsStopped => _state == State.Stopped;

    /// <summary>Runs the schedule until it is stopped; running jobs then get 5 seconds to finish.</summary>
    /// <param name="stop">Stops the scheduler, as <see cref="Dispose"/> does.</param>
    /// <returns>Whether all jobs have ended; each that has not is named in an ERROR.</returns>
    /// <exception cref="InvalidOperationException">The scheduler has been run before.</exception>
    /// <exception cref="ObjectDisposedException">The scheduler was stopped before it was run.</exception>
    public async Task<bool> RunAsync(CancellationToken stop)
    {
        lock (_gate)
        {
            if (IsStopped) throw new SchedulerStoppedException(this);
            if (_state != State.New) throw new InvalidOperationException("A scheduler runs once: make another one.");
            _state = State.Running;
        }

        using var registration = stop.UnsafeRegister(static scheduler => ((Scheduler)scheduler!).Dispose(), this);
        do Tick();
        while (await _timer.WaitForNextTickAsync(CancellationToken.None).ConfigureAwait(false));
        return await DrainAsync().ConfigureAwait(false);
    }

    /// <summary>Waits until every run that has started has ended.</summary>
    /// <returns>A task that ends once no run is going: never, while there always is one.</returns>
    public Task WhenIdle()
    {
        Task idle;
        lock (_gate) idle = (_idle ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        SignalIdle(); // takes the lock again: the fence between the write of _idle and the read of _ended
        return idle;
    }

    /// <summary>Stops the scheduler without waiting for jobs: no run begins from now on.</summary>
    /// <remarks>If no job is running, the rest of <see cref="RunAsync"/> runs on this thread.</remarks>
    public void Dispose()
    {
        State before;
        lock (_gate)
        {
            (before, _state) = (_state, State.Stopped);
            if (before == State.Stopped) return;
            var now = _clocks.Read();
            foreach (var entry in _queue.Clear())
            {
                var isOverdue = before == State.Running && entry.DueTicks <= now.On(entry.Clock);
                if (isOverdue && entry is RecurringEntry due && TakeOccurrence(due, now)) LogNotRunning(due);
                if (entry.TryMove(EntryState.Idle, EntryState.Ended)) _dropped.Add(entry);
            }

            foreach (var entry in _dispatched)
            {
                if (!entry.TryMove(EntryState.Dispatched, EntryState.Ended)) continue;
                Withdraw(entry);
                _dropped.Add(entry);
            }

            foreach (var entry in _dropped) entry.Release();
        }

        _timer.Dispose();
        if (before != State.New) return; // the drain does the rest
        _dropped.Clear();
        _metrics.Dispose();
    }

    /// <summary>Dispatches all that is due by now.</summary>
    private void Tick()
    {
        bool more;
        do
        {
            lock (_gate) more = _state == State.Running && DispatchDue();
        }
        while (more);
    }

    /// <summary>Reads the clocks, dispatches what is due, up to a limit, and aims the timer at what is next.</summary>
    /// <returns>Whether more may be due.</returns>
    private bool DispatchDue()
    {
        var now = _clocks.Read();
        if (_clocks.NoticeStep(now) is { } step) OnClockStep(step, now);
        if (_dispatched.Count > 2 * CountGoing()) Forget();
        var count = 0;
        for (; count < MostAtOnce && _queue.TryDequeueDue(now, out var entry); count++) Dispatch(entry, now);
        // Twice the interval: Aim alone cuts it, to whole milliseconds, which cost one switch of threads.
        Aim(now.Elapsed + Math.Min(_queue.WaitFor(now), 2 * SafetyInterval.Ticks));
        return count == MostAtOnce;
    }

    /// <summary>Arranges the next wake-up.</summary>
    private void Aim(long due)
    {
        var now = _clocks.ReadElapsed(); // again: to dispatch, and to wait for the lock, takes time
        var ticks = Math.Clamp(due - now, 1, SafetyInterval.Ticks);
        _wakeUp = now + ticks;
        _timer.Period = TimeSpan.FromMilliseconds(ticks); // see FineTimers
    }

    /// <summary>Hands a run to the pool, as a work item of its own: the pool resets the thread after it.</summary>
    private void Dispatch(Entry entry, ClockReading now)
    {
        if (entry is RecurringEntry recurring)
        {
            var runs = TakeOccurrence(recurring, now);
            if (recurring.IsPlanned) _queue.Enqueue(recurring);
            if (!runs) return;
        }

        entry.State = EntryState.Dispatched; // each way out of Idle holds the lock
        _dispatched.Add(entry);
        _started++;
        _handed++;
        ThreadPool.UnsafeQueueUserWorkItem(entry, preferLocal: false);
    }

    /// <summary>Moves a recurring entry on to its next occurrence.</summary>
    /// <returns>Whether the one that is due is to be run: not while the run before it is going (promise 8).</returns>
    private bool TakeOccurrence(RecurringEntry entry, ClockReading now)
    {
        var all = Occurrences.Since(entry.DueTicks, entry.NextAfter, now.On(entry.Clock));
        entry.DueTicks = all.Next;
        if (entry.State == EntryState.Idle)
        {
            entry.Run = all;
            return true;
        }

        LogSkipped(entry, all, now);
        return false;
    }

    /// <summary>A method of its own: what it captures is not allocated for a run that starts.</summary>
    private void LogSkipped(RecurringEntry entry, Occurrences all, ClockReading now)
    {
        var (due, running) = (entry.TimeOf(all.Latest, now), entry.TimeOf(entry.RunDueTicks, now));
        var count = Math.Min(all.Missed, Occurrences.CountLimit) + 1;
        LogOnPool(() => Log.Skipped(_logger, entry.Name, Occurrences.CountText(count), due, running));
        LogOnPool(() => _metrics.Skipped(entry, count));
    }

    /// <summary>Plans cron entries anew, as the wall clock moved.</summary>
    private void OnClockStep(ClockStep step, ClockReading now)
    {
        var by = TimeSpan.FromMilliseconds(Math.Round(step.Drift.Duration().TotalMilliseconds)); // to a millisecond
        var isForward = step.Drift > TimeSpan.Zero;
        var (direction, cause) = isForward
            ? ("forward", "it was set or adjusted, or the machine slept") : ("back", "it was set or adjusted");
        LogOnPool(() => Log.ClockStep(_logger, direction, by, cause));
        if (!step.Repeats) return;
        _queue.Replan(entry =>
        {
            if (!entry.Cron!.IsPeriodic && !step.RepeatsFixedTimes) return;
            entry.DueTicks = Math.Min(entry.DueTicks, entry.NextAfter(now.Utc)); // what is overdue stays due
        });
    }
}
