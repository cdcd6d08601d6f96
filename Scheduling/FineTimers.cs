namespace Heartbeat.Scheduling;

/// <summary>
/// Lets a <see cref="PeriodicTimer"/>, which takes no period below a millisecond, wait for ticks of 100 ns: each of its
/// milliseconds becomes a tick. Without it, a run due just after a wake-up was up to a millisecond late.
/// </summary>
/// <param name="time">Has the timers that do the waiting.</param>
internal sealed class FineTimers(TimeProvider time) : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new Timer(time.CreateTimer(callback, state, InTicks(dueTime), InTicks(period)));

    private static TimeSpan InTicks(TimeSpan ms) =>
        ms == Timeout.InfiniteTimeSpan ? ms : TimeSpan.FromTicks(ms.Ticks / TimeSpan.TicksPerMillisecond);

    private sealed class Timer(ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(InTicks(dueTime), InTicks(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
