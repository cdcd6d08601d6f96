namespace Heartbeat.Tests.Infra;

/// <summary>A clock that stands still until it is moved, with a wall clock that can be set against elapsed time.</summary>
/// <remarks>
/// Unlike the platform's FakeTimeProvider it can set the wall clock alone, fires timers early as real ones do, steps from
/// timer to timer, and is fast. Any thread may read it, set its wall clock and use its timers; one thread moves it.
/// </remarks>
/// <param name="start">What the wall clock shows at first.</param>
internal sealed class TestClock(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<TestTimer> _timers = [];
    private long _elapsed;
    private long _wall = start.UtcTicks;

    /// <summary>How much earlier than asked for a timer fires; asked anew whenever a timer is set.</summary>
    public Func<TimeSpan>? Earliness { get; init; }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref _wall) + Volatile.Read(ref _elapsed), TimeSpan.Zero);

    /// <inheritdoc/>
    public override long GetTimestamp() => Volatile.Read(ref _elapsed);

    /// <summary>Sets the wall clock. Elapsed time, and with it every timer, is left alone.</summary>
    public void SetWallClock(TimeSpan by) => Interlocked.Add(ref _wall, by.Ticks);

    /// <summary>Moves both clocks on, then fires the timers that are due: all of them see the time moved to.</summary>
    public void Advance(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        var now = Interlocked.Add(ref _elapsed, time.Ticks);
        while (TakeFirst(now) is { } timer) timer.Fire();
    }

    /// <summary>Moves both clocks on to the next timer and fires it; if there is none before the end, moves them there.</summary>
    /// <param name="end">In ticks of <see cref="GetTimestamp"/>.</param>
    /// <returns>Whether the end is still to come.</returns>
    public bool AdvanceToTimer(long end)
    {
        if (TakeFirst(end) is not { } timer)
        {
            Interlocked.Exchange(ref _elapsed, Math.Max(end, _elapsed));
            return false;
        }

        timer.Fire();
        return true;
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new TestTimer(this, callback, state);
        lock (_gate) _timers.Add(timer);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>The timer that fires first, if one does by the end given; of several at one time the first that was made.</summary>
    private TestTimer? TakeFirst(long end)
    {
        lock (_gate)
        {
            TestTimer? first = null;
            var next = end;
            foreach (var timer in _timers)
            {
                if (timer.Next < next || (timer.Next == next && first is null)) (first, next) = (timer, timer.Next);
            }

            if (first is null) return null;
            if (next > _elapsed) Interlocked.Exchange(ref _elapsed, next);
            first.Repeat(_elapsed);
            return first;
        }
    }

    private sealed class TestTimer(TestClock clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public long Next { get; private set; } = long.MaxValue;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var wait = (clock.Earliness is { } earliness ? dueTime - earliness() : dueTime).Ticks;
            lock (clock._gate)
            {
                _period = period;
                Next = dueTime == Timeout.InfiniteTimeSpan ? long.MaxValue : clock._elapsed + Math.Max(1, wait);
            }

            return true;
        }

        public void Repeat(long now) => Next = _period == Timeout.InfiniteTimeSpan ? long.MaxValue : now + _period.Ticks;

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (clock._gate) clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
