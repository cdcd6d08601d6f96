namespace Heartbeat.Scheduling;

/// <summary>The clock that defines when an entry is due.</summary>
internal enum Clock : byte
{
    Wall, // UTC, as GetUtcNow reads it: for cron entries and instants
    Elapsed, // as GetTimestamp counts it: for delays and periods
}

/// <summary>One reading of both clocks.</summary>
/// <param name="Utc">The wall clock, in ticks of 100 ns since 0001-01-01T00:00Z; it can be set.</param>
/// <param name="Elapsed">The elapsed time just before, in ticks since the scheduler was made; it only grows.</param>
/// <param name="Pause">The ticks that passed while the wall clock was read: many if the thread was suspended.</param>
internal readonly record struct ClockReading(long Utc, long Elapsed, long Pause = 0)
{
    /// <summary>The wall clock less elapsed time.</summary>
    public long Ahead => Utc - Elapsed;

    public long On(Clock clock) => clock == Clock.Wall ? Utc : Elapsed;

    /// <summary>What the wall clock shows when a clock reads these ticks, unless it is set until then.</summary>
    public DateTimeOffset UtcAt(long ticks, Clock clock)
    {
        var utc = clock == Clock.Wall ? ticks : Math.Clamp(ticks + Ahead, 0, DateTimeOffset.MaxValue.UtcTicks);
        return new(utc, TimeSpan.Zero);
    }
}

/// <summary>A change of the wall clock against elapsed time: it was set or adjusted, or the machine slept.</summary>
/// <param name="Drift">How far the wall clock moved; negative for back.</param>
/// <param name="Behind">
/// How far it is now behind the latest time it had reached: two steps back of 40 s each count like one of 80 s.
/// </param>
internal readonly record struct ClockStep(TimeSpan Drift, TimeSpan Behind)
{
    /// <summary>Whether periodic cron entries go on at the new time, and so repeat what they have run.</summary>
    public bool Repeats => Behind >= TimeSpan.FromMinutes(1);

    /// <summary>Whether fixed times do so too: more than 3 hours is no daylight saving change (cron(8)).</summary>
    public bool RepeatsFixedTimes => Behind > TimeSpan.FromHours(3);
}

/// <summary>Reads both clocks of a <see cref="TimeProvider"/> and notices when one moved against the other.</summary>
/// <remarks>The clocks may be read from any thread. <see cref="NoticeStep"/> belongs to the scheduler's lock.</remarks>
internal sealed class Clocks
{
    private const long Tolerance = TimeSpan.TicksPerSecond;

    private readonly TimeProvider _time;
    private readonly long _origin;

    // Bounds of (wall clock - elapsed time) since the last step, as the two cannot be read at one instant.
    private long _least;
    private long _most;

    /// <summary>The latest time that the wall clock had reached; reset once a step back was acted on.</summary>
    private long _latestUtc;

    public Clocks(TimeProvider time)
    {
        _time = time;
        _origin = time.GetTimestamp();
        var now = Read();
        (_least, _most) = Offset(now);
        _latestUtc = now.Utc;
    }

    public ClockReading Read()
    {
        var elapsed = ReadElapsed(); // first: a pause makes a wait too short, never too long
        var utc = ReadUtc();
        return new(utc, elapsed, ReadElapsed() - elapsed);
    }

    /// <summary>Both clocks from one reading, which is cheaper: off by a step that was not noticed yet.</summary>
    public ClockReading Estimate()
    {
        var elapsed = ReadElapsed();
        return new(elapsed + Volatile.Read(ref _least), elapsed);
    }

    /// <summary>The wall clock alone, in ticks.</summary>
    public long ReadUtc() => _time.GetUtcNow().UtcTicks;

    /// <summary>The elapsed time alone, in ticks. Exact: a <see cref="double"/> loses ticks after 28 years.</summary>
    public long ReadElapsed()
    {
        var (seconds, rest) = Math.DivRem(_time.GetTimestamp() - _origin, _time.TimestampFrequency);
        return (seconds * TimeSpan.TicksPerSecond) + (rest * TimeSpan.TicksPerSecond / _time.TimestampFrequency);
    }

    /// <summary>Compares the two clocks.</summary>
    /// <returns>The step since the last one; <see langword="null"/> unless it is certainly over a second.</returns>
    public ClockStep? NoticeStep(ClockReading now)
    {
        _latestUtc = Math.Max(_latestUtc, Math.Max(now.Utc, now.Elapsed + _least));
        var (least, most) = Offset(now);
        var drift = least > _most ? least - _most : Math.Min(0, most - _least);
        if (drift == 0) (_least, _most) = (Math.Max(_least, least), Math.Min(_most, most)); // the tighter bounds
        if (Math.Abs(drift) <= Tolerance) return null;

        (_least, _most) = (least, most);
        var step = new ClockStep(TimeSpan.FromTicks(drift), TimeSpan.FromTicks(_latestUtc - now.Utc));
        if (step.Repeats) _latestUtc = now.Utc;
        return step;
    }

    private static (long Least, long Most) Offset(ClockReading now) => (now.Ahead - now.Pause, now.Ahead);
}
