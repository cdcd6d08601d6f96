using System.Text.Json.Serialization;

namespace Heartbeat.Cli.Verify;

/// <summary>Consecutive minutes, both ends included, counted from <see cref="DateTime.MinValue"/>.</summary>
internal readonly record struct MinuteRange([property: JsonIgnore] long First, [property: JsonIgnore] long Last)
{
    public DateTime From => new(First * TimeSpan.TicksPerMinute, DateTimeKind.Utc);
    public DateTime To => new(Last * TimeSpan.TicksPerMinute, DateTimeKind.Utc);
}

/// <summary>A set of minutes, kept as ranges: as large as its gaps are many, however long it runs.</summary>
/// <remarks>At first it is one range, or nothing if that ends before it begins.</remarks>
internal sealed class MinuteSet(long first = 0, long last = -1)
{
    private List<MinuteRange> _ranges = first <= last ? [new(first, last)] : [];

    /// <summary>How many ranges there were when they were put in order; more have come since, in any order.</summary>
    private int _sorted;

    public long Count => Ranges.Sum(static range => range.Last - range.First + 1);

    public IReadOnlyList<MinuteRange> Ranges => _sorted == _ranges.Count ? _ranges : Sort();

    /// <summary>Adds a minute, fastest at the end.</summary>
    public void Add(long minute)
    {
        var (first, last) = _ranges.Count == 0 ? new(0, -2) : _ranges[^1];
        if (minute == last + 1) _ranges[^1] = new(first, minute);
        else if (minute < first || minute > last) _ranges.Add(new(minute, minute));
        // Many at a time: alone, each minute out of order would move all that follow.
        if (_ranges.Count >= (2 * _sorted) + 4096) Sort();
    }

    /// <summary>What is left of a set when another is taken away.</summary>
    public MinuteSet Minus(MinuteSet other)
    {
        var (left, at, holes) = (new List<MinuteRange>(), 0, other.Ranges);
        foreach (var (first, last) in Ranges)
        {
            var from = first;
            while (at < holes.Count && holes[at].Last < first) at++;
            // A hole that goes on beyond this range may reach into the next one.
            for (var hole = at; hole < holes.Count && holes[hole].First <= last; hole++)
            {
                if (from < holes[hole].First) left.Add(new(from, holes[hole].First - 1));
                from = holes[hole].Last + 1;
            }

            if (from <= last) left.Add(new(from, last));
        }

        return new() { _ranges = left, _sorted = left.Count };
    }

    private List<MinuteRange> Sort()
    {
        var sorted = new List<MinuteRange>();
        foreach (var range in _ranges.OrderBy(static range => range.First))
        {
            if (sorted.Count == 0 || range.First > sorted[^1].Last + 1) sorted.Add(range);
            else sorted[^1] = new(sorted[^1].First, Math.Max(sorted[^1].Last, range.Last));
        }

        _sorted = sorted.Count;
        return _ranges = sorted;
    }
}
