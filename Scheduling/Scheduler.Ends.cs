namespace Heartbeat.Scheduling;

// Running jobs: their end, what is said meanwhile, and the drain after the stop.
public sealed partial class Scheduler
{
    private long CountPending()
    {
        lock (_gate) return _queue.Count;
    }

    internal Entry[] Running()
    {
        // A recurring entry may be there twice.
        lock (_gate) return [.. _dispatched.Where(static entry => entry.IsRunning).Distinct()];
    }

    /// <summary>Forgets runs that have ended, and tokens of work that outlived its run. Under the lock.</summary>
    private void Forget()
    {
        _dispatched.RemoveAll(static entry => !entry.IsRunning);
        foreach (var entry in _stopTokens.Keys.Where(static entry => !entry.IsRunning)) _stopTokens.Remove(entry);
    }

    /// <summary>Takes back a run that was dispatched and will not begin. Under the lock.</summary>
    private void Withdraw(Entry entry)
    {
        _started--;
        if (entry is RecurringEntry { Missed: > 0 } recurring)
        {
            var due = entry.TimeOf(entry.RunDueTicks, _clocks.Read());
            Say(() => _runner.ReportMissed(recurring, due, isRunning: false));
        }

        OnEnded();
    }

    /// <summary>Runs an entry that was dispatched, on the thread pool.</summary>
    internal void Execute(Entry entry)
    {
        if (entry.TryMove(EntryState.Dispatched, EntryState.Begun)) _ = _runner.RunAsync(entry); // else: withdrawn
    }

    /// <summary>After a run: a recurring entry goes on, all else releases its job.</summary>
    private void End(Entry entry)
    {
        // One-shots do not contend for the lock.
        using (entry is RecurringEntry || entry.HasStopToken ? _gate.EnterScope() : default)
        {
            if (entry.HasStopToken) _stopTokens.Remove(entry);
            entry.HasStopToken = false;
            if (!entry.IsPlanned || IsStopped || !entry.TryMove(EntryState.Begun, EntryState.Idle))
            {
                entry.State = EntryState.Ended;
                entry.Release();
            }
        }

        OnEnded();
    }

    private void OnEnded()
    {
        Interlocked.Increment(ref _ended);
        if (_idle is not null && CountGoing() == 0) SignalIdle();
    }

    private long CountGoing() => Volatile.Read(ref _handed) - Volatile.Read(ref _ended);

    private void SignalIdle()
    {
        lock (_gate)
        {
            if (CountGoing() > 0) return;
            _idle?.SetResult();
            _idle = null;
        }
    }

    /// <summary>Says something on the thread pool: the loop never calls a logger or listener. Under the lock.</summary>
    private void Say(Action notice)
    {
        _notices.Enqueue(notice);
        if (_isSaying) return;
        _isSaying = true;
        _handed++;
        ThreadPool.UnsafeQueueUserWorkItem(
            static scheduler =>
            {
                scheduler.SayAll();
                scheduler.OnEnded();
            },
            this, preferLocal: false);
    }

    private void SayAll()
    {
        while (true)
        {
            Action? notice;
            lock (_gate)
            {
                _isSaying = _notices.TryDequeue(out notice);
                if (notice is null) return;
            }

            Log.Safely(notice);
        }
    }

    /// <summary>Lets running jobs finish, within <see cref="Grace"/>.</summary>
    private async Task<bool> DrainAsync()
    {
        (Entry Entry, Task Callbacks)[] told;
        lock (_gate) told = [.. _stopTokens.Select(static token => (token.Key, token.Value.CancelAsync()))];
        await Task.WhenAll([WhenIdle(), .. told.Select(static run => run.Callbacks)])
            .WaitAsync(Grace, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        SayAll(); // the pool may have had no thread for it
        foreach (var (entry, callbacks) in told)
        {
            if (callbacks.Exception is not { } exception) continue;
            Log.Safely(() => Log.StopCallbackFailed(_logger, Printable.Of(exception), entry.Name));
        }

        var hanging = told.Where(static run => !run.Callbacks.IsCompleted).Select(static run => run.Entry);
        Entry[] late = [.. Running().Union(hanging)];
        foreach (var entry in late) Log.Safely(() => Log.DidNotStop(_logger, entry.Name, Grace.TotalSeconds));
        var dropped = Log.DroppedText(_dropped, _clocks.Read());
        Log.Safely(() => Log.Stopped(_logger, _started, _started == 1 ? "run" : "runs", _runner.Failed, dropped));
        _dropped.Clear();
        _metrics.Dispose();
        return late.Length == 0;
    }
}
