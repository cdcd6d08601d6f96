namespace Heartbeat.Scheduling;

// How runs end, what the loop logs, and the drain after the stop.
public sealed partial class Scheduler
{
    internal Entry[] Running()
    {
        Entry[] dispatched;
        lock (_gate) dispatched = [.. _dispatched];
        return [.. dispatched.Where(static entry => entry.IsRunning).Distinct()]; // a recurring one may be there twice
    }

    /// <summary>Forgets runs that have ended, and tokens asked for as their run ended. Under the lock.</summary>
    private void Forget()
    {
        _dispatched.RemoveAll(static entry => !entry.IsRunning);
        foreach (var entry in _stopTokens.Keys.Where(static entry => !entry.IsRunning)) _stopTokens.Remove(entry);
    }

    /// <summary>Takes back a run that was dispatched and will not begin. Under the lock.</summary>
    private void Withdraw(Entry entry)
    {
        _started--;
        LogNotRunning(entry);
        OnEnded();
    }

    /// <summary>Logs what a run that does not begin was to make up for. Under the lock.</summary>
    private void LogNotRunning(Entry entry)
    {
        if (entry is not RecurringEntry { Run.Missed: > 0 } recurring) return;
        var due = entry.TimeOf(entry.RunDueTicks, _clocks.Read());
        LogOnPool(() => Runner.ReportMissed(recurring, due, isRunning: false));
    }

    /// <summary>After a run: a recurring entry goes on, all else releases its job.</summary>
    private void End(Entry entry)
    {
        var locks = entry is RecurringEntry || entry.HasStopToken; // other one-shots do not contend for the lock
        using (locks ? _gate.EnterScope() : default)
        {
            if (locks) _stopTokens.Remove(entry);
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

    /// <summary>
    /// Logs or measures on the thread pool, in this order: the loop never calls a logger or listener. Under the lock.
    /// </summary>
    private void LogOnPool(Action log)
    {
        _logs.Enqueue(log);
        if (_isLogging) return;
        _isLogging = true;
        _handed++;
        ThreadPool.UnsafeQueueUserWorkItem(
            static scheduler =>
            {
                scheduler.LogAll();
                scheduler.OnEnded();
            },
            this, preferLocal: false);
    }

    private void LogAll()
    {
        while (true)
        {
            Action? log;
            lock (_gate)
            {
                _isLogging = _logs.TryDequeue(out log);
                if (log is null) return;
            }

            Log.Safely(log);
        }
    }

    /// <summary>Lets running jobs finish, within <see cref="Grace"/>.</summary>
    private async Task<bool> DrainAsync()
    {
        (Entry Entry, Task Callbacks)[] cancelled;
        lock (_gate) cancelled = [.. _stopTokens.Select(static token => (token.Key, token.Value.CancelAsync()))];
        await Task.WhenAll([WhenIdle(), .. cancelled.Select(static run => run.Callbacks)])
            .WaitAsync(Grace, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        LogAll(); // the pool may have had no thread for it
        foreach (var (entry, callbacks) in cancelled)
        {
            if (callbacks.Exception is not { } exception) continue;
            Log.Safely(() => Log.StopCallbackFailed(_logger, Printable.Of(exception), entry.Name));
        }

        var hanging = cancelled.Where(static run => !run.Callbacks.IsCompleted).Select(static run => run.Entry);
        Entry[] late = [.. Running().Union(hanging)];
        foreach (var entry in late) Log.Safely(() => Log.DidNotStop(_logger, entry.Name, Grace.TotalSeconds));
        var dropped = Log.DroppedText(_dropped, _clocks.Read());
        Log.Safely(() => Log.Stopped(_logger, _started, _started == 1 ? "run" : "runs", Runner.Failed, dropped));
        _dropped.Clear();
        _metrics.Dispose();
        return late.Length == 0;
    }
}
