namespace Heartbeat.Scheduling;

/// <summary>Entries that came due at one look, taken by threads of the pool one after the other. Any thread.</summary>
/// <remarks>
/// <para>
/// As long as entries are left to be taken, one more thread of the pool is asked for: a job that blocks its thread holds
/// up nobody else, and on an idle machine a few threads take all. Any number of entries costs the pool a few work items.
/// </para>
/// <para>
/// Of a full batch, whoever takes the last entry looks for the next batch, before running it. So a burst of any size is
/// taken in order, and what has not been taken is still in the queue, to be cancelled or dropped.
/// </para>
/// </remarks>
/// <param name="scheduler">Runs the entries.</param>
/// <param name="entries">In the order to start them; at least one.</param>
/// <param name="isFull">Whether more may be due than a batch takes.</param>
internal sealed class Batch(Scheduler scheduler, Entry[] entries, bool isFull) : IThreadPoolWorkItem
{
    private Entry[] _entries = entries;
    private int _isOffered;
    private int _taken;
    private int _left = entries.Length;

    /// <summary>Whether an entry is left to be taken.</summary>
    public bool HasMore => Volatile.Read(ref _taken) < _entries.Length;

    /// <summary>The entries of some batches whose run has not ended, whether it has begun or not.</summary>
    public static IEnumerable<Entry> RunningIn(IEnumerable<Batch> batches) =>
        batches.SelectMany(static batch => batch._entries).Where(static entry => entry.IsRunning).Distinct(); // a cron entry may be in two

    /// <summary>Asks for one more thread of the pool, unless one has been asked for and has not come yet.</summary>
    public void Offer()
    {
        if (Volatile.Read(ref _isOffered) == 0 && Interlocked.Exchange(ref _isOffered, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Takes and runs entries until none is left.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        Interlocked.Exchange(ref _isOffered, 0);
        var ended = 0;
        for (int next; (next = Interlocked.Increment(ref _taken)) <= _entries.Length;)
        {
            if (next < _entries.Length) Offer();
            else if (isFull) scheduler.StartDue();
            var run = scheduler.ExecuteAsync(_entries[next - 1]);
            if (run.IsCompleted) ended++;
            else _ = CountAsync(run);
        }

        if (ended > 0) Count(ended);
    }

    private async Task CountAsync(Task run)
    {
        await run.ConfigureAwait(false);
        Count(1);
    }

    private void Count(int ended)
    {
        if (Interlocked.Add(ref _left, -ended) > 0) return;
        _entries = []; // the pool may hold on to the batch for a while: the thread asked for last is still to come
        scheduler.OnEnded(this);
    }
}
