namespace Heartbeat.Scheduling;

/// <summary>Wakes the scheduler's loop for its next look.</summary>
/// <remarks>
/// <para>
/// On the machine's own clock the loop has a thread, and waits on the scheduler's lock: to the millisecond, and a wake-up
/// is one switch of threads. A tick of the platform's timers comes up to 7 ms early or late, and takes ten: those of the
/// timer thread, of a worker, and of the pool's own upkeep.
/// </para>
/// <para>
/// Any other clock has nothing to wait with but its timers: there the loop awaits a <see cref="PeriodicTimer"/>, whose
/// period is set anew for each wait, and so runs inside the call that moves a clock of the tests.
/// </para>
/// <para>All members but <see cref="WaitAsync"/> and <see cref="Dispose"/> belong to the scheduler's lock.</para>
/// </remarks>
/// <param name="time">The clock.</param>
/// <param name="gate">The scheduler's lock.</param>
/// <param name="look">Looks at what is due. Called on the thread pool, without the lock.</param>
internal sealed class Alarm(TimeProvider time, object gate, Action look) : IDisposable
{
    private readonly PeriodicTimer _timer = new(Timeout.InfiniteTimeSpan, time);

    /// <summary>When the next look is due, in elapsed ticks; none needs to be brought forward before the first was set.</summary>
    private long _next = long.MinValue;

    /// <summary>Whether the loop waits in <see cref="Set"/>, and needs a thread; else in <see cref="WaitAsync"/>.</summary>
    public bool WaitsOnLock { get; } = time == TimeProvider.System;

    /// <summary>Whether a look has been asked for at once, and has not come yet.</summary>
    public bool IsRaised { get; set; }

    /// <summary>Waits for the timer. It may fire at any time: look at the clocks, then <see cref="Set"/> it again.</summary>
    /// <returns><see langword="false"/> once the alarm has been disposed.</returns>
    public ValueTask<bool> WaitAsync() => _timer.WaitForNextTickAsync(CancellationToken.None);

    /// <summary>Arranges the next look.</summary>
    /// <param name="now">Elapsed ticks.</param>
    /// <param name="wait">Ticks from now on, at least one.</param>
    /// <returns>Whether to look again at once, since the time has been waited for here.</returns>
    public bool Set(long now, long wait)
    {
        _next = now + wait;
        if (WaitsOnLock) Monitor.Wait(gate, Milliseconds(wait));
        else Aim(wait);
        return WaitsOnLock;
    }

    /// <summary>Whether the next look comes by a time in elapsed ticks.</summary>
    public bool IsInTimeFor(long due) => due >= _next;

    /// <summary>Has the next look come earlier.</summary>
    /// <param name="now">Elapsed ticks.</param>
    /// <param name="wait">Ticks from now on until the entry is due; negative if it is overdue.</param>
    public void BringForward(long now, long wait)
    {
        _next = now + wait;
        if (WaitsOnLock)
        {
            Monitor.Pulse(gate); // a loop that is not waiting now looks again before it does
        }
        else if (wait > 0)
        {
            Aim(wait);
        }
        else if (!IsRaised)
        {
            IsRaised = true;
            ThreadPool.UnsafeQueueUserWorkItem(static look => look(), look, preferLocal: false);
        }
    }

    public void Dispose() => _timer.Dispose();

    /// <summary>Sets the timer, unless its next tick is soon enough as it is: setting it is most of the cost of a look.</summary>
    private void Aim(long wait)
    {
        var period = Milliseconds(wait);
        if (_timer.Period != period) _timer.Period = period;
    }

    /// <summary>The least whole number of milliseconds that is not shorter: timers take no fraction, and not zero.</summary>
    private static TimeSpan Milliseconds(long ticks) =>
        TimeSpan.FromMilliseconds(Math.Max(1, (ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond));
}
