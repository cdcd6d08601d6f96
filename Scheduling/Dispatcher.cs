using Microsoft.Extensions.Logging;

namespace Heartbeat.Scheduling;

/// <summary>Starts what is due: takes it out of the queue and hands it to the thread pool, in batches.</summary>
/// <remarks>
/// Each occurrence of a cron entry is run at most once (promise 3). Those that were missed become one run (promise 4), and
/// those that come while a run goes on none (promise 8). Not thread-safe: it belongs to the scheduler's lock, under which
/// nothing is logged. What there is to say waits in <see cref="TakeNotices"/>.
/// </remarks>
internal sealed class Dispatcher(Scheduler scheduler, EntryQueue queue, ILogger logger, Metrics metrics)
{
    /// <summary>So many are handed to the pool at once: then the lock is let go, and the next are taken when these have been.</summary>
    private const int LargestBatch = 1_024;

    /// <summary>So often, what has been run is let go of though others of its batch go on.</summary>
    private static readonly TimeSpan TidyInterval = TimeSpan.FromSeconds(10);

    private readonly HashSet<Batch> _running = [];
    private readonly List<Entry> _due = []; // empty between calls
    private Batch? _latest;
    private long _tidied;
    private Action? _notices;

    /// <summary>How many runs were started, in all.</summary>
    public long Started { get; private set; }

    /// <summary>Whether more is due than the pool has been given: the pool asks for it.</summary>
    public bool IsInBurst => _latest is { IsBurst: true };

    /// <summary>Whether every run that was started has ended.</summary>
    public bool IsIdle => _running.Count == 0;

    /// <summary>The entries whose run has been started and has not ended.</summary>
    public IEnumerable<Entry> Running => Batch.RunningIn(_running);

    /// <summary>Whether there is something to say.</summary>
    public bool HasNotices => _notices is not null;

    /// <summary>Hands what is due to the thread pool, as much as a batch takes.</summary>
    /// <returns>Ticks until the next look: <see cref="long.MaxValue"/> if nothing is to come, or it is not for the loop.</returns>
    public long StartDue(ClockReading now)
    {
        Tidy(now);
        if (IsInBurst) return long.MaxValue;
        long wait = 0;
        var taken = 0;
        for (; taken < LargestBatch && queue.TryDequeueDue(now, out var entry, out wait); taken++) Start(entry, now);
        if (_due.Count == 0) return wait;
        var next = new Batch(scheduler, [.. _due], isFull: taken == LargestBatch);
        _due.Clear();
        _running.Add(next);
        if (_latest is null) next.Offer();
        else _latest.Precede(next);
        _latest = next;
        return taken == LargestBatch ? long.MaxValue : wait;
    }

    /// <summary>Takes back a run that was started, and does not begin.</summary>
    public void Withdraw() => Started--;

    /// <summary>All runs of a batch have ended.</summary>
    public void OnEnded(Batch batch) => _running.Remove(batch);

    /// <summary>Plans cron entries anew, as the wall clock was set.</summary>
    public void OnClockSet(ClockStep step, ClockReading now)
    {
        var by = TimeSpan.FromMilliseconds(Math.Round(step.Drift.Duration().TotalMilliseconds)); // the two readings are not of one instant
        Notice(() => Log.ClockSet(logger, step.Drift > TimeSpan.Zero ? "forward" : "back", by));
        if (!step.Repeats) return;
        queue.Replan(entry => !(entry.Cron.IsPeriodic || step.RepeatsFixedTimes) || entry.Plan(entry.Cron.Next(now.UtcTime)));
    }

    /// <summary>Gives up what there is to say, which is said without the lock; <see langword="null"/> if there is nothing.</summary>
    public Action? TakeNotices()
    {
        var notices = _notices;
        _notices = null;
        return notices;
    }

    private void Tidy(ClockReading now)
    {
        if (now.Elapsed - _tidied < TidyInterval.Ticks) return;
        foreach (var batch in _running) batch.Tidy();
        _tidied = now.Elapsed;
    }

    private void Start(Entry entry, ClockReading now)
    {
        if (entry is not CronEntry cron) entry.Status = EntryStatus.Started;
        else if (!TakeOccurrence(cron, now)) return;

        entry.IsRunning = true;
        _due.Add(entry);
        Started++;
    }

    /// <summary>Moves a cron entry on to its next occurrence.</summary>
    /// <returns>Whether the one that is due is to be run: not while the run before is going.</returns>
    private bool TakeOccurrence(CronEntry entry, ClockReading now)
    {
        var (latest, missed, next) = Occurrences.Since(new(entry.DueTicks, TimeSpan.Zero), entry.Cron, now.UtcTime);
        if (entry.Plan(next)) queue.Enqueue(entry);

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
        Notice(() => Log.Missed(logger, entry.Name, Occurrences.CountText(missed), due));
        Notice(() => metrics.Missed(entry, missed));
    }

    private void OnSkipped(CronEntry entry, int skipped, DateTimeOffset latest, ClockReading now)
    {
        var due = now.TimeOf(latest.UtcTicks, entry);
        var running = now.TimeOf(entry.RunDueTicks, entry);
        Notice(() => Log.Skipped(logger, entry.Name, Occurrences.CountText(skipped), due, running));
        Notice(() => metrics.Skipped(entry, skipped));
    }

    private void Notice(Action say) => _notices += () => Log.Safely(say);
}
