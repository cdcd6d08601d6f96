using static Heartbeat.Cli.Verify.TextReport;

namespace Heartbeat.Cli.Verify;

/// <summary>A strip of 48 characters a day, or a week if it is more than a month: gaps at a glance.</summary>
internal static class Strips
{
    private const int Characters = 48;
    private const int Day = 24 * 60;
    private const int MostDays = 31;
    private const int Seen = 1;
    private const int Half = 2;
    private const int Missing = 4;
    private const string Margin = "            ";
    private const string Legend = "# all there, + half of a pair missing, - beats missing, x no beat, . not in the log";

    public static void Write(ProcessReport[] processes, TextReport text)
    {
        var ranges = processes.SelectMany(RangesOf).ToList();
        var days = (ranges.Max(static one => one.Range.Last) / Day) - (ranges.Min(static one => one.Range.First) / Day);
        var (length, unit, character, heads) = days < MostDays
            ? (Day, "day", "30 minutes", "00    03    06    09    12    15    18    21")
            : (7 * Day, "week", "3.5 hours", "Mon    Tue    Wed    Thu    Fri    Sat    Sun");
        text.WriteLine($"{Margin}{text.Label(1).Replace('1', ' ')}{heads}");
        var next = long.MaxValue;
        foreach (var ((row, instance), marks) in RowsOf(ranges, length))
        {
            var isSilent = row > next && ranges.Exists(one =>
                one.Mark == Missing && one.Range.First < row * length && one.Range.Last >= next * length);
            if (isSilent) text.WriteLine($"{Margin}{Count(row - next, unit)} without a beat", Red);
            next = row + 1;
            text.Write($"{new MinuteRange(row * length, 0).From:yyyy-MM-dd}  {text.Label(instance)}");
            foreach (var mark in marks)
            {
                var (character1, colour) = mark switch
                {
                    0 => (".", null),
                    Seen => ("#", Green),
                    < Missing => ("+", Yellow),
                    _ => ((mark & Seen) != 0 ? "-" : "x", Red),
                };
                text.Write(character1, colour);
            }

            text.WriteLine();
        }

        text.WriteLine();
        text.WriteLine($"{character} a character, UTC: {Legend}");
    }

    private static IEnumerable<(int Instance, MinuteRange Range, int Mark)> RangesOf(ProcessReport process)
    {
        var life = new MinuteRange(process.First.Ticks / TimeSpan.TicksPerMinute, process.Last.Ticks / TimeSpan.TicksPerMinute);
        var seen = process.Beats + process.Events == 0 ? [] : MinuteRange.Minus([life], process.Missed.Ranges);
        return Marked(seen, Seen).Concat(process.Losses.SelectMany(loss =>
            Marked(loss.Minutes.Ranges, loss.Suffix.Contains("without", StringComparison.Ordinal) ? Half : Missing)));

        IEnumerable<(int Instance, MinuteRange Range, int Mark)> Marked(List<MinuteRange> ranges, int mark) =>
            ranges.Select(range => (process.Instance, range, mark));
    }

    /// <summary>What is in each character; of what is missing, only the first and the last row.</summary>
    private static SortedDictionary<(long Row, int Instance), int[]> RowsOf(
        List<(int Instance, MinuteRange Range, int Mark)> ranges, int length)
    {
        var (rows, minutes) = (new SortedDictionary<(long Row, int Instance), int[]>(), length / Characters);
        foreach (var (instance, (first, last), mark) in ranges)
        {
            for (var slot = first / minutes; slot <= last / minutes; slot++)
            {
                var isBetween = slot / Characters > first / length && slot / Characters < last / length;
                if (mark == Missing && isBetween) slot = last / length * Characters;
                var key = (slot / Characters, instance);
                if (!rows.TryGetValue(key, out var row)) rows.Add(key, row = new int[Characters]);
                row[slot % Characters] |= mark;
            }
        }

        return rows;
    }
}
