using Microsoft.Extensions.Time.Testing;

namespace Heartbeat.Tests.Infra;

/// <summary>A clock that stands still until it is moved, with a wall clock that can be set against elapsed time.</summary>
/// <remarks>
/// <see cref="FakeTimeProvider"/> alone moves both clocks together, fires its timers to the tick, and does not tell when
/// the next one fires. This one can set the wall clock alone, can fire early as real timers do, and tells.
/// </remarks>
internal sealed class TestClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    private readonly Lock _gate = new();
    private readonly List<TestTimer> _timers = [];
    private long _set;

    /// <summary>How much earlier than asked for a timer fires; asked anew whenever a timer is set.</summary>
    public Func<TimeSpan> Earliness { get; init; } = static () => TimeSpan.Zero;

    /// <summary>When the next timer fires, in elapsed ticks; <see cref="long.MaxValue"/> if none is set.</summary>
    public long NextTimer
    {
        get
        {
            lock (_gate)
            {
                var next = long.MaxValue;
                foreach (var timer in _timers) next = Math.Min(next, timer.Next);
                return next;
            }
        }
    }

    /// <summary>Sets the wall clock. Elapsed time, and with it every timer, is left alone.</summary>
    public void SetWallClock(TimeSpan by) => Interlocked.Add(ref _set, by.Ticks);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _set));

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new TestTimer(this, callback, state);
        timer.Inner = base.CreateTimer(static timer => ((TestTimer)timer!).Fire(), timer, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lock (_gate) _timers.Add(timer);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class TestTimer(TestClock clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public ITimer Inner { get; set; } = null!;

        public long Next { get; private set; } = long.MaxValue;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _period = period;
            var wait = dueTime == Timeout.InfiniteTimeSpan
                ? dueTime
                : TimeSpan.FromTicks(Math.Max(1, (dueTime - clock.Earliness()).Ticks));
            lock (clock._gate) Next = wait == Timeout.InfiniteTimeSpan ? long.MaxValue : clock.GetTimestamp() + wait.Ticks;
            return Inner.Change(wait, period);
        }

        public void Fire()
        {
            lock (clock._gate) Next = _period == Timeout.InfiniteTimeSpan ? long.MaxValue : clock.GetTimestamp() + _period.Ticks;
            callback(state);
        }

        public void Dispose()
        {
            lock (clock._gate) clock._timers.Remove(this);
            Inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
