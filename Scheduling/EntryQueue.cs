using System.Diagnostics.CodeAnalysis;

namespace Heartbeat.Scheduling;

/// <summary>The priority queue of all entries: the longest overdue first, then in the order scheduled.</summary>
/// <remarks>
/// Once the wall clock is set, the two clocks order entries differently, so each has its own heap.
/// Cancelled entries stay where they are and are removed in bulk when they outnumber the live ones (promise 9): a queue
/// at rest holds at most twice the live entries, and a cancellation costs constant time on average. Not thread-safe: it
/// belongs to the scheduler's lock.
/// </remarks>
internal sealed class EntryQueue
{
    private readonly EntryChains _wall = new();
    private readonly EntryChains _elapsed = new();
    private int _cancelled;

    /// <summary>Entries held, cancelled ones included.</summary>
    public int Held => _wall.Count + _elapsed.Count;

    /// <summary>Entries that wait for their time; cancelled ones do not count.</summary>
    public int Count => Held - _cancelled;

    public void Enqueue(Entry entry) => (entry.Clock == Clock.Wall ? _wall : _elapsed).Enqueue(entry);

    /// <summary>Ticks until the first entry is due, negative if overdue, or <see cref="Occurrences.Never"/>.</summary>
    public long WaitFor(ClockReading now) => Math.Min(Head(_wall, now.Utc).Wait, Head(_elapsed, now.Elapsed).Wait);

    /// <summary>Takes the first entry that is due, if there is one.</summary>
    public bool TryDequeueDue(ClockReading now, [NotNullWhen(true)] out Entry? entry)
    {
        var (wall, elapsed) = (Head(_wall, now.Utc), Head(_elapsed, now.Elapsed));
        var first = wall.CompareTo(elapsed) < 0 ? _wall : _elapsed;
        entry = Math.Min(wall.Wait, elapsed.Wait) <= 0 ? first.Dequeue() : null;
        if (entry is null) Compact(); // live ones have been taken since the last cancellation
        return entry is not null;
    }

    /// <summary>To be called once for each entry that was cancelled while it was in the queue.</summary>
    public void OnCancelled()
    {
        _cancelled++;
        Compact();
    }

    /// <summary>Plans cron entries anew.</summary>
    /// <param name="replan">Sets an entry's due time, if it has to be another one.</param>
    public void Replan(Action<RecurringEntry> replan)
    {
        List<RecurringEntry> planned = [.. _wall.All.OfType<RecurringEntry>().Where(IsLive)];
        _wall.RemoveAll(static entry => entry is RecurringEntry && IsLive(entry));
        foreach (var entry in planned)
        {
            replan(entry);
            _wall.Enqueue(entry);
        }
    }

    /// <summary>Empties the queue.</summary>
    /// <returns>The entries that were live in it, in no order.</returns>
    public List<Entry> Clear()
    {
        List<Entry> live = [.. _wall.All.Concat(_elapsed.All).Where(IsLive)];
        RemoveAll(static _ => true);
        return live;
    }

    private void Compact()
    {
        if (_cancelled > Count) RemoveAll(static entry => !IsLive(entry));
    }

    /// <summary>Removes what matches: all that were cancelled are among it.</summary>
    private void RemoveAll(Predicate<Entry> match)
    {
        _wall.RemoveAll(match);
        _elapsed.RemoveAll(match);
        _cancelled = 0;
    }

    /// <summary>How long the first live entry has to wait (negative: overdue), and its place among equals.</summary>
    private (long Wait, long Sequence) Head(EntryChains chains, long now)
    {
        while (chains.First is { } entry)
        {
            if (IsLive(entry)) return (entry.DueTicks - now, entry.Sequence);
            chains.Dequeue();
            _cancelled--;
        }

        return (Occurrences.Never, Occurrences.Never);
    }

    private static bool IsLive(Entry entry) => entry.State < EntryState.Ending;
}
