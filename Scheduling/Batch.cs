namespace Heartbeat.Scheduling;

/// <summary>Entries that came due at one look, taken by threads of the pool one after the other. Any thread.</summary>
/// <remarks>
/// <para>
/// As long as entries are left to be taken, one more thread of the pool is asked for: a job that blocks its thread holds
/// up nobody else, and on an idle machine a few threads take all, at the cost of a few work items.
/// </para>
/// <para>
/// Batches are taken in order, one after the other. Whoever takes the last entry of a full one has the next one made, before
/// running it: of a burst of any size, what the pool is not ready for is still in the queue, to be cancelled or dropped.
/// </para>
/// </remarks>
/// <param name="scheduler">Runs the entries.</param>
/// <param name="entries">In the order to start them; at least one.</param>
/// <param name="isFull">Whether more may be due than a batch takes.</param>
internal sealed class Batch(Scheduler scheduler, Entry[] entries, bool isFull) : IThreadPoolWorkItem
{
    /// <summary>Then a thread goes back to the pool, for what else is to be done there; another one has been asked for.</summary>
    private const int EntriesPerTurn = 16;

    private readonly Entry?[] _entries = entries;
    private int _isOffered;
    private Batch? _next;
    private int _taken;
    private int _left = entries.Length;

    /// <summary>The entries of some batches whose run has not ended, whether it has begun or not.</summary>
    public static IEnumerable<Entry> RunningIn(IEnumerable<Batch> batches) =>
        batches.SelectMany(static batch => batch._entries).OfType<Entry>().Where(static entry => entry.IsRunning).Distinct(); // a cron entry may be in two

    /// <summary>Offers another batch to the pool as soon as all entries of this one have been taken.</summary>
    public void Precede(Batch next)
    {
        Interlocked.Exchange(ref _next, next); // before looking: whoever takes the last entry looks at this afterwards
        if (!HasMore) OfferNext();
    }

    /// <summary>Lets the entries go whose run has ended, since a neighbour may run for ever.</summary>
    public void Tidy()
    {
        foreach (ref var entry in _entries.AsSpan())
        {
            if (entry is { IsRunning: false }) entry = null;
        }
    }

    /// <summary>Whether a look has to wait until all entries have been taken, and is then sure to come.</summary>
    public bool IsBurst => isFull && HasMore;

    private bool HasMore => Volatile.Read(ref _taken) < _entries.Length;

    /// <summary>Asks for one more thread of the pool, unless one has been asked for and has not come yet.</summary>
    public void Offer()
    {
        if (Volatile.Read(ref _isOffered) == 0 && Interlocked.Exchange(ref _isOffered, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Takes and runs entries, for a while.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        Interlocked.Exchange(ref _isOffered, 0);
        var ended = 0;
        for (int turn = 0, next; turn < EntriesPerTurn && (next = Interlocked.Increment(ref _taken)) <= _entries.Length; turn++)
        {
            if (next < _entries.Length) Offer();
            else if (isFull) scheduler.StartNextBatch();
            else OfferNext();
            var run = scheduler.ExecuteAsync(_entries[next - 1]!);
            if (run.IsCompleted) ended++;
            else _ = CountAsync(run);
        }

        if (ended > 0) Count(ended);
    }

    private void OfferNext() => Interlocked.Exchange(ref _next, null)?.Offer();

    private async Task CountAsync(Task run)
    {
        await run.ConfigureAwait(false);
        Count(1);
    }

    private void Count(int ended)
    {
        if (Interlocked.Add(ref _left, -ended) > 0) return;
        Array.Clear(_entries); // the pool may hold on to the batch for a while: the thread asked for last is still to come
        scheduler.OnEnded(this);
    }
}
