namespace Heartbeat.Scheduling;

/// <summary>The entries that go by one clock: the first due first, then in the order scheduled.</summary>
/// <remarks>
/// Performance assumption: most entries are scheduled in the order of their due times: for one instant, or with one
/// delay. So an entry that is due after the one queued just before it is linked to that one, and the heap holds the
/// head of each such chain. A million entries due at one instant are queued and taken in constant time each: with a
/// heap of all of them, starting them took three times as long. Not thread-safe: it belongs to the scheduler's lock.
/// </remarks>
internal sealed class EntryChains
{
    private PriorityQueue<Entry, (long, long)> _heads = new();

    /// <summary>The last entry queued: the end of a chain, unless it has been taken.</summary>
    private Entry? _newest;

    public int Count { get; private set; }

    public Entry? First => _heads.TryPeek(out var entry, out _) ? entry : null;

    /// <summary>All entries, in no order.</summary>
    public IEnumerable<Entry> All
    {
        get
        {
            foreach (var (head, _) in _heads.UnorderedItems)
            {
                for (var entry = head; entry is not null; entry = entry.Next) yield return entry;
            }
        }
    }

    public void Enqueue(Entry entry)
    {
        if (_newest is not null && _newest.Key.CompareTo(entry.Key) < 0) _newest.Next = entry;
        else _heads.Enqueue(entry, entry.Key);
        _newest = entry;
        Count++;
    }

    /// <summary>Takes the first entry out.</summary>
    public Entry Dequeue()
    {
        var entry = _heads.Peek();
        if (entry.Next is { } next) _heads.DequeueEnqueue(next, next.Key);
        else _heads.Dequeue();
        entry.Next = null;
        if (entry == _newest) _newest = null;
        Count--;
        return entry;
    }

    /// <summary>
    /// Filters each chain, and makes the heap anew at once: to queue the survivors again made a cancellation of a
    /// million cost twice as much.
    /// </summary>
    public void RemoveAll(Predicate<Entry> match)
    {
        List<(Entry, (long, long))> heads = new(_heads.Count);
        Count = 0;
        foreach (var (head, _) in _heads.UnorderedItems)
        {
            Entry? last = null;
            for (Entry? entry = head, next; entry is not null; entry = next)
            {
                next = entry.Next;
                entry.Next = null;
                if (match(entry)) continue;
                if (last is null) heads.Add((entry, entry.Key));
                else last.Next = entry;
                last = entry;
                Count++;
            }
        }

        (_heads, _newest) = (new(heads), null);
    }
}
