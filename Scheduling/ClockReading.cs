namespace Heartbeat.Scheduling;

/// <summary>One look at both clocks.</summary>
/// <param name="Utc">The wall clock, in ticks of 100 ns since 0001-01-01T00:00Z; it can be set.</param>
/// <param name="Elapsed">The elapsed time, in ticks of 100 ns since the scheduler was made; it only grows.</param>
internal readonly record struct ClockReading(long Utc, long Elapsed)
{
    public DateTimeOffset UtcTime => new(Utc, TimeSpan.Zero);

    public long On(Clock clock) => clock == Clock.Wall ? Utc : Elapsed;

    /// <summary>Ticks until <paramref name="entry"/> is due; negative if it is overdue.</summary>
    public long WaitFor(Entry entry) => entry.DueTicks - On(entry.Clock);

    /// <summary>What the wall clock shows, or would show, when <paramref name="entry"/>'s clock reads <paramref name="ticks"/>.</summary>
    /// <returns>The time with the offset of the entry's zone.</returns>
    public DateTimeOffset TimeOf(long ticks, Entry entry) =>
        entry.TimeOf(entry.Clock == Clock.Wall ? ticks : Math.Min(Utc + (ticks - Elapsed), DateTimeOffset.MaxValue.UtcTicks));
}

/// <summary>The clock that defines when an entry is due.</summary>
internal enum Clock : byte
{
    /// <summary>UTC, as <see cref="TimeProvider.GetUtcNow"/> reads it: for cron entries and for one-shots at an instant.</summary>
    Wall,

    /// <summary>Elapsed time, as <see cref="TimeProvider.GetTimestamp"/> counts it: for delays.</summary>
    Elapsed,
}
