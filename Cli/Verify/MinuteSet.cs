using System.Text.Json.Serialization;

namespace Heartbeat.Cli.Verify;

/// <summary>Consecutive minutes, both ends included, counted from <see cref="DateTime.MinValue"/>.</summary>
internal readonly record struct MinuteRange([property: JsonIgnore] long First, [property: JsonIgnore] long Last)
{
    public DateTime From => new(First * TimeSpan.TicksPerMinute, DateTimeKind.Utc);
    public DateTime To => new(Last * TimeSpan.TicksPerMinute, DateTimeKind.Utc);

    public static MinuteRange Of(DateTime first, DateTime last) =>
        new(first.Ticks / TimeSpan.TicksPerMinute, last.Ticks / TimeSpan.TicksPerMinute);

    /// <summary>What is left of ranges when others are taken away. Both are in order, and so is the result.</summary>
    public static List<MinuteRange> Minus(IEnumerable<MinuteRange> ranges, IEnumerable<MinuteRange> holes)
    {
        var left = new List<MinuteRange>();
        using var hole = holes.GetEnumerator();
        var hasHole = hole.MoveNext();
        foreach (var (start, last) in ranges)
        {
            var first = start;
            while (hasHole && hole.Current.First <= last)
            {
                if (hole.Current.First > first) left.Add(new(first, hole.Current.First - 1));
                first = Math.Max(first, hole.Current.Last + 1);
                // A hole that goes on beyond this range may reach into the next one.
                if (hole.Current.Last > last) break;
                hasHole = hole.MoveNext();
            }

            if (first <= last) left.Add(new(first, last));
        }

        return left;
    }
}

/// <summary>A set of minutes, kept as ranges: as large as its gaps are many, however long it runs.</summary>
internal sealed class MinuteSet
{
    /// <summary>Minutes out of order are sorted so many at a time: alone, each would move all that follow.</summary>
    private const int MostUnsorted = 4096;

    private readonly List<MinuteRange> _unsorted = [];
    private List<MinuteRange> _ranges = [];

    /// <summary>Adds a minute, fastest at the end.</summary>
    public void Add(long minute)
    {
        var (first, last) = _ranges.Count == 0 ? new(long.MinValue, long.MinValue) : _ranges[^1];
        if (minute == last + 1) _ranges[^1] = new(first, minute);
        else if (minute > last) _ranges.Add(new(minute, minute));
        else if (minute < first) _unsorted.Add(new(minute, minute));
        if (_unsorted.Count == MostUnsorted) Sort();
    }

    /// <summary>Gives the minutes in order.</summary>
    public List<MinuteRange> Sort()
    {
        if (_unsorted.Count == 0) return _ranges;
        var sorted = new List<MinuteRange>();
        foreach (var range in _ranges.Concat(_unsorted).OrderBy(static range => range.First))
        {
            if (sorted.Count == 0 || range.First > sorted[^1].Last + 1) sorted.Add(range);
            else sorted[^1] = new(sorted[^1].First, Math.Max(sorted[^1].Last, range.Last));
        }

        _unsorted.Clear();
        return _ranges = sorted;
    }
}
