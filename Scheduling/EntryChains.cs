namespace Heartbeat.Scheduling;

/// <summary>The entries that go by one clock: the first due first, then in the order scheduled.</summary>
/// <remarks>
/// Performance assumption: most entries come in order: many at one instant, or with one and the same delay. So one that
/// is due after the entry queued just before it is linked to that one, and the heap holds the first of each such chain.
/// A million entries due at one instant are queued and taken in constant time each: with a heap of all of them,
/// starting them took three times as long. Not thread-safe: it belongs to the scheduler's lock.
/// </remarks>
internal sealed class EntryChains
{
    private PriorityQueue<Entry, DueKey> _heads = new();

    /// <summary>The last entry queued: the end of a chain, unless it has been taken.</summary>
    private Entry? _newest;

    /// <summary>Entries held.</summary>
    public int Count { get; private set; }

    /// <summary>The first entry; <see langword="null"/> if there is none.</summary>
    public Entry? First => _heads.TryPeek(out var entry, out _) ? entry : null;

    public void Enqueue(Entry entry)
    {
        var follows = _newest is not null && DueKey.Of(_newest).CompareTo(DueKey.Of(entry)) < 0;
        if (follows) _newest!.Next = entry;
        else _heads.Enqueue(entry, DueKey.Of(entry));
        _newest = entry;
        Count++;
    }

    /// <summary>Takes the first entry out.</summary>
    public Entry Dequeue()
    {
        var entry = _heads.Peek();
        if (entry.Next is { } next) _heads.DequeueEnqueue(next, DueKey.Of(next));
        else _heads.Dequeue();
        entry.Next = null;
        if (entry == _newest) _newest = null;
        Count--;
        return entry;
    }

    /// <summary>Takes out every entry that matches.</summary>
    /// <param name="match">Called once for each entry.</param>
    /// <param name="keep">Whether the removed entries are wanted.</param>
    /// <returns>The removed entries, in no order; none unless they are wanted.</returns>
    public List<Entry> RemoveAll(Predicate<Entry> match, bool keep = true)
    {
        List<Entry> removed = [];
        List<(Entry, DueKey)> heads = new(_heads.Count);
        var count = 0;
        foreach (var (first, _) in _heads.UnorderedItems)
        {
            Entry? last = null;
            for (Entry? entry = first, next; entry is not null; entry = next)
            {
                next = entry.Next;
                entry.Next = null;
                if (match(entry))
                {
                    if (keep) removed.Add(entry);
                    continue;
                }

                if (last is null) heads.Add((entry, DueKey.Of(entry)));
                else last.Next = entry;
                last = entry;
                count++;
            }
        }

        (_heads, _newest, Count) = (new(heads), null, count);
        return removed;
    }
}

/// <summary>The place of an entry in its queue. A PriorityQueue alone does not keep the order of equals.</summary>
internal readonly record struct DueKey(long Due, long Sequence) : IComparable<DueKey>
{
    public static DueKey Of(Entry entry) => new(entry.DueTicks, entry.Sequence);

    public int CompareTo(DueKey other) =>
        Due != other.Due ? Due.CompareTo(other.Due) : Sequence.CompareTo(other.Sequence);
}
