namespace Heartbeat.Scheduling;

/// <summary>Reads the two clocks of a <see cref="TimeProvider"/> and notices when one was set against the other.</summary>
/// <remarks>
/// The clocks may be read from any thread. <see cref="NoticeStep"/> belongs to the scheduler's lock.
/// </remarks>
internal sealed class Clocks
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly long _origin;

    /// <summary>Wall clock less elapsed time, in ticks, as it was when the last step was noticed.</summary>
    private long _offset;

    /// <summary>The latest time that the wall clock had reached, in ticks; set back with it once that has been acted on.</summary>
    private long _latestUtc;

    public Clocks(TimeProvider time)
    {
        _time = time;
        _origin = time.GetTimestamp();
        _latestUtc = _offset = time.GetUtcNow().UtcTicks;
    }

    public ClockReading Read()
    {
        var elapsed = ReadElapsed(); // first: a pause in between then makes a wait too short, which is made up for, and not too long
        return new(ReadUtc(), elapsed);
    }

    /// <summary>The wall clock alone, in ticks.</summary>
    public long ReadUtc() => _time.GetUtcNow().UtcTicks;

    /// <summary>The wall clock at an elapsed time, unless it has been set since a step was noticed last. To read it costs more.</summary>
    public long UtcAt(long elapsed) => elapsed + Volatile.Read(ref _offset);

    /// <summary>The elapsed time alone, in ticks. Exact for any frequency: a <see cref="double"/> loses ticks after 28 years.</summary>
    public long ReadElapsed()
    {
        var (seconds, rest) = Math.DivRem(_time.GetTimestamp() - _origin, _time.TimestampFrequency);
        return (seconds * TimeSpan.TicksPerSecond) + (rest * TimeSpan.TicksPerSecond / _time.TimestampFrequency);
    }

    /// <summary>Compares the two clocks.</summary>
    /// <returns>
    /// How far the wall clock was set, forward or back, since the last step; zero unless that is more than a second.
    /// </returns>
    public ClockStep NoticeStep(ClockReading now)
    {
        var expected = now.Elapsed + _offset;
        _latestUtc = Math.Max(_latestUtc, Math.Max(now.Utc, expected));
        var drift = TimeSpan.FromTicks(now.Utc - expected);
        if (drift.Duration() <= Tolerance) return default;

        Volatile.Write(ref _offset, now.Utc - now.Elapsed);
        var step = new ClockStep(drift, TimeSpan.FromTicks(_latestUtc - now.Utc));
        if (step.Repeats) _latestUtc = now.Utc;
        return step;
    }
}

/// <summary>A change of the wall clock against elapsed time.</summary>
/// <param name="Drift">How far the wall clock was set; negative for back.</param>
/// <param name="Behind">
/// How far it is now behind the latest time it had reached. Two steps back of 40 s each are 80 s behind,
/// and so are acted on like one of 80 s.
/// </param>
internal readonly record struct ClockStep(TimeSpan Drift, TimeSpan Behind)
{
    /// <summary>Whether periodic cron entries go on at the new time, and so repeat what they ran before the step.</summary>
    public bool Repeats => Behind >= TimeSpan.FromMinutes(1);

    /// <summary>Whether entries at fixed times do so too: more than 3 hours is a correction, not a change of the hour (cron(8)).</summary>
    public bool RepeatsFixedTimes => Behind > TimeSpan.FromHours(3);
}
