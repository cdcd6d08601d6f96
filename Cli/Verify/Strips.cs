using static Heartbeat.Cli.Verify.TextReport;

namespace Heartbeat.Cli.Verify;

/// <summary>A strip of 48 characters for each day, or for each week if it is more than a month: gaps at a glance.</summary>
internal sealed class Strips(IReadOnlyList<ProcessReport> processes, Func<int, string> labels)
{
    private const int Characters = 48;
    private const int Day = 24 * 60;
    private const int MostDays = 31;
    private const string Legend = "# all there, + half of a pair missing, - beats missing, x no beat, . not in the log";

    private static readonly Comparer<MinuteRange> ByFirst = Comparer<MinuteRange>.Create(static (a, b) => a.First.CompareTo(b.First));
    private static readonly string Margin = new(' ', 12);

    private readonly List<Strip> _strips =
        [.. processes.GroupBy(static process => process.Instance).OrderBy(static one => one.Key).Select(static one => new Strip(one))];

    public void Write(TextReport text)
    {
        var all = _strips.SelectMany(static one => one.Seen.Concat(one.Missing)).ToList();
        var isDaily = (all.Max(static range => range.Last) / Day) - (all.Min(static range => range.First) / Day) < MostDays;
        var (length, unit, character, heads) = isDaily
            ? (Day, "day", "30 minutes", "00    03    06    09    12    15    18    21")
            : (7 * Day, "week", "3.5 hours", "Mon    Tue    Wed    Thu    Fri    Sat    Sun");
        text.WriteLine(Margin + new string(' ', labels(1).Length) + heads);
        var next = long.MaxValue;
        foreach (var row in new SortedSet<long>(_strips.SelectMany(one => one.Rows(length))))
        {
            if (row > next && _strips.Exists(one => Meets(one.Missing, new(next * length, (row * length) - 1))))
            {
                text.WriteLine($"{Margin}{Count(row - next, unit)} without a beat", Red);
            }

            foreach (var one in _strips)
            {
                text.Write($"{new MinuteRange(row * length, 0).From:yyyy-MM-dd}  {labels(one.Instance)}");
                for (var first = row * length; first < (row + 1) * length; first += length / Characters)
                {
                    var mark = one.MarkOf(new(first, first + (length / Characters) - 1));
                    text.Write($"{mark}", mark switch { '#' => Green, '.' => null, '+' => Yellow, _ => Red });
                }

                text.WriteLine();
            }

            next = row + 1;
        }

        text.WriteLine();
        text.WriteLine($"{character} a character, UTC: {Legend}");
    }

    /// <summary>Whether some of the ranges, which are in order, are in a span.</summary>
    private static bool Meets(List<MinuteRange> ranges, MinuteRange span)
    {
        var after = ranges.BinarySearch(new(span.Last + 1, 0), ByFirst);
        var last = (after < 0 ? ~after : after) - 1;
        return last >= 0 && ranges[last].Last >= span.First;
    }

    /// <summary>The minutes of one instance.</summary>
    private sealed class Strip(IGrouping<int, ProcessReport> processes)
    {
        private readonly List<MinuteRange> _halves = Sort(processes.SelectMany(
            static process => process.BeatsWithoutEvent.Ranges.Concat(process.EventsWithoutBeat.Ranges)));

        public int Instance => processes.Key;

        public List<MinuteRange> Seen { get; } = Sort(processes.Where(static process => process.Beats + process.Events > 0).SelectMany(
            static process => MinuteRange.Minus([MinuteRange.Of(process.First, process.Last)], process.Missed.Ranges)));

        public List<MinuteRange> Missing { get; } = Sort(processes.SelectMany(static process =>
            new[] { process.MissedAtStart, process.Down, process.Missed, process.MissedAtEnd }.SelectMany(static minutes => minutes.Ranges)));

        /// <summary>The rows that are worth showing: not those in which nothing but beats is missing.</summary>
        public IEnumerable<long> Rows(int length) => Missing.SelectMany(range => new[] { range.First / length, range.Last / length })
            .Concat(Seen.SelectMany(range => Enumerable.Range(0, (int)((range.Last / length) - (range.First / length)) + 1)
                .Select(row => (range.First / length) + row)));

        public char MarkOf(MinuteRange span) =>
            Meets(Missing, span) ? (Meets(Seen, span) ? '-' : 'x') : Meets(_halves, span) ? '+' : Meets(Seen, span) ? '#' : '.';

        private static List<MinuteRange> Sort(IEnumerable<MinuteRange> ranges) => [.. ranges.OrderBy(static range => range.First)];
    }
}
