namespace Heartbeat.Scheduling;

/// <summary>The entries that go by one clock: the first due first, then in the order scheduled.</summary>
/// <remarks>
/// Most entries come in order: many at one instant, or the same delay time and again. So one that comes after the entry
/// queued just before it is linked to that one, and the heap holds the first of each such chain only: a million entries of
/// one instant are queued and taken in constant time each. Not thread-safe: it belongs to the scheduler's lock.
/// </remarks>
internal sealed class ClockQueue
{
    private PriorityQueue<Entry, DueKey> _chains = new();

    /// <summary>The last entry queued: the end of a chain, unless it has been taken.</summary>
    private Entry? _newest;

    /// <summary>Entries held.</summary>
    public int Count { get; private set; }

    /// <summary>The first entry; <see langword="null"/> if there is none.</summary>
    public Entry? First => _chains.TryPeek(out var entry, out _) ? entry : null;

    /// <summary>The entries, in no order.</summary>
    public IEnumerable<Entry> All
    {
        get
        {
            foreach (var (first, _) in _chains.UnorderedItems)
            {
                for (var entry = first; entry is not null; entry = entry.Next) yield return entry;
            }
        }
    }

    public void Enqueue(Entry entry)
    {
        var follows = _newest is not null && DueKey.Of(_newest).CompareTo(DueKey.Of(entry)) < 0;
        if (follows) _newest!.Next = entry;
        else _chains.Enqueue(entry, DueKey.Of(entry));
        _newest = entry;
        Count++;
    }

    /// <summary>Takes the first entry out.</summary>
    public Entry Dequeue()
    {
        var entry = _chains.Peek();
        if (entry.Next is { } next) _chains.DequeueEnqueue(next, DueKey.Of(next));
        else _chains.Dequeue();
        entry.Next = null;
        if (entry == _newest) _newest = null;
        Count--;
        return entry;
    }

    /// <summary>Takes out every entry that matches.</summary>
    /// <param name="match">Called once for each entry.</param>
    public void RemoveAll(Predicate<Entry> match)
    {
        List<(Entry, DueKey)> chains = new(_chains.Count);
        var count = 0;
        foreach (var (first, _) in _chains.UnorderedItems)
        {
            Entry? last = null;
            for (Entry? entry = first, next; entry is not null; entry = next)
            {
                next = entry.Next;
                entry.Next = null;
                if (match(entry)) continue;
                if (last is null) chains.Add((entry, DueKey.Of(entry)));
                else last.Next = entry;
                last = entry;
                count++;
            }
        }

        (_chains, _newest, Count) = (new(chains), null, count);
    }
}

/// <summary>The place of an entry among those of its clock. <see cref="PriorityQueue{TElement,TPriority}"/> alone does not keep the order of equals.</summary>
internal readonly record struct DueKey(long Due, long Sequence) : IComparable<DueKey>
{
    public static DueKey Of(Entry entry) => new(entry.DueTicks, entry.Sequence);

    public int CompareTo(DueKey other) =>
        Due != other.Due ? Due.CompareTo(other.Due) : Sequence.CompareTo(other.Sequence);
}
