using System.Runtime.CompilerServices;

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
    /// <summary>A shorter offset would be missed; the shortest of all real ones lasted almost 4 days.</summary>
    private const long Stride = 3 * TimeSpan.TicksPerDay;

    /// <summary>How far to look for the next change: beyond, a span ends without one.</summary>
    private const long Horizon = 400 * TimeSpan.TicksPerDay;

    /// <summary>In so many years each kind of year follows each kind that it can follow.</summary>
    private const int SomeYears = 40;

    /// <summary>The furthest that a clock is set back: offsets are within 14 hours of UTC.</summary>
    public const long LongestSetBack = 28 * TimeSpan.TicksPerHour;

    private static readonly long LastTick = new DateTime(9998, 12, 31).Ticks;   // in the last year .NET may overflow

    private static readonly ZoneOffsets Utc = new(TimeZoneInfo.Utc) { _last = new(0, long.MaxValue, 0, 0) };

    /// <summary>Zones whose offsets all last for a stride.</summary>
    private static readonly ConditionalWeakTable<TimeZoneInfo, TimeZoneInfo> Steady = [];

    private Span? _last;

    public TimeZoneInfo Zone => zone;

    /// <exception cref="ArgumentException">The zone, made by code, changes its offset twice within 3 days.</exception>
    public static ZoneOffsets Of(TimeZoneInfo zone) =>
        zone == TimeZoneInfo.Utc ? Utc : new(Steady.GetValue(zone, static zone => new ZoneOffsets(zone).CheckedZone()));

    /// <summary>The offset known to hold from the start, in UTC, up to the end; all in ticks.</summary>
    /// <remarks>
    /// Shown is the local time that clocks had reached before, if they were set back; else at most what they show now.
    /// </remarks>
    internal sealed record Span(long Start, long End, long Offset, long Shown);

    /// <summary>A span that holds <paramref name="utc"/>, and tells of a set-back that still matters then.</summary>
    public Span At(long utc) =>
        _last is { } last && last.Start <= utc && utc < last.End ? last : _last = Find(utc);

    private Span Find(long utc)
    {
        var offset = OffsetAt(utc);
        var before = Math.Max(0, utc - LongestSetBack);
        var start = FirstChange(before, utc);
        var end = utc + Stride;
        while (end < utc + Horizon && OffsetAt(end) == offset) end += Stride;
        return new(start, FirstChange(end - Stride, end), offset, start + OffsetAt(before));
    }

    /// <summary>The first instant with another offset than the low one; the high one if it has none.</summary>
    private long FirstChange(long low, long high)
    {
        var offset = OffsetAt(low);
        if (OffsetAt(high) == offset) return high;
        while (high - low > 1)
        {
            var middle = low + (high - low) / 2;
            if (OffsetAt(middle) == offset) low = middle;
            else high = middle;
        }

        return high + high % 2;   // .NET ends some years of made zones a tick early
    }

    private long OffsetAt(long utc) =>
        zone.GetUtcOffset(new DateTime(Math.Min(utc, DateTime.MaxValue.Ticks), DateTimeKind.Utc)).Ticks;

    /// <summary>The zone, unless it is refused.</summary>
    private TimeZoneInfo CheckedZone()
    {
        var instants = MayChange().Where(static utc => utc > 0 && utc < LastTick).Prepend(0).Distinct().Order()
            .Select(utc => (Utc: utc, Offset: OffsetAt(utc))).ToList();
        var changes = instants.Zip(instants.Skip(1))
            .Where(static pair => pair.First.Offset != pair.Second.Offset)
            .Select(pair => new DateTime(FirstChange(pair.First.Utc, pair.Second.Utc))).ToList();
        foreach (var (one, next) in changes.Zip(changes.Skip(1)))
        {
            if ((next - one).Ticks >= Stride) continue;
            throw new ArgumentException($"Time zone '{Excerpt.Of(zone.Id)}' is not supported: it changes its offset "
                + $"twice within 3 days, at {one:s}Z and {next:s}Z.", nameof(zone));
        }

        return zone;
    }

    /// <summary>The instants at which the rules of the zone may change its offset.</summary>
    private IEnumerable<long> MayChange()
    {
        var offset = zone.BaseUtcOffset.Ticks;
        foreach (var rule in zone.GetAdjustmentRules())
        {
            var (first, last) = (rule.DateStart.Year, rule.DateEnd.Year);
            var standard = offset + rule.BaseUtcOffsetDelta.Ticks;
            yield return rule.DateStart.Ticks - offset;
            yield return rule.DateEnd.Ticks + TimeSpan.TicksPerDay - offset;
            for (var year = first; year <= last; year++)
            {
                if (year >= first + SomeYears && year < last - 1) continue;
                yield return new DateTime(year, 1, 1).Ticks - offset;
                yield return LocalTicks(rule.DaylightTransitionStart, year) - standard;
                yield return LocalTicks(rule.DaylightTransitionEnd, year) - standard - rule.DaylightDelta.Ticks;
            }
        }
    }

    private static long LocalTicks(TimeZoneInfo.TransitionTime transition, int year)
    {
        var first = new DateTime(year, transition.Month, 1);
        var days = DateTime.DaysInMonth(year, transition.Month);
        var day = transition.IsFixedDateRule ? Math.Min(transition.Day, days)
            : transition.Week * 7 - 6 + (transition.DayOfWeek - first.DayOfWeek + 7) % 7;
        return (first.AddDays((day > days ? day - 7 : day) - 1) + transition.TimeOfDay.TimeOfDay).Ticks;
    }
}
