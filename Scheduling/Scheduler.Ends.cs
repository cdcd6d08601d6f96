namespace Heartbeat.Scheduling;

// What is going: when it has ended, what is said meanwhile, and the drain after the stop.
public sealed partial class Scheduler
{
    private long CountPending()
    {
        lock (_gate) return _queue.Count;
    }

    private Entry[] Running()
    {
        lock (_gate) return [.. _dispatched.Where(static entry => entry.IsRunning).Distinct()]; // a recurring entry may be there twice
    }

    /// <summary>Takes back a run that was dispatched and will not begin. Under the lock.</summary>
    private void Withdraw(Entry entry)
    {
        _started--;
        entry.IsRunning = false;
        if (entry is RecurringEntry { Missed: > 0 } recurring)
        {
            var due = entry.TimeOf(_clocks.Read().UtcAt(entry.RunDueTicks, entry.Clock));
            Say(() => _runner.ReportMissed(recurring, due, isRunning: false));
        }

        OnEnded();
    }

    private void OnEnded()
    {
        if (Interlocked.Decrement(ref _going) == 0) SignalIdle();
    }

    private void SignalIdle()
    {
        if (_idle is null) return;
        lock (_gate)
        {
            if (Volatile.Read(ref _going) == 0) Interlocked.Exchange(ref _idle, null)?.SetResult();
        }
    }

    /// <summary>Has something said on the thread pool, in order: the loop never calls the logger or a listener. Under the lock.</summary>
    private void Say(Action notice)
    {
        _notices.Enqueue(notice);
        if (_isSaying) return;
        _isSaying = true;
        Interlocked.Increment(ref _going);
        ThreadPool.UnsafeQueueUserWorkItem(static scheduler => scheduler.SayAll(), this, preferLocal: false);
    }

    private void SayAll()
    {
        while (TakeNotice() is { } notice) Log.Safely(notice);
        OnEnded();
    }

    private Action? TakeNotice()
    {
        lock (_gate)
        {
            if (_notices.TryDequeue(out var notice)) return notice;
            _isSaying = false;
            return null;
        }
    }

    /// <summary>Lets running jobs finish, within <see cref="Grace"/>.</summary>
    private async Task<bool> DrainAsync()
    {
        KeyValuePair<Entry, CancellationTokenSource>[] tokens;
        lock (_gate) tokens = [.. _stopTokens];
        var told = tokens.Select(static token => (Entry: token.Key, Callbacks: token.Value.CancelAsync())).ToArray();
        await Task.WhenAll([WhenIdle(), .. told.Select(static run => run.Callbacks)])
            .WaitAsync(Grace, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        while (TakeNotice() is { } notice) Log.Safely(notice); // the pool may have had no thread for them
        foreach (var (entry, callbacks) in told)
        {
            if (callbacks.Exception is { } exception) Log.Safely(() => Log.StopCallbackFailed(_logger, Printable.Of(exception), entry.Name));
        }

        Entry[] late = [.. Running().Union(told.Where(static run => !run.Callbacks.IsCompleted).Select(static run => run.Entry))];
        foreach (var entry in late) Log.Safely(() => Log.DidNotStop(_logger, entry.Name, Grace.TotalSeconds));
        var noun = _started == 1 ? "run" : "runs";
        Log.Safely(() => Log.Stopped(_logger, _started, noun, _runner.Failed, Log.DroppedText(_dropped, _clocks.Read())));
        _metrics.Dispose();
        return late.Length == 0;
    }
}
