using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Heartbeat.Scheduling;

/// <summary>Runs cron entries and one-shots on the thread pool, each when it is due.</summary>
/// <remarks>
/// <para>
/// One loop waits for the first due time in the queue, starts what is due, and waits again. A wait that ends proves
/// nothing, as timers fire early and late: what is due is decided by reading the clocks (promise 1, never early). Work
/// that becomes due before the loop would wake re-aims its wait under the lock under which the loop looks and goes to
/// sleep, so that no wake-up is lost (promise 2, prompt).
/// </para>
/// <para>
/// Cron entries and one-shots at an instant follow the wall clock, delays follow elapsed time (promise 5). At least every
/// ten seconds the loop compares the two and plans cron entries anew if the wall clock was set (promise 6).
/// </para>
/// <para>Every public member may be called from any thread, within jobs too, before, during and after the run (promise 10).</para>
/// </remarks>
internal sealed class Scheduler : IDisposable
{
    /// <summary>The loop wakes at least this often, to notice a clock that was set.</summary>
    private static readonly TimeSpan SafetyInterval = TimeSpan.FromSeconds(10);

    /// <summary>How long running jobs have to end after the stop.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>The lock is let go after so many starts, for those who wait to schedule or cancel.</summary>
    private const int StartsPerLook = 1_024;

    private readonly object _gate = new(); // not a Lock: the alarm waits on it
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Clocks _clocks;
    private readonly Alarm _alarm;
    private readonly JobRunner _runner;
    private readonly Metrics _metrics;

    [SuppressMessage("Usage", "CA2213", Justification = "Jobs that outlive the stop hold its token, and a source without a timer holds nothing.")]
    private readonly CancellationTokenSource _stopping = new();

    // All below is written under _gate; _state and _idle are also read without.
    private readonly EntryQueue _queue = new();
    private readonly RunningEntries _running = new();
    private volatile State _state = State.New;
    private long _sequence;
    private long _started;
    private Action? _notices; // what to log once the lock is let go
    private List<Entry> _dropped = [];
    private volatile TaskCompletionSource? _idle;

    /// <summary>Makes a scheduler that can be given entries at once and runs them from <see cref="RunAsync(CancellationToken)"/> on.</summary>
    public Scheduler(TimeProvider time, ILogger<Scheduler> logger)
    {
        _time = time;
        _logger = logger;
        _clocks = new(time);
        _alarm = new(time, _gate, StartDue);
        _metrics = new(_gate, _queue, _running);
        _runner = new(logger, _clocks, _metrics, _stopping.Token);
    }

    private enum State
    {
        New,
        Running,
        Stopped,
    }

    /// <summary>Schedules a job at each occurrence of a cron expression, in the expression's zone.</summary>
    /// <param name="name">The job's name, for the log.</param>
    /// <param name="cron">When to run.</param>
    /// <param name="job">What to run, on the thread pool.</param>
    /// <returns>The handle of the entry.</returns>
    /// <exception cref="ArgumentException">The name is blank, or the expression has no occurrence.</exception>
    /// <exception cref="ObjectDisposedException">The scheduler has stopped.</exception>
    public Entry Schedule(string name, CronExpression cron, Func<JobRun, Task> job)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(cron);
        ArgumentNullException.ThrowIfNull(job);
        var now = _clocks.Read();
        var entry = new CronEntry(this, name, cron, job);
        if (!entry.Plan(cron.Next(now.UtcTime)))
        {
            throw new ArgumentException($"Cron expression '{cron}' of job '{name}' has no occurrence after {now.UtcTime:O}.", nameof(cron));
        }

