using Microsoft.Extensions.Time.Testing;

namespace Heartbeat.Tests.Infra;

/// <summary>
/// The platform's fake time, with a wall clock that can be set against elapsed time and timers that fire early.
/// </summary>
/// <remarks>Any thread may read it and set its wall clock; one thread moves it.</remarks>
/// <param name="start">What the wall clock shows at first.</param>
internal sealed class TwoClockTime(DateTimeOffset start) : FakeTimeProvider(start)
{
    private long _apart;
    private int _wakeUps;
    private long _wakeUp;

    /// <summary>How much earlier than asked for a timer fires; asked anew whenever a timer is set.</summary>
    public Func<TimeSpan>? Earliness { get; init; }

    /// <summary>How often timers have fired.</summary>
    public int WakeUps => Volatile.Read(ref _wakeUps);

    /// <summary>
    /// Until the timer fires that was set last: an <c>Advance</c> beyond would show the clocks too late for it.
    /// </summary>
    public TimeSpan? UntilWakeUp =>
        Volatile.Read(ref _wakeUp) - GetTimestamp() is > 0 and var ticks ? TimeSpan.FromTicks(ticks) : null;

    /// <summary>How far the clocks have been moved.</summary>
    public TimeSpan Elapsed => base.GetUtcNow() - Start;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Volatile.Read(ref _apart));

    /// <inheritdoc/>
    public override long GetTimestamp() => base.GetUtcNow().UtcTicks;

    /// <summary>Sets the wall clock. Elapsed time, and with it every timer, is left alone.</summary>
    public void SetWallClock(TimeSpan by) => Interlocked.Add(ref _apart, by.Ticks);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(
            state =>
            {
                Interlocked.Increment(ref _wakeUps);
                callback(state);
            },
            state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        var early = new EarlyTimer(this, timer);
        early.Change(dueTime, period);
        return early;
    }

    private sealed class EarlyTimer(TwoClockTime time, ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime == Timeout.InfiniteTimeSpan) return timer.Change(dueTime, period);
            var wait = dueTime - (time.Earliness?.Invoke() ?? TimeSpan.Zero);
            if (wait <= TimeSpan.Zero) wait = dueTime < TimeSpan.FromMilliseconds(1) ? dueTime : dueTime / 2;
            Volatile.Write(ref time._wakeUp, time.GetTimestamp() + wait.Ticks);
            return timer.Change(wait, period);
        }

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}

/// <summary>A simulation on two clocks.</summary>
internal static class TwoClockSimulation
{
    /// <summary>Sets the wall clock; elapsed time is left alone.</summary>
    public static void SetWallClock(this Simulation simulation, TimeSpan by) =>
        ((TwoClockTime)simulation.Time).SetWallClock(by);
}
