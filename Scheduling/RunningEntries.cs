namespace Heartbeat.Scheduling;

/// <summary>The entries whose run has been handed to the pool and may not have ended.</summary>
/// <remarks>
/// A run that ends does not take itself out, which would cost it a lock: those that have ended are forgotten in bulk, at
/// the latest at the scheduler's next idle wake-up. Not thread-safe: it belongs to the scheduler's lock.
/// </remarks>
internal sealed class RunningEntries
{
    private const int SmallestLimit = 1_024;

    private readonly List<Entry> _entries = [];
    private int _limit = SmallestLimit;

    /// <summary>Whether one is still running. Looks for the youngest first, which is the likeliest.</summary>
    public bool Any => _entries.FindLastIndex(static entry => entry.IsRunning) >= 0;

    /// <summary>Those that are still running; one that was started twice while it was ending is there twice.</summary>
    public IReadOnlyList<Entry> Current
    {
        get
        {
            Tidy();
            return _entries;
        }
    }

    public void Add(Entry entry)
    {
        if (_entries.Count >= _limit) Tidy();
        _entries.Add(entry);
    }

    /// <summary>Forgets those that have ended.</summary>
    public void Tidy()
    {
        if (_entries.Count == 0) return;
        _entries.RemoveAll(static entry => !entry.IsRunning);
        _limit = Math.Max(SmallestLimit, 2 * _entries.Count);
        if (_entries.Capacity > 2 * _limit) _entries.Capacity = _limit;
    }
}