        var due = now.TimeOf(entry.DueTicks, entry);
        Add(entry, now);
        Log.Safely(() => Log.Scheduled(_logger, name, cron, cron.Zone.Id, due));
        if (cron.EitherDaySuffices) Log.Safely(() => Log.EitherDaySuffices(_logger, name, cron));
        return entry;
    }

    /// <summary>Schedules a job once, after a delay in elapsed time, whatever happens to the wall clock.</summary>
    /// <param name="name">The job's name, for the log.</param>
    /// <param name="delay">Zero: at once.</param>
    /// <param name="argument">What the job is given.</param>
    /// <param name="job">What to run, on the thread pool.</param>
    /// <returns>The handle of the entry.</returns>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The delay is negative, or ends after <see cref="DateTimeOffset.MaxValue"/>.</exception>
    /// <exception cref="ObjectDisposedException">The scheduler has stopped.</exception>
    public Entry Schedule<T>(string name, TimeSpan delay, T argument, Func<T, JobRun, Task> job)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(job);
        var now = _clocks.Read();
        if (delay < TimeSpan.Zero || delay.Ticks > DateTimeOffset.MaxValue.UtcTicks - now.Utc)
        {
            throw new ArgumentOutOfRangeException(
                nameof(delay), delay, $"The delay of job '{name}' must be from zero to {DateTimeOffset.MaxValue - now.UtcTime:c}.");
        }

        return Add(new OneShot<T>(this, name, Clock.Elapsed, argument, job) { DueTicks = now.Elapsed + delay.Ticks }, now);
    }

    /// <summary>Schedules a job once, at an instant of the wall clock: at once if it has passed.</summary>
    /// <inheritdoc cref="Schedule{T}(string, TimeSpan, T, Func{T, JobRun, Task})"/>
    /// <param name="name">The job's name, for the log.</param>
    /// <param name="instant">Any offset. <see cref="DateTimeOffset.MaxValue"/> never comes.</param>
    /// <param name="argument">What the job is given.</param>
    /// <param name="job">What to run, on the thread pool.</param>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    /// <exception cref="ObjectDisposedException">The scheduler has stopped.</exception>
    public Entry Schedule<T>(string name, DateTimeOffset instant, T argument, Func<T, JobRun, Task> job)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(job);
        return Add(new OneShot<T>(this, name, Clock.Wall, argument, job) { DueTicks = instant.UtcTicks }, _clocks.Read());
    }

    /// <inheritdoc cref="Schedule{T}(string, TimeSpan, T, Func{T, JobRun, Task})"/>
    public Entry Schedule(string name, TimeSpan delay, Func<JobRun, Task> job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return Schedule(name, delay, job, static (job, run) => job(run));
    }

    /// <inheritdoc cref="Schedule{T}(string, DateTimeOffset, T, Func{T, JobRun, Task})"/>
    public Entry Schedule(string name, DateTimeOffset instant, Func<JobRun, Task> job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return Schedule(name, instant, job, static (job, run) => job(run));
    }

    /// <summary>Runs the schedule until it is stopped; running jobs then have 5 seconds to end.</summary>
    /// <param name="stop">Stops the scheduler, as <see cref="Dispose"/> does.</param>
    /// <returns>Whether all jobs have ended; each that has not is named in an ERROR.</returns>
    /// <exception cref="InvalidOperationException">The scheduler has been run before.</exception>
    /// <exception cref="ObjectDisposedException">The scheduler was stopped before it was run.</exception>
    public async Task<bool> RunAsync(CancellationToken stop)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_state == State.Stopped, this);
            if (_state != State.New) throw new InvalidOperationException("A scheduler runs once: make another one.");
            _state = State.Running;
        }

        using var registration = stop.UnsafeRegister(static scheduler => ((Scheduler)scheduler!).Dispose(), this);
        if (_alarm.WaitsOnLock)
        {
            await Task.Factory.StartNew(StartDue, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                .ConfigureAwait(false);
        }
        else
        {
            do StartDue();
            while (await _alarm.WaitAsync().ConfigureAwait(false));
        }

        return await DrainAsync().ConfigureAwait(false);
    }

    /// <summary>Stops the scheduler without waiting: no run starts from now on, and what is pending is dropped.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_state == State.Stopped) return;
            if (_state == State.New) _metrics.Dispose(); // else the drain does, which still measures
            _state = State.Stopped;
            _dropped = _queue.Clear();
            foreach (var entry in _dropped) entry.Status = EntryStatus.Dropped;
            Monitor.Pulse(_gate);
        }

        _alarm.Dispose();
    }

    /// <summary>A task that ends when no run is going and none has been asked for at once.</summary>
    internal Task WhenIdle()
    {
        Task idle;
        lock (_gate) idle = (_idle ??= new()).Task;
        SignalIdle();
        return idle;
    }

    internal bool Cancel(Entry entry)
    {
        lock (_gate)
        {
            if (entry.Status != EntryStatus.Pending) return false;
            entry.Status = EntryStatus.Cancelled;
            _queue.OnCancelled();
            return true;
        }
    }

    internal DateTimeOffset? DueTime(Entry entry)
    {
        lock (_gate)
        {
            return entry.Status == EntryStatus.Pending ? _clocks.Read().TimeOf(entry.DueTicks, entry) : null;
        }
    }

    internal async Task ExecuteAsync(Entry entry)
    {
        if (MayBegin(entry)) await _runner.RunAsync(entry).ConfigureAwait(false);
        entry.IsRunning = false;
        SignalIdle();
    }

    /// <summary>Whether a run may begin now that it has its thread, for which it may have waited.</summary>
    /// <returns><see langword="false"/> if the scheduler was stopped, or the cron entry cancelled, meanwhile.</returns>
    private bool MayBegin(Entry entry)
    {
        if (_state != State.Stopped && entry.Status != EntryStatus.Cancelled) return true;
        lock (_gate)
        {
            _started--;
            if (entry.Status == EntryStatus.Started) _dropped.Add(entry);
            if (entry.Status != EntryStatus.Cancelled) entry.Status = EntryStatus.Dropped;
        }

        return false;
    }

    private Entry Add(Entry entry, ClockReading now)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_state == State.Stopped, this);
            entry.Sequence = _sequence++;
            _queue.Enqueue(entry);
            if (!_alarm.IsInTimeFor(now.Elapsed + (entry.DueTicks - now.On(entry.Clock))))
            {
                now = _clocks.Read(); // the lock may have been waited for
                _alarm.BringForward(now.Elapsed, entry.DueTicks - now.On(entry.Clock));
            }
        }

        return entry;
    }

    /// <summary>Starts all that is due and sees to it that the next look comes in time: on its own thread, until the stop.</summary>
    private void StartDue()
    {
        bool again;
        do
        {
            Action? notices;
            lock (_gate)
            {
                again = _state == State.Running && Look();
                if (!again) _alarm.IsRaised = false;
                (notices, _notices) = (_notices, null);
            }

            notices?.Invoke();
        }
        while (again);
        SignalIdle();
    }

    /// <summary>Reads the clocks and starts what is due; if nothing is, and nothing is to be said, arranges the next look.</summary>
    /// <returns>Whether to look again at once.</returns>
    private bool Look()
    {
        var now = _clocks.Read();
        if (_clocks.NoticeStep(now) is { Drift.Ticks: not 0 } step) OnClockSet(step, now);

        long wait = 0;
        var taken = 0;
        for (; taken < StartsPerLook && _queue.TryDequeueDue(now, out var entry, out wait); taken++) Start(entry, now);
        if (taken > 0 || _notices is not null) return true;

        _running.Tidy();
        return _alarm.Set(now.Elapsed, Math.Min(wait, SafetyInterval.Ticks));
    }

    private void Start(Entry entry, ClockReading now)
    {
        if (entry is not CronEntry cron) entry.Status = EntryStatus.Started;
        else if (!TakeOccurrence(cron, now)) return;

        entry.IsRunning = true;
        _running.Add(entry);
        _started++;
        ThreadPool.UnsafeQueueUserWorkItem(entry, preferLocal: false);
    }

    /// <summary>Moves a cron entry on to its next occurrence.</summary>
    /// <returns>Whether the one that is due is to be run: not while the run before is going (promise 8).</returns>
    private bool TakeOccurrence(CronEntry entry, ClockReading now)
    {
        var (latest, missed, next) = Occurrences.Since(new(entry.DueTicks, TimeSpan.Zero), entry.Cron, now.UtcTime);
        if (entry.Plan(next)) _queue.Enqueue(entry);

        if (entry.IsRunning)
        {
            OnSkipped(entry, missed + 1, latest, now);
            return false;
        }

        if (missed > 0) OnMissed(entry, missed, latest, now);
        entry.BeginRun(latest);
        return true;
    }

    private void OnMissed(CronEntry entry, int missed, DateTimeOffset latest, ClockReading now)
    {
        var due = now.TimeOf(latest.UtcTicks, entry);
        Notice(() => Log.Missed(_logger, entry.Name, Occurrences.CountText(missed), due));
        Notice(() => _metrics.Missed(entry, missed));
    }

    private void OnSkipped(CronEntry entry, int skipped, DateTimeOffset latest, ClockReading now)
    {
        var due = now.TimeOf(latest.UtcTicks, entry);
        var running = now.TimeOf(entry.RunDueTicks, entry);
        Notice(() => Log.Skipped(_logger, entry.Name, Occurrences.CountText(skipped), due, running));
        Notice(() => _metrics.Skipped(entry, skipped));
    }

    private void OnClockSet(ClockStep step, ClockReading now)
    {
        var by = TimeSpan.FromMilliseconds(Math.Round(step.Drift.Duration().TotalMilliseconds)); // the two readings are not of one instant
        Notice(() => Log.ClockSet(_logger, step.Drift > TimeSpan.Zero ? "forward" : "back", by));
        if (!step.Repeats) return;
        _queue.Replan(entry => !(entry.Cron.IsPeriodic || step.RepeatsFixedTimes) || entry.Plan(entry.Cron.Next(now.UtcTime)));
    }

    private void Notice(Action say) => _notices += () => Log.Safely(say);

    private void SignalIdle()
    {
        if (_idle is null) return;
        TaskCompletionSource? idle;
        lock (_gate)
        {
            if (_alarm.IsRaised || _running.Any) return;
            (idle, _idle) = (_idle, null);
        }

        idle?.SetResult();
    }

    /// <summary>Ends the runs that go on, within <see cref="Grace"/>.</summary>
    private async Task<bool> DrainAsync()
    {
        var cancelling = _stopping.CancelAsync();
        await Task.WhenAll(WhenIdle(), cancelling).WaitAsync(Grace, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        Entry[] outlived, dropped;
        lock (_gate) (outlived, dropped) = ([.. _running.Current.Distinct()], [.. _dropped]);
        foreach (var entry in outlived) Log.Safely(() => Log.Outlived(_logger, entry.Name, Grace.TotalSeconds));
        if (cancelling.Exception is { } exception) Log.Safely(() => Log.StopCallbackFailed(_logger, exception));
        Log.Safely(() => Log.Stopped(_logger, _started, _runner.Failed, Log.DroppedText(dropped, _clocks.Read())));
        _metrics.Dispose();
        return outlived.Length == 0;
    }
}
