using System.Diagnostics.CodeAnalysis;

namespace Heartbeat.Scheduling;

/// <summary>The priority queue of all entries, cron and one-shot: the longest overdue first, then in the order scheduled.</summary>
/// <remarks>
/// A heap has one order, and the two clocks stop agreeing on it once the wall clock is set: so each clock has its queue,
/// and nothing is ever due by the wrong one. The place among equals keeps promise 3, in order. Cancelled entries stay where
/// they are and are removed in bulk when they outnumber the live ones (promise 9): a queue at rest holds at most twice the
/// live entries, and a cancellation costs constant time on average. Not thread-safe: it belongs to the scheduler's lock.
/// </remarks>
internal sealed class EntryQueue
{
    private readonly ClockQueue _wall = new();
    private readonly ClockQueue _elapsed = new();
    private int _cancelled;

    /// <summary>Entries held, cancelled ones included.</summary>
    public int Held => _wall.Count + _elapsed.Count;

    /// <summary>Entries that wait for their time; cancelled ones do not count.</summary>
    public int Count => Held - _cancelled;

    /// <summary>The entries that wait for their time, in no order.</summary>
    public IEnumerable<Entry> Live => _wall.All.Concat(_elapsed.All).Where(IsLive);

    public void Enqueue(Entry entry) => (entry.Clock == Clock.Wall ? _wall : _elapsed).Enqueue(entry);

    /// <summary>Takes the first entry that is due, if there is one.</summary>
    /// <param name="now">The reading of both clocks to go by.</param>
    /// <param name="entry">The entry, out of the queue now.</param>
    /// <param name="wait">Ticks until the next one is due, if none is yet; <see cref="long.MaxValue"/> if the queue is empty.</param>
    public bool TryDequeueDue(ClockReading now, [NotNullWhen(true)] out Entry? entry, out long wait)
    {
        var wall = Head(_wall, now.Utc);
        var elapsed = Head(_elapsed, now.Elapsed);
        var wallFirst = wall.CompareTo(elapsed) < 0;
        wait = (wallFirst ? wall : elapsed).Due;
        entry = wait <= 0 ? (wallFirst ? _wall : _elapsed).Dequeue() : null;
        if (entry is null) Compact(); // as live ones have been taken since
        return entry is not null;
    }

    /// <summary>To be called once for each entry that was cancelled while it was in the queue.</summary>
    public void OnCancelled()
    {
        _cancelled++;
        Compact();
    }

    private void Compact()
    {
        if (_cancelled <= Count) return;
        _wall.RemoveAll(static entry => !IsLive(entry));
        _elapsed.RemoveAll(static entry => !IsLive(entry));
        _cancelled = 0;
    }

    /// <summary>Plans cron entries anew.</summary>
    /// <param name="replan">Sets an entry's new due time and tells whether it has one.</param>
    public void Replan(Predicate<CronEntry> replan)
    {
        List<CronEntry> planned = [.. _wall.All.OfType<CronEntry>().Where(IsLive)];
        _wall.RemoveAll(static entry => entry is CronEntry && IsLive(entry));
        foreach (var entry in planned)
        {
            if (replan(entry)) _wall.Enqueue(entry);
        }
    }

    /// <summary>Empties the queue and gives back what was live in it, in no order.</summary>
    public List<Entry> Clear()
    {
        List<Entry> live = [.. Live];
        _wall.RemoveAll(static _ => true);
        _elapsed.RemoveAll(static _ => true);
        _cancelled = 0;
        return live;
    }

    /// <summary>How long the first live entry has to wait (negative: overdue), with its place among equals.</summary>
    private DueKey Head(ClockQueue queue, long now)
    {
        while (queue.First is { } entry)
        {
            if (IsLive(entry)) return DueKey.Of(entry) with { Due = entry.DueTicks - now };
            queue.Dequeue();
            _cancelled--;
        }

        return new(long.MaxValue, long.MaxValue);
    }

    private static bool IsLive(Entry entry) => entry.Status != EntryStatus.Cancelled;
}
