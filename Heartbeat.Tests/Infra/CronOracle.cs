using System.Globalization;

namespace Heartbeat.Tests.Infra;

/// <summary>Finds the next occurrence by looking at every minute, without any code of the product.</summary>
/// <remarks>
/// <para>
/// Walks along UTC and reads the clock on the wall each minute. A minute is an occurrence if its reading matches; or if
/// the clock has just jumped over a reading that matches. An expression of fixed times takes no notice of readings that
/// the clock has shown before. That is all of the daylight saving rules.
/// </para>
/// <para>Reads valid expressions only. A day without a change whose dates do not match is passed over at once.</para>
/// </remarks>
internal sealed class CronOracle
{
    private const int MinutesPerDay = 1440;
    private static readonly string[] MonthNames = [.. "- JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".Split(' ')];
    private static readonly string[] DayNames = [.. "SUN MON TUE WED THU FRI SAT".Split(' ')];

    private readonly bool[] _minutes;
    private readonly bool[] _hours;
    private readonly bool[] _days;
    private readonly bool[] _months;
    private readonly bool[] _weekdays;
    private readonly bool _bothDays;
    private readonly bool _isFixed;

    public CronOracle(string expression)
    {
        var fields = expression.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        _minutes = Values(fields[0], 0, 59, []);
        _hours = Values(fields[1], 0, 23, []);
        _days = Values(fields[2], 1, 31, []);
        _months = Values(fields[3], 1, 12, MonthNames);
        _weekdays = Values(fields[4], 0, 7, DayNames);
        _weekdays[0] |= _weekdays[7];
        _bothDays = fields[2][0] is '*' or '?' || fields[4][0] is '*' or '?';
        _isFixed = !(fields[0] + fields[1]).Any(static c => c is '*' or '-' or '/');
    }

    /// <summary>The first occurrence later than an instant; null if the zone's table ends before it.</summary>
    public DateTimeOffset? Next(CronOracleZone zone, DateTimeOffset after)
    {
        var first = (after.UtcTicks / TimeSpan.TicksPerMinute) + 1;
        var start = ((first / MinutesPerDay) - 2) * MinutesPerDay;   // a set-back of two days ago no longer matters
        var previous = start - 1 + zone.OffsetAt(start - 1);
        var shown = previous;
        for (var minute = start; minute < zone.End; minute++)
        {
            if (minute % MinutesPerDay == 0 && zone.IsPlain(minute)
                && (minute + MinutesPerDay <= first || !MayOccur(previous)))
            {
                minute += MinutesPerDay - 1;
                previous += MinutesPerDay;
                shown = Math.Max(shown, previous);
                continue;
            }

            var reading = minute + zone.OffsetAt(minute);
            var occurs = Counts(reading, shown);
            for (var skipped = previous + 1; skipped < reading; skipped++) occurs |= Counts(skipped, shown);
            if (occurs && minute >= first)
            {
                var offset = TimeSpan.FromMinutes(reading - minute);
                return new DateTimeOffset(reading * TimeSpan.TicksPerMinute, offset);
            }

            previous = reading;
            shown = Math.Max(shown, reading);
        }

        return null;
    }

    /// <summary>Whether any of the 24 hours after a reading fall on a date that matches.</summary>
    private bool MayOccur(long reading) =>
        DateMatches((reading + 1) / MinutesPerDay) || DateMatches((reading + MinutesPerDay) / MinutesPerDay);

    private bool Counts(long reading, long shown) => (!_isFixed || reading > shown) && Matches(reading);

    private bool Matches(long reading) =>
        _minutes[reading % 60] && _hours[reading / 60 % 24] && DateMatches(reading / MinutesPerDay);

    private bool DateMatches(long day)
    {
        var date = DateOnly.FromDayNumber((int)day);
        var dayMatches = _days[date.Day];
        var weekdayMatches = _weekdays[(int)date.DayOfWeek];
        return _months[date.Month] && (_bothDays ? dayMatches && weekdayMatches : dayMatches || weekdayMatches);
    }

    private static bool[] Values(string field, int first, int last, string[] names)
    {
        var values = new bool[last + 1];
        foreach (var item in field.Split(','))
        {
            var (range, step) = item.Split('/') is [var before, var after] ? (before, Number(after, [])) : (item, 0);
            var (low, high) = (first, last);
            if (range.Split('-') is [var from, var to])
            {
                (low, high) = (Number(from, names), Number(to, names));
                if (low > high && to.StartsWith("su", StringComparison.OrdinalIgnoreCase)) high = 7;
            }
            else if (range is not ("*" or "?"))
            {
                low = Number(range, names);
                if (step == 0) high = low;
            }

            for (var value = low; value <= high; value += Math.Max(step, 1)) values[value] = true;
        }

        return values;
    }

    private static int Number(string text, string[] names)
    {
        var index = Array.FindIndex(names, name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
        return index < 0 ? int.Parse(text, CultureInfo.InvariantCulture) : index;
    }
}

/// <summary>The offset of a zone in every minute of some years, from its answers for instants in UTC.</summary>
/// <remarks>
/// A day without a change is one that has the same offset at so many equidistant minutes, and just before.
/// </remarks>
internal sealed class CronOracleZone
{
    private const int MinutesPerDay = 1440;

    private readonly int _firstDay;

    /// <summary>For each day its offset in minutes; or 1,440 of them if it has a change, or begins with one.</summary>
    private readonly int[][] _days;

    public CronOracleZone(TimeZoneInfo zone, int firstYear = 2007, int lastYear = 2049, int samplesADay = 2)
    {
        Zone = zone;
        _firstDay = new DateOnly(firstYear, 1, 1).DayNumber;
        var lastDay = new DateOnly(lastYear, 12, 31).DayNumber;
        End = (lastDay + 1L) * MinutesPerDay;
        var days = Enumerable.Range(_firstDay, lastDay - _firstDay + 1);
        _days = [.. days.Select(day => Offsets(day * (long)MinutesPerDay, zone, samplesADay))];
        Changes =
        [
            .. days.Where(day => _days[day - _firstDay].Length > 1)
                .SelectMany(static day =>
                    Enumerable.Range(0, MinutesPerDay).Select(minute => (day * (long)MinutesPerDay) + minute))
                .Where(minute => minute > _firstDay * (long)MinutesPerDay && OffsetAt(minute) != OffsetAt(minute - 1)),
        ];
    }

    public TimeZoneInfo Zone { get; }

    /// <summary>The first minute after the table.</summary>
    public long End { get; }

    /// <summary>The minutes that begin with a change.</summary>
    public IReadOnlyList<long> Changes { get; }

    public int OffsetAt(long minute) => DayOf(minute) is [var only] ? only : DayOf(minute)[minute % MinutesPerDay];

    public bool IsPlain(long minute) => DayOf(minute).Length == 1;

    private int[] DayOf(long minute) => _days[(minute / MinutesPerDay) - _firstDay];

    private static int[] Offsets(long start, TimeZoneInfo zone, int samples)
    {
        var offset = Offset(start - 1, zone);
        return Enumerable.Range(0, samples)
            .All(sample => Offset(start + (MinutesPerDay - 1) * sample / (samples - 1), zone) == offset)
            ? [offset]
            : [.. Enumerable.Range(0, MinutesPerDay).Select(minute => Offset(start + minute, zone))];
    }

    private static int Offset(long minute, TimeZoneInfo zone) =>
        (int)zone.GetUtcOffset(new DateTime(minute * TimeSpan.TicksPerMinute, DateTimeKind.Utc)).TotalMinutes;
}
