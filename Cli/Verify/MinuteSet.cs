using System.Text.Json.Serialization;

namespace Heartbeat.Cli.Verify;

/// <summary>Consecutive minutes, both ends included, counted from <see cref="DateTime.MinValue"/>.</summary>
internal readonly record struct MinuteRange([property: JsonIgnore] long First, [property: JsonIgnore] long Last)
{
    public DateTime From => new(First * TimeSpan.TicksPerMinute, DateTimeKind.Utc);
    public DateTime To => new(Last * TimeSpan.TicksPerMinute, DateTimeKind.Utc);

    /// <summary>What is left of ranges when others are taken away. Both are in order, and so is the result.</summary>
    public static List<MinuteRange> Minus(IReadOnlyList<MinuteRange> ranges, IReadOnlyList<MinuteRange> holes)
    {
        var (left, at) = (new List<MinuteRange>(), 0);
        foreach (var (start, last) in ranges)
        {
            var first = start;
            for (; at < holes.Count && holes[at].First <= last; at++)
            {
                if (holes[at].First > first) left.Add(new(first, holes[at].First - 1));
                first = Math.Max(first, holes[at].Last + 1);
                // A hole that goes on beyond this range may reach into the next one.
                if (holes[at].Last > last) break;
            }

            if (first <= last) left.Add(new(first, last));
        }

        return left;
    }
}

/// <summary>A set of minutes, kept as ranges: as large as its gaps are many, however long it runs.</summary>
internal sealed class MinuteSet
{
    private List<MinuteRange> _ranges = [];

    /// <summary>Minutes out of order are sorted so many at a time: alone, each would move all that follow.</summary>
    private int _most = 4096;

    /// <summary>Adds a minute, fastest at the end.</summary>
    public void Add(long minute)
    {
        var (first, last) = _ranges.Count == 0 ? new(0, -2) : _ranges[^1];
        if (minute == last + 1) _ranges[^1] = new(first, minute);
        else if (minute < first || minute > last) _ranges.Add(new(minute, minute));
        if (_ranges.Count >= _most) _most = (2 * Sort().Count) + 4096;
    }

    /// <summary>Gives the minutes in order.</summary>
    public List<MinuteRange> Sort()
    {
        var sorted = new List<MinuteRange>();
        foreach (var range in _ranges.OrderBy(static range => range.First))
        {
            if (sorted.Count == 0 || range.First > sorted[^1].Last + 1) sorted.Add(range);
            else sorted[^1] = new(sorted[^1].First, Math.Max(sorted[^1].Last, range.Last));
        }

        return _ranges = sorted;
    }
}
