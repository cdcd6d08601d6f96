using static Heartbeat.Cli.Verify.Wording;

namespace Heartbeat.Cli.Verify;

/// <summary>A strip of 48 characters for each day, or for each week if days would fill more than a screen.</summary>
internal sealed class Strips(IReadOnlyList<ProcessReport> processes, Func<int, string> labels)
{
    private const int Characters = 48;
    private const int Day = 24 * 60;
    private const int MostDays = 31;
    private const string Legend = "# all there, + half of a pair missing, - beats missing, x no beat, . not in the log";

    private static readonly string Margin = new(' ', 12);

    private readonly List<Strip> _strips =
        [.. processes.GroupBy(static process => process.Instance).OrderBy(static one => one.Key).Select(static one => new Strip(one))];

    public void Write(TextReport text)
    {
        var isWeekly = _strips.Max(static one => one.Last) / Day - _strips.Min(static one => one.First) / Day >= MostDays;
        var (length, unit) = isWeekly ? (7 * Day, "week") : (Day, "day");
        text.WriteLine(Margin + new string(' ', labels(1).Length)
            + (isWeekly ? "Mon    Tue    Wed    Thu    Fri    Sat    Sun" : "00    03    06    09    12    15    18    21"));
        var next = long.MaxValue;
        foreach (var row in new SortedSet<long>(_strips.SelectMany(one => one.Rows(length))))
        {
            var silence = new MinuteRange(next * length, (row * length) - 1);
            if (row > next && _strips.Exists(one => Meets(one.Missing, silence)))
            {
                text.WriteLine($"{Margin}{Count(row - next, unit)} without a beat", TextReport.Red);
            }

            foreach (var one in _strips)
            {
                text.Write($"{Text(new MinuteRange(row * length, 0).From, "yyyy-MM-dd")}  {labels(one.Instance)}");
                for (var at = 0; at < Characters; at++)
                {
                    var first = (row * length) + (at * length / Characters);
                    var mark = one.MarkOf(new(first, first + (length / Characters) - 1));
                    text.Write(mark.ToString(), mark switch { '#' => TextReport.Green, '.' => null, '+' => TextReport.Yellow, _ => TextReport.Red });
                }

                text.WriteLine();
            }

            next = row + 1;
        }

        text.WriteLine();
        text.WriteLine($"{(isWeekly ? "3.5 hours" : "30 minutes")} a character, UTC: {Legend}");
    }

    /// <summary>Whether some of the ranges, which are in order, are in a span.</summary>
    private static bool Meets(List<MinuteRange> ranges, MinuteRange span)
    {
        var (low, high) = (0, ranges.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (ranges[middle].Last < span.First) low = middle + 1;
            else high = middle;
        }

        return low < ranges.Count && ranges[low].First <= span.Last;
    }

    /// <summary>The minutes of one instance.</summary>
    private sealed class Strip(IGrouping<int, ProcessReport> processes)
    {
        private readonly List<MinuteRange> _seen = Sorted(processes.Where(static process => process.Beats + process.Events > 0).SelectMany(
            static process => MinuteRange.Minus([new(MinuteOf(process.First), MinuteOf(process.Last))], process.Missed.Ranges)));

        private readonly List<MinuteRange> _halves = Sorted(processes.SelectMany(
            static process => process.BeatsWithoutEvent.Ranges.Concat(process.EventsWithoutBeat.Ranges)));

        public int Instance => processes.Key;

        public List<MinuteRange> Missing { get; } = Sorted(processes.SelectMany(static process =>
            new[] { process.MissedAtStart, process.Down, process.Missed, process.MissedAtEnd }.SelectMany(static minutes => minutes.Ranges)));

        public long First => _seen.Concat(Missing).Min(static range => range.First);

        public long Last => _seen.Concat(Missing).Max(static range => range.Last);

        /// <summary>The rows that are worth showing: not those between which nothing but beats is missing.</summary>
        public IEnumerable<long> Rows(int length) =>
            _seen.SelectMany(range => Between(range.First / length, range.Last / length))
                .Concat(Missing.SelectMany(range => new[] { range.First / length, range.Last / length }));

        public char MarkOf(MinuteRange span) =>
            Meets(Missing, span) ? Meets(_seen, span) ? '-' : 'x'
            : Meets(_halves, span) ? '+'
            : Meets(_seen, span) ? '#' : '.';

        private static List<MinuteRange> Sorted(IEnumerable<MinuteRange> ranges) => [.. ranges.OrderBy(static range => range.First)];

        private static IEnumerable<long> Between(long first, long last)
        {
            for (var row = first; row <= last; row++) yield return row;
        }

        private static long MinuteOf(DateTime time) => time.Ticks / TimeSpan.TicksPerMinute;
    }
}
