namespace Heartbeat.Scheduling;

/// <summary>Divides the time line of a zone into the spans in which its offset from UTC stays the same.</summary>
/// <remarks>
/// <para>
/// Asks the zone nothing but <see cref="TimeZoneInfo.GetUtcOffset(DateTime)"/> for instants in UTC. Its answers about
/// local times (<see cref="TimeZoneInfo.IsInvalidTime"/>, <see cref="TimeZoneInfo.IsAmbiguousTime(DateTime)"/>) are
/// wrong where winter time is the exception (Europe/Dublin) or a whole day was dropped (Pacific/Apia).
/// </para>
/// <para>Thread-safe: the span asked for last is remembered in one immutable object.</para>
/// </remarks>
internal sealed class ZoneOffsets(TimeZoneInfo zone)
{
    /// <summary>An offset that lasts for less than this may be missed; the shortest ever lasted almost 4 days.</summary>
    private const long Stride = 3 * TimeSpan.TicksPerDay;

    /// <summary>How far to look for the next change: beyond, a span ends without one.</summary>
    private const long Horizon = 400 * TimeSpan.TicksPerDay;

    /// <summary>The furthest that a clock is set back: offsets are within 14 hours of UTC.</summary>
    public const long LongestSetBack = 28 * TimeSpan.TicksPerHour;

    public static readonly ZoneOffsets Utc = new(TimeZoneInfo.Utc) { _last = new(0, long.MaxValue, 0, 0) };

    private Span? _last;

    public TimeZoneInfo Zone => zone;

    /// <summary>A span of constant offset, all in ticks.</summary>
    /// <param name="Start">The first instant, UTC, that it is known to hold for.</param>
    /// <param name="End">The first instant, UTC, that it is not known to hold for.</param>
    /// <param name="Offset">Local time less UTC.</param>
    /// <param name="Shown">
    /// The local time that clocks had reached before, if they were set back; else at most what they show now.
    /// </param>
    internal sealed record Span(long Start, long End, long Offset, long Shown);

    /// <summary>A span that holds <paramref name="utc"/>, and tells of a set-back that still matters then.</summary>
    public Span At(long utc) =>
        _last is { } last && last.Start <= utc && utc < last.End ? last : _last = Find(utc);

    private Span Find(long utc)
    {
        var offset = OffsetAt(utc);
        var (start, shown) = (utc, 0L);
        var before = Math.Max(0, utc - LongestSetBack);
        if (OffsetAt(before) is var earlier && earlier != offset)
        {
            start = FirstChange(before, utc);
            shown = start + earlier;
        }

        var until = utc;
        while (until < utc + Horizon)
        {
            var next = until + Stride;
            if (next > DateTime.MaxValue.Ticks) return new(start, long.MaxValue, offset, shown);
            if (OffsetAt(next) != offset) return new(start, FirstChange(until, next), offset, shown);
            until = next;
        }

        return new(start, until, offset, shown);
    }

    /// <summary>The first instant with another offset than the low one; the high one has another.</summary>
    private long FirstChange(long low, long high)
    {
        var offset = OffsetAt(low);
        while (high - low > 1)
        {
            var middle = low + (high - low) / 2;
            if (OffsetAt(middle) == offset) low = middle;
            else high = middle;
        }

        return high;
    }

    private long OffsetAt(long utc) => zone.GetUtcOffset(new DateTime(utc, DateTimeKind.Utc)).Ticks;
}
