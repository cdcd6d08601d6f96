namespace Heartbeat.Scheduling;

/// <summary>Wakes the scheduler's loop for its next look, to the millisecond.</summary>
/// <remarks>
/// <para>
/// The platform's timers count in ticks of about 4 ms, and are early or late by as much. So the timer is aimed a little
/// early, and the rest is waited for on the lock, where whoever schedules something earlier ends the wait with a pulse.
/// A clock of the tests has exact timers: its waits are never on the lock.
/// </para>
/// <para>All members but <see cref="WaitAsync"/> and <see cref="Dispose"/> belong to the scheduler's lock.</para>
/// </remarks>
/// <param name="time">Whose timer to use.</param>
/// <param name="gate">The scheduler's lock.</param>
/// <param name="look">Looks at what is due. Called on the thread pool, without the lock.</param>
internal sealed class Alarm(TimeProvider time, object gate, Action look) : IDisposable
{
    private readonly PeriodicTimer _timer = new(Timeout.InfiniteTimeSpan, time);
    private readonly long _lead = time == TimeProvider.System ? TimeSpan.FromMilliseconds(8).Ticks : 0;

    /// <summary>When the next look is due, in elapsed ticks; none needs to be brought forward before the first was set.</summary>
    private long _next = long.MinValue;
    private bool _waitsOnLock;

    /// <summary>Whether a look has been asked for at once, and has not come yet.</summary>
    public bool IsRaised { get; set; }

    /// <summary>Waits for the timer. It may fire at any time: look at the clocks, then <see cref="Set"/> it again.</summary>
    /// <returns><see langword="false"/> once the alarm has been disposed.</returns>
    public ValueTask<bool> WaitAsync() => _timer.WaitForNextTickAsync(CancellationToken.None);

    /// <summary>Arranges the next look.</summary>
    /// <param name="now">Elapsed ticks.</param>
    /// <param name="wait">Ticks from now on, at least one.</param>
    /// <returns>Whether to look again at once, since the time was short and has been waited for here.</returns>
    public bool Set(long now, long wait)
    {
        _next = now + wait;
        if (wait > _lead)
        {
            Aim(wait);
            return false;
        }

        if (_waitsOnLock) return false; // another thread does
        _waitsOnLock = true;
        Monitor.Wait(gate, Milliseconds(wait));
        _waitsOnLock = false;
        return true;
    }

    /// <summary>Has the next look come in time for an entry, if that is due before it.</summary>
    /// <param name="now">Elapsed ticks.</param>
    /// <param name="wait">Ticks from now on until the entry is due; negative if it is overdue.</param>
    public void BringForward(long now, long wait)
    {
        if (now + wait >= _next) return;
        _next = now + wait;
        if (_waitsOnLock)
        {
            Monitor.Pulse(gate);
        }
        else if (wait > _lead)
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

    /// <summary>Sets the timer, unless its next tick is soon enough as it is: setting it wakes the platform's timer thread.</summary>
    private void Aim(long wait)
    {
        var period = Milliseconds(wait - _lead);
        if (_timer.Period != period) _timer.Period = period;
    }

    /// <summary>The least whole number of milliseconds that is not shorter: timers take no fraction, and not zero.</summary>
    private static TimeSpan Milliseconds(long ticks) =>
        TimeSpan.FromMilliseconds(Math.Max(1, (ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond));
}
