using System.Diagnostics.CodeAnalysis;

namespace Heartbeat.Scheduling;

/// <summary>The priority queue of all entries, cron and one-shot: the longest overdue first, then in the order scheduled.</summary>
/// <remarks>
/// A heap has one order, and the two clocks stop agreeing on it once the wall clock is set: so each clock has its heap,
/// and nothing is ever due by the wrong one. Cancelled entries stay where they are and are removed in bulk when they
/// outnumber the live ones: the queue holds at most twice the live entries, and a cancellation costs constant time on
/// average. Not thread-safe: it belongs to the scheduler's lock.
/// </remarks>
internal sealed class EntryQueue
{
    private readonly PriorityQueue<Entry, Key> _wall = new();
    private readonly PriorityQueue<Entry, Key> _elapsed = new();
    private int _cancelled;

    /// <summary>Entries held, cancelled ones included.</summary>
    public int Held => _wall.Count + _elapsed.Count;

    /// <summary>Entries that wait for their time; cancelled ones do not count.</summary>
    public int Count => Held - _cancelled;

    public void Enqueue(Entry entry) =>
        (entry.Clock == Clock.Wall ? _wall : _elapsed).Enqueue(entry, new(entry.DueTicks, entry.Sequence));

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
        return entry is not null;
    }

    /// <summary>To be called once for each entry that was cancelled while it was in the queue.</summary>
    public void OnCancelled()
    {
        _cancelled++;
        if (_cancelled <= Count) return;
        Rebuild(_wall, IsLive);
        Rebuild(_elapsed, IsLive);
        _cancelled = 0;
    }

    /// <summary>Plans cron entries anew.</summary>
    /// <param name="replan">Sets an entry's new due time and tells whether it has one.</param>
    public void Replan(Predicate<CronEntry> replan) =>
        Rebuild(_wall, entry => entry is not CronEntry { Status: EntryStatus.Pending } cron || replan(cron));

    /// <summary>Empties the queue and gives back what was live in it, in no order.</summary>
    public List<Entry> Clear()
    {
        List<Entry> live = [.. Live()];
        _wall.Clear();
        _elapsed.Clear();
        _cancelled = 0;
        return live;
    }

    /// <summary>The entries that wait for their time, in no order.</summary>
    public IEnumerable<Entry> Live() =>
        _wall.UnorderedItems.Concat(_elapsed.UnorderedItems).Select(static item => item.Element).Where(IsLive);

    /// <summary>How long the first live entry has to wait (negative: overdue), with its place among equals.</summary>
    private Key Head(PriorityQueue<Entry, Key> heap, long now)
    {
        while (heap.TryPeek(out var entry, out var key))
        {
            if (IsLive(entry)) return key with { Due = key.Due - now };
            heap.Dequeue();
            _cancelled--;
        }

        return new(long.MaxValue, long.MaxValue);
    }

    private static bool IsLive(Entry entry) => entry.Status != EntryStatus.Cancelled;

    private static void Rebuild(PriorityQueue<Entry, Key> heap, Predicate<Entry> keep)
    {
        List<(Entry, Key)> kept = [];
        foreach (var (entry, _) in heap.UnorderedItems)
        {
            if (keep(entry)) kept.Add((entry, new(entry.DueTicks, entry.Sequence)));
        }

        heap.Clear();
        heap.EnqueueRange(kept);
        heap.TrimExcess();
    }

    /// <summary>The order of a heap. <see cref="PriorityQueue{TElement,TPriority}"/> alone does not keep that of equals.</summary>
    private readonly record struct Key(long Due, long Sequence) : IComparable<Key>
    {
        public int CompareTo(Key other) =>
            Due != other.Due ? Due.CompareTo(other.Due) : Sequence.CompareTo(other.Sequence);
    }
}
