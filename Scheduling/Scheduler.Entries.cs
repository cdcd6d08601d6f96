using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Heartbeat.Scheduling;

// Scheduling and cancelling entries.
public sealed partial class Scheduler
{
    /// <summary>Schedules a job at each occurrence of a cron expression, in the expression's zone.</summary>
    /// <param name="name">The job's name, for the log.</param>
    /// <param name="cron">When to run.</param>
    /// <param name="job">What to run, on the thread pool.</param>
    /// <exception cref="ArgumentException">The name is blank, or the expression has no occurrence.</exception>
    /// <exception cref="ObjectDisposedException">The scheduler has stopped.</exception>
    public Entry Schedule(string name, CronExpression cron, Func<JobRun, Task> job)
    {
        ArgumentNullException.ThrowIfNull(cron);
        RecurringEntry entry;
        DateTimeOffset first;
        lock (_gate) // a step of the clock that is noticed from now on plans this entry anew, too
        {
            var now = _clocks.Read();
            entry = new(this, name, Clock.Wall, NextAfter(now.Utc), NextAfter, cron, job);
            if (!entry.IsPlanned)
            {
                var never = cron.NeverBecause is { } reason ? $"never occurs: {reason}"
                    : $"has no occurrence after {new DateTimeOffset(now.Utc, TimeSpan.Zero):O}";
                throw new ArgumentException($"Cron expression '{cron}' of job '{name}' {never}.", nameof(cron));
            }

            first = entry.TimeOf(entry.DueTicks, now);
            Add(entry);
        }

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
    /// <exception cref="ArgumentException">The name is blank.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The period is too short, or ends after the year 9999.</exception>
    /// <exception cref="ObjectDisposedException">The scheduler has stopped.</exception>
    public Entry ScheduleEvery(string name, TimeSpan period, Func<JobRun, Task> job)
    {
        var now = _clocks.Read();
        var start = now.Elapsed;
        ThrowIfOutOfRange(period, TimeSpan.FromMilliseconds(1), now, name);
        var entry = new RecurringEntry(this, name, Clock.Elapsed, NextAfter(start), NextAfter, cron: null, job);
        var first = entry.TimeOf(entry.DueTicks, now);
        Add(entry);
        Log.Safely(() => Log.ScheduledEvery(_logger, name, period, first));
        return entry;

        long NextAfter(long elapsed) => elapsed + period.Ticks - ((elapsed - start) % period.Ticks);
    }

    /// <summary>Schedules a job once, after a delay in elapsed time, whatever happens to the wall clock.</summary>
    /// <param name="name">The job's name, for the log.</param>
    /// <param name="delay">Zero: at once.</param>
    /// <param name="argument">What the job is given.</param>
    /// <param name="job">What to run, on the thread pool.</param>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The delay is negative, or ends after the year 9999.</exception>
    /// <exception cref="ObjectDisposedException">The scheduler has stopped.</exception>
    public Entry Schedule<T>(string name, TimeSpan delay, T argument, Func<T, JobRun, Task> job)
    {
        var now = _clocks.Estimate();
        ThrowIfOutOfRange(delay, TimeSpan.Zero, now, name);
        var due = now.Elapsed + delay.Ticks;
        return Add(new OneShot<T>(this, name, Clock.Elapsed, due, TimeSpan.Zero, argument, job));
    }

    /// <summary>Schedules a job once, at an instant of the wall clock: at once if it has passed.</summary>
    /// <param name="name">The job's name, for the log.</param>
    /// <param name="instant">Any offset. <see cref="DateTimeOffset.MaxValue"/> never comes.</param>
    /// <param name="argument">What the job is given.</param>
    /// <param name="job">What to run, on the thread pool.</param>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    /// <exception cref="ObjectDisposedException">The scheduler has stopped.</exception>
    public Entry Schedule<T>(string name, DateTimeOffset instant, T argument, Func<T, JobRun, Task> job) =>
        Add(new OneShot<T>(this, name, Clock.Wall, instant.UtcTicks, instant.Offset, argument, job));

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
            if (IsStopped || !entry.TryCancel(out var from)) return false;
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
            var isDispatched = state == EntryState.Dispatched;
            var isPending = isDispatched || (state <= EntryState.Begun && entry.IsPlanned);
            if (IsStopped || !isPending) return null;
            return entry.TimeOf(isDispatched ? entry.RunDueTicks : entry.DueTicks, _clocks.Read());
        }
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "Jobs may keep the token; the source has no timer.")]
    internal CancellationToken StopTokenOf(Entry entry)
    {
        lock (_gate)
        {
            if (_stopTokens.TryGetValue(entry, out var source)) return source.Token;
            var isGoing = entry.State is EntryState.Begun or EntryState.Ending;
            if (IsStopped || !isGoing) return new(canceled: IsStopped);
            entry.HasStopToken = true;
            return (_stopTokens[entry] = new()).Token;
        }
    }

    /// <summary>Queues an entry, and dispatches it or re-aims the timer if it is due before the next wake-up.</summary>
    private Entry Add(Entry entry)
    {
        lock (_gate)
        {
            if (IsStopped) throw new SchedulerStoppedException(this);
            entry.Sequence = _sequence++;
            _queue.Enqueue(entry);
            var due = entry.Clock == Clock.Elapsed ? entry.DueTicks : entry.DueTicks - _clocks.Read().Ahead;
            if (due >= _wakeUp) return entry;
            if (due > _clocks.ReadElapsed()) Aim(due);
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
