using System.Collections;

namespace Heartbeat.Cli.Verify;

/// <summary>Consecutive minutes, both ends included, counted from <see cref="DateTime.MinValue"/>.</summary>
internal readonly record struct MinuteRange(long First, long Last)
{
    public long Count => Last - First + 1;
}

/// <summary>A set of minutes, kept as ranges in order: as large as its gaps are many, however long it runs.</summary>
internal sealed class MinuteSet : IEnumerable<MinuteRange>
{
    /// <summary>In order; between two of them at least one minute is missing.</summary>
    private readonly List<MinuteRange> _ranges = [];

    /// <summary>How many minutes there are.</summary>
    public long Count { get; private set; }

    /// <summary>How many ranges they make.</summary>
    public int RangeCount => _ranges.Count;

    public long First => _ranges[0].First;

    public long Last => _ranges[^1].Last;

    /// <summary>The minutes that are missing between the first and the last.</summary>
    public IEnumerable<MinuteRange> Gaps =>
        _ranges.Zip(_ranges.Skip(1), static (range, next) => new MinuteRange(range.Last + 1, next.First - 1));

    /// <summary>Adds a minute, fastest after the last.</summary>
    /// <returns>Whether it was not there before.</returns>
    public bool Add(long minute)
    {
        var before = Count;
        if (_ranges.Count > 0 && _ranges[^1] is var (first, last) && minute >= first && minute <= last + 1)
        {
            _ranges[^1] = new(first, Math.Max(last, minute));
            Count += Math.Max(0, minute - last);
        }
        else
        {
            Add(new MinuteRange(minute, minute));
        }

        return Count > before;
    }

    /// <summary>Adds a range, which may overlap others; an empty one adds nothing.</summary>
    public void Add(MinuteRange range)
    {
        if (range.Count <= 0) return;
        var from = FirstEndingFrom(range.First - 1);
        var to = from;
        while (to < _ranges.Count && _ranges[to].First <= range.Last + 1)
        {
            Count -= _ranges[to].Count;
            range = new(Math.Min(range.First, _ranges[to].First), Math.Max(range.Last, _ranges[to].Last));
            to++;
        }

        _ranges.RemoveRange(from, to - from);
        _ranges.Insert(from, range);
        Count += range.Count;
    }

    /// <summary>Adds many ranges.</summary>
    public void Add(IEnumerable<MinuteRange> ranges)
    {
        foreach (var range in ranges) Add(range);
    }

    /// <summary>How many minutes of a range are in the set.</summary>
    public long CountWithin(MinuteRange range)
    {
        var count = 0L;
        for (var at = FirstEndingFrom(range.First); at < _ranges.Count && _ranges[at].First <= range.Last; at++)
        {
            count += Math.Min(_ranges[at].Last, range.Last) - Math.Max(_ranges[at].First, range.First) + 1;
        }

        return count;
    }

    public IEnumerator<MinuteRange> GetEnumerator() => _ranges.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The index of the first range that ends at a minute or later.</summary>
    private int FirstEndingFrom(long minute)
    {
        var (low, high) = (0, _ranges.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_ranges[middle].Last < minute) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
