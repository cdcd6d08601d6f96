using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Heartbeat.Scheduling;

// The entries: how they are scheduled, and what becomes of them.
public sealed partial class Scheduler
{
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
        var due = NextAfter(now.Utc);
        if (due == Occurrences.Never)
        {
            var after = new DateTimeOffset(now.Utc, TimeSpan.Zero);
            var never = cron.NeverBecause;
            var reason = never is null ? $"has no occurrence after {after:O}" : $"never occurs: {never}";
            throw new ArgumentException($"Cron expression '{cron}' of job '{name}' {reason}.", nameof(cron));
        }

        var entry = new RecurringEntry(this, name, Clock.Wall, due, NextAfter, cron, job);
        var first = entry.TimeOf(due);
        Add(entry, now);
        Log.Safely(() => Log.Scheduled(_logger, name, cron, cron.Zone.Id, first));
        if (cron.DayRule is { } rule) Log.Safely(() => Log.DayRule(_logger, name, cron, rule));
        return entry;

        long NextAfter(long utc) => cron.Next(new(utc, TimeSpan.Zero))?.UtcTicks ?? Occurrences.Never;
    }

    /// <summary>Schedules a job in periods of elapsed time: after the first, then on the grid of this call.</summary>
    /// <remarks>As for a cron entry, missed occurrences become one run, and runs do not overlap.</remarks>
    /// <param name="name">The job's name, for the log.</param>
    /// <param name="period">At least a millisecond.</param>
    /// <param name="job">What to run, on the thread pool.</param>
    /// <returns>The handle of the entry.</returns>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The period is too short, or ends after the year 9999.</exception>
    /// <exception cref="ObjectDisposedException">The scheduler has stopped.</exception>
    public Entry ScheduleEvery(string name, TimeSpan period, Func<JobRun, Task> job)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(job);
        var now = _clocks.Read();
        var start = now.Elapsed;
        ThrowIfOutOfRange(period, TimeSpan.FromMilliseconds(1), now, name);
        var entry = new RecurringEntry(this, name, Clock.Elapsed, NextAfter(start), NextAfter, cron: null, job);
        var first = entry.TimeOf(now.UtcAt(entry.DueTicks, Clock.Elapsed));
        Add(entry, now);
        Log.Safely(() => Log.ScheduledEvery(_logger, name, period, first));
        return entry;

        long NextAfter(long elapsed) => elapsed + period.Ticks - ((elapsed - start) % period.Ticks);
    }

    /// <summary>Schedules a job once, after a delay in elapsed time, whatever happens to the wall clock.</summary>
    /// <param name="name">The job's name, for the log.</param>
    /// <param name="delay">Zero: at once.</param>
    /// <param name="argument">What the job is given.</param>
    /// <param name="job">What to run, on the thread pool.</param>
    /// <returns>The handle of the entry.</returns>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The delay is negative, or ends after the year 9999.</exception>
    /// <exception cref="ObjectDisposedException">The scheduler has stopped.</exception>
    public Entry Schedule<T>(string name, TimeSpan delay, T argument, Func<T, JobRun, Task> job)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(job);
        var now = _clocks.Estimate();
        ThrowIfOutOfRange(delay, TimeSpan.Zero, now, name);
        var due = now.Elapsed + delay.Ticks;
        return Add(new OneShot<T>(this, name, Clock.Elapsed, due, TimeSpan.Zero, argument, job), now);
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
        var entry = new OneShot<T>(this, name, Clock.Wall, instant.UtcTicks, instant.Offset, argument, job);
        return Add(entry, _clocks.Read());
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

    internal bool Cancel(Entry entry)
    {
        lock (_gate)
        {
            var isQueued = entry.IsPlanned;
            if (_state == State.Stopped || !entry.TryCancel(out var from)) return false;
            if (isQueued) _queue.OnCancelled();
            if (from == EntryState.Dispatched) Withdraw(entry);
            if (from != EntryState.Begun) entry.Release(); // else when its run has ended
            return true;
        }
    }

    internal DateTimeOffset? DueOf(Entry entry)
    {
        lock (_gate)
        {
            var state = entry.State;
            var isPending = state == EntryState.Dispatched || (state <= EntryState.Begun && entry.IsPlanned);
            if (_state == State.Stopped || !isPending) return null;
            var due = state == EntryState.Dispatched ? entry.RunDueTicks : entry.DueTicks;
            return entry.TimeOf(_clocks.Read().UtcAt(due, entry.Clock));
        }
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "Jobs may hold its token, and it holds nothing.")]
    internal CancellationToken StopTokenOf(Entry entry)
    {
        lock (_gate)
        {
            if (_stopTokens.TryGetValue(entry, out var source)) return source.Token;
            if (_state == State.Stopped || entry.State is not (EntryState.Begun or EntryState.Ending))
            {
                return new(canceled: _state == State.Stopped);
            }

            entry.HasStopToken = true;
            return (_stopTokens[entry] = new()).Token;
        }
    }

    /// <summary>Runs an entry that was dispatched, on the thread pool. The task never fails.</summary>
    internal async Task ExecuteAsync(Entry entry)
    {
        if (!entry.TryMove(EntryState.Dispatched, EntryState.Begun)) return; // withdrawn meanwhile
        await _runner.RunAsync(entry).ConfigureAwait(false);
        if (entry is RecurringEntry || entry.HasStopToken)
        {
            lock (_gate)
            {
                if (entry.HasStopToken) _stopTokens.Remove(entry);
                entry.HasStopToken = false;
                End(entry);
            }
        }
        else
        {
            End(entry);
        }

        OnEnded();
    }

    /// <summary>A recurring entry goes on, all else releases its job. Under the lock, if it recurs.</summary>
    private void End(Entry entry)
    {
        if (entry.IsPlanned && !IsStopped && entry.TryMove(EntryState.Begun, EntryState.Idle)) return;
        entry.State = EntryState.Ended;
        entry.Release();
    }

    /// <summary>Queues an entry, and sees to it that it is dispatched in time.</summary>
    private Entry Add(Entry entry, ClockReading now)
    {
        var due = now.Elapsed + (entry.DueTicks - now.On(entry.Clock));
        lock (_gate)
        {
            if (_state == State.Stopped) throw new SchedulerStoppedException(this);
            entry.Sequence = _sequence++;
            _queue.Enqueue(entry);
            if (due >= _wakeUp) return entry;
            var elapsed = _clocks.ReadElapsed(); // again, as the lock may have been waited for
            if (due > elapsed) Aim(elapsed, due - elapsed);
            else DispatchDue(); // no more than a part of a burst: the loop takes the rest
            return entry;
        }
    }

    private static void ThrowIfOutOfRange(
        TimeSpan delay, TimeSpan least, ClockReading now, string job,
        [CallerArgumentExpression(nameof(delay))] string name = "")
    {
        var longest = TimeSpan.FromTicks(DateTimeOffset.MaxValue.UtcTicks - now.Utc);
        if (delay >= least && delay <= longest) return;
        var allowed = $"from {(least == TimeSpan.Zero ? "zero" : "1 ms")} to {longest:c}";
        throw new ArgumentOutOfRangeException(name, delay, $"The {name} of job '{job}' must be {allowed}.");
    }
}
