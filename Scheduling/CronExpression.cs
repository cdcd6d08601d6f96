using System.Numerics;

namespace Heartbeat.Scheduling;

/// <summary>A cron expression of five fields and the time zone it is evaluated in.</summary>
/// <remarks>
/// <para>
/// When both day fields are restricted either suffices; when one of them begins with <c>*</c> both must match
/// (crontab(5), "Note: The day of a command's execution can be specified by two fields").
/// </para>
/// <para>
/// Where clocks go forward, occurrences in the gap become one at its end. Where they go back, fixed times occur once,
/// the first time, and periodic ones in both passes (cron(8), "Daylight Saving Time and other time changes").
/// </para>
/// <para>Immutable but for a remembered offset: may be used from any thread.</para>
/// </remarks>
public sealed class CronExpression
{
    private const int MinutesPerDay = 24 * 60;
    private const int LastYear = 9999;
    private const long Never = -1;
    private const ulong EveryWeek = 0b1_0000001_0000001_0000001_0000001;
    private const uint MonthsOf31Days = 0b1_0101_1010_1010;
    private const uint MonthsOf30Days = 0b0_1010_0101_0000;

    private readonly string _text;
    private readonly CronFields _fields;
    private readonly ZoneOffsets _offsets;

    private CronExpression(string text, ZoneOffsets offsets)
    {
        if (CronParser.Read(text.Replace('\t', ' '), out _fields) is { } fault)
            throw new CronFormatException(text, fault);
        (_text, _offsets) = (text, offsets);
    }

    /// <summary>Reads an expression.</summary>
    /// <param name="text">As in <see cref="CronField"/>, or <c>@daily</c> and the like.</param>
    /// <param name="zone">UTC unless given.</param>
    /// <exception cref="CronFormatException">The text is not an expression of the dialect.</exception>
    /// <exception cref="ArgumentException">The zone, made by code, changes its offset twice within 3 days.</exception>
    public static CronExpression Parse(string text, TimeZoneInfo? zone = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new(text, ZoneOffsets.Of(zone ?? TimeZoneInfo.Utc));
    }

    /// <summary>The zone that the expression is evaluated in.</summary>
    public TimeZoneInfo Zone => _offsets.Zone;

    /// <summary>
    /// A <c>*</c>, range or step in minute or hour: occurs in both passes of an overlap, and continues at the new time
    /// after a set-back of the clock. Otherwise the times are fixed.
    /// </summary>
    public bool IsPeriodic => _fields.IsPeriodic;

    /// <summary>How the day fields combine, as a clause, if other programs combine them otherwise; else null.</summary>
    public string? DayRule =>
        EitherDaySuffices ? "a day that matches either day field is enough, as in crontab(5); Cronos requires both" :
        _text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is [_, _, var days, _, var weekdays]
            && !HasStar(days) && !HasStar(weekdays)
            ? "a day must match both day fields, as in crontab(5); to Kubernetes either is enough" : null;

    /// <summary>Why there is never an occurrence, as a clause; null if there are some.</summary>
    public string? NeverBecause => CanOccur ? null :
        $"no such day in that month (first day {FirstDay}, longest month {LongestMonth} days)";

    /// <summary>Neither day field begins with <c>*</c>.</summary>
    internal bool EitherDaySuffices => _fields.EitherDaySuffices;

    private bool CanOccur => EitherDaySuffices || FirstDay <= LongestMonth;

    private int FirstDay => BitOperations.TrailingZeroCount(_fields.Days);

    private int LongestMonth =>
        (_fields.Months & MonthsOf31Days) != 0 ? 31 : (_fields.Months & MonthsOf30Days) != 0 ? 30 : 29;

    /// <summary>The expression as written.</summary>
    public override string ToString() => _text;

    /// <summary>The first occurrence later than an instant, in the offset of the zone; null if none.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        var from = after.UtcTicks;
        var span = _offsets.At(from);
        var local = from + span.Offset;
        if (!IsPeriodic) local = Math.Max(local, span.Shown - 1);   // in a second pass: on with what is new
        var next = NextLocal(local);
        if (next == Never) return null;

        while (next - span.Offset >= span.End)
        {
            var later = _offsets.At(span.End);
            if (next < span.End + later.Offset) return At(span.End, later.Offset);   // in a gap: at its end
            if (IsPeriodic && later.Offset < span.Offset)
            {
                from = span.End;
                next = NextLocal(from + later.Offset - 1);
            }

            // A set-back can repeat what matched before only if it is near: the span may end without a change.
            span = span.End - from < ZoneOffsets.LongestSetBack
                ? later : _offsets.At(Math.Max(span.End, next - ZoneOffsets.LongestSetBack));
        }

        return At(next - span.Offset, span.Offset);
    }

    private static DateTimeOffset? At(long utc, long offset) =>
        utc > DateTime.MaxValue.Ticks ? null : new(utc + offset, new TimeSpan(offset));

    /// <summary>The first local time later than another that matches; <see cref="Never"/> if none.</summary>
    private long NextLocal(long after)
    {
        var minute = after < 0 ? 0 : after / TimeSpan.TicksPerMinute + 1;
        var today = (int)(minute / MinutesPerDay);
        if (today > DateOnly.MaxValue.DayNumber) return Never;

        var (year, month, day) = DateOnly.FromDayNumber(today);
        var eve = today - day;
        var days = DaysOf(year, month, eve);
        if ((days >> day & 1) != 0 && NextTimeOfDay((int)(minute % MinutesPerDay)) is >= 0 and var time)
            return TicksOf(today, time);

        days &= ~1U << day;
        if (days == 0 && !CanOccur) return Never;
        while (days == 0)
        {
            var months = _fields.Months & ~1U << month;
            if (months == 0 && ++year > LastYear) return Never;
            month = BitOperations.TrailingZeroCount(months == 0 ? _fields.Months : months);
            eve = new DateOnly(year, month, 1).DayNumber - 1;
            days = DaysOf(year, month, eve);
        }

        return TicksOf(eve + BitOperations.TrailingZeroCount(days), NextTimeOfDay(0));
    }

    /// <summary>The first minute of a day, from one on, that matches; -1 if none.</summary>
    private int NextTimeOfDay(int from)
    {
        var hour = from / 60;
        var minutes = _fields.Minutes >> from % 60;
        if ((_fields.Hours >> hour & 1) != 0 && minutes != 0) return from + BitOperations.TrailingZeroCount(minutes);

        var hours = _fields.Hours & ~1U << hour;
        if (hours == 0) return -1;
        return BitOperations.TrailingZeroCount(hours) * 60 + BitOperations.TrailingZeroCount(_fields.Minutes);
    }

    /// <summary>The days of a month that match, bits 1 to 31; its eve is the day before the first.</summary>
    private uint DaysOf(int year, int month, int eve)
    {
        if ((_fields.Months >> month & 1) == 0) return 0;

        var week = (_fields.Weekdays | _fields.Weekdays << 7) >> (int)((uint)(eve + 2) % 7) & 0b111_1111; // of the 1st
        var weekdays = (uint)(week * EveryWeek << 1);
        var days = EitherDaySuffices ? _fields.Days | weekdays : _fields.Days & weekdays;
        return days & ((2U << DateTime.DaysInMonth(year, month)) - 2);
    }

    /// <summary>Whether Kubernetes takes a day field for unrestricted.</summary>
    private static bool HasStar(string field) => field.Split(',').Any(static item => item is "*" or "?" or "*/1");

    private static long TicksOf(int day, int minute) => ((long)day * MinutesPerDay + minute) * TimeSpan.TicksPerMinute;
}
