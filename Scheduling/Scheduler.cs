using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Heartbeat.Scheduling;

/// <summary>Runs cron entries and one-shots on the thread pool, each when it is due.</summary>
/// <remarks>
/// <para>
/// One loop waits for the first due time in the queue, starts what is due, and waits again. A wait that ends proves
/// nothing, as timers fire early and late: what is due is decided by reading the clocks (promise 1, never early). Work
/// that becomes due before the loop would wake re-aims its wait, under the lock under which the loop looks, so that no
/// wake-up is lost (promise 2, prompt).
/// </para>
/// <para>
/// Cron entries and one-shots at an instant follow the wall clock, delays follow elapsed time (promise 5). At least every
/// ten seconds the loop compares the two and plans cron entries anew if the wall clock was set (promise 6).
/// </para>
/// <para>
/// Every public member may be called from any thread, within jobs too, before, during and after the run (promise 10). What
/// cannot be scheduled is refused by the call that brings it (promise 12). From the stop on nothing begins, and what goes
/// on has 5 seconds to end (promise 11).
/// </para>
/// </remarks>
public sealed class Scheduler : IDisposable
{
    /// <summary>The loop wakes at least this often, to notice a clock that was set.</summary>
    private static readonly TimeSpan SafetyInterval = TimeSpan.FromSeconds(10);

    /// <summary>How long running jobs have to end after the stop.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
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
    private readonly Dispatcher _dispatcher;
    private volatile State _state = State.New;
    private long _sequence;
    private List<Entry> _dropped = [];
    private volatile TaskCompletionSource? _idle;

    /// <summary>Makes a scheduler that can be given entries at once and runs them from <see cref="RunAsync(CancellationToken)"/> on.</summary>
    public Scheduler(TimeProvider time, ILogger<Scheduler> logger)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(logger);
        _time = time;
        _logger = logger;
        _clocks = new(time);
        _alarm = new(time, _clocks, LookAndTell);
        _metrics = new(_gate, _queue, () => _dispatcher?.Running ?? []);
        _dispatcher = new(this, _queue, logger, _metrics);
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
        Add(entry, now.Elapsed + now.WaitFor(entry));
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
        var now = _clocks.ReadElapsed();
        var longest = TimeSpan.FromTicks(DateTimeOffset.MaxValue.UtcTicks - _clocks.UtcAt(now));
        if (delay < TimeSpan.Zero || delay > longest)
        {
            throw new ArgumentOutOfRangeException(nameof(delay), delay, $"The delay of job '{name}' must be from zero to {longest:c}.");
        }

        var due = now + delay.Ticks;
        return Add(new OneShot<T>(this, name, Clock.Elapsed, argument, job) { DueTicks = due }, due);
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
        var entry = new OneShot<T>(this, name, Clock.Wall, argument, job) { DueTicks = instant.UtcTicks };
        var now = _clocks.Read();
        return Add(entry, now.Elapsed + now.WaitFor(entry));
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
        await _alarm.RunAsync().ConfigureAwait(false);
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

    /// <summary>Runs an entry of a batch to its end. The task never fails.</summary>
    internal Task ExecuteAsync(Entry entry)
    {
        if (MayBegin(entry)) return _runner.RunAsync(entry);
        entry.IsRunning = false;
        return Task.CompletedTask;
    }

    /// <summary>All entries of a batch have been run to their end.</summary>
    internal void OnEnded(Batch batch)
    {
        lock (_gate) _dispatcher.OnEnded(batch);
        SignalIdle();
    }

    /// <summary>Goes on with a burst, on a thread of the pool that has a run to begin: what there is to say is left to the loop.</summary>
    internal void StartNextBatch()
    {
        lock (_gate)
        {
            if (_state != State.Running) return;
            Look();
            if (_dispatcher.HasNotices) _alarm.Set(_clocks.ReadElapsed(), 0);
        }
    }

    /// <summary>Whether a run may begin now that it has its thread, for which it may have waited.</summary>
    /// <returns><see langword="false"/> if the scheduler was stopped, or the cron entry cancelled, meanwhile.</returns>
    private bool MayBegin(Entry entry)
    {
        if (_state != State.Stopped && entry.Status != EntryStatus.Cancelled) return true;
        lock (_gate)
        {
            _dispatcher.Withdraw();
            if (entry.Status == EntryStatus.Started) _dropped.Add(entry);
            if (entry.Status != EntryStatus.Cancelled) entry.Status = EntryStatus.Dropped;
        }

        return false;
    }

    /// <summary>Queues an entry and has the loop wake for it.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="due">When it is due, in elapsed ticks.</param>
    private Entry Add(Entry entry, long due)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_state == State.Stopped, this);
            entry.Sequence = _sequence++;
            _queue.Enqueue(entry);
            if (!_alarm.IsInTimeFor(due) && !_dispatcher.IsInBurst)
            {
                var now = _clocks.ReadElapsed();
                _alarm.Set(now, due - now);
            }
        }

        return entry;
    }

    /// <summary>What the loop does each time: looks, and says what there is to say once the lock is let go.</summary>
    private void LookAndTell()
    {
        Action? notices;
        do
        {
            lock (_gate)
            {
                if (_state == State.Running) Look();
                notices = _dispatcher.TakeNotices();
                if (notices is null) _alarm.IsRaised = false;
            }

            notices?.Invoke();
        }
        while (notices is not null); // to say it took time
        SignalIdle();
    }

    /// <summary>Reads the clocks, starts what is due, and arranges the next look.</summary>
    private void Look()
    {
        var now = _clocks.Read();
        if (_clocks.NoticeStep(now) is { Drift.Ticks: not 0 } step) _dispatcher.OnClockSet(step, now);
        var wait = _dispatcher.StartDue(now);
        _alarm.Set(now.Elapsed, Math.Min(wait, SafetyInterval.Ticks));
    }

    private void SignalIdle()
    {
        if (_idle is null) return;
        TaskCompletionSource? idle = null;
        lock (_gate)
        {
            if (!_alarm.IsRaised && _dispatcher.IsIdle) (idle, _idle) = (_idle, null);
        }

        idle?.SetResult();
    }

    /// <summary>Ends the runs that go on, within <see cref="Grace"/>.</summary>
    private async Task<bool> DrainAsync()
    {
        var cancelling = _stopping.CancelAsync();
        await Task.WhenAll(WhenIdle(), cancelling).WaitAsync(Grace, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        Entry[] outlived, dropped;
        long started;
        lock (_gate) (outlived, dropped, started) = ([.. _dispatcher.Running], [.. _dropped], _dispatcher.Started);
        foreach (var entry in outlived) Log.Safely(() => Log.Outlived(_logger, entry.Name, Grace.TotalSeconds));
        if (cancelling.Exception is { } exception) Log.Safely(() => Log.StopCallbackFailed(_logger, exception));
        Log.Safely(() => Log.Stopped(_logger, started, _runner.Failed, Log.DroppedText(dropped, _clocks.Read())));
        _metrics.Dispose();
        return outlived.Length == 0;
    }
}
