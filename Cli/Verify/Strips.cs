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
    private const string Legend = "# all there, + half of a pair missing, - beats missing, x no beat, . not in the log";

    private static readonly string Margin = new(' ', 12);

    public static void Write(IEnumerable<ProcessReport> processes, TextReport text, Func<int, string> labels)
    {
        var all = processes.SelectMany(RangesOf).ToList();
        var days = (all.Max(static one => one.Range.Last) / Day) - (all.Min(static one => one.Range.First) / Day);
        var (length, unit, character, heads) = days < MostDays
            ? (Day, "day", "30 minutes", "00    03    06    09    12    15    18    21")
            : (7 * Day, "week", "3.5 hours", "Mon    Tue    Wed    Thu    Fri    Sat    Sun");
        text.WriteLine(Margin + new string(' ', labels(1).Length) + heads);
        var marks = MarksOf(all, length);
        int[] instances = [.. all.Select(static one => one.Instance).Distinct().Order()];
        var next = long.MaxValue;
        foreach (var row in marks.Keys.Select(static key => key.Slot / Characters).Distinct().Order())
        {
            var isSilent = row > next && all.Exists(one =>
                one.Mark == Missing && one.Range.First < row * length && one.Range.Last >= next * length);
            if (isSilent) text.WriteLine($"{Margin}{Count(row - next, unit)} without a beat", Red);
            foreach (var instance in instances)
            {
                text.Write($"{new MinuteRange(row * length, 0).From:yyyy-MM-dd}  {labels(instance)}");
                for (var slot = row * Characters; slot < (row + 1) * Characters; slot++)
                {
                    var (mark, colour) = marks.GetValueOrDefault((instance, slot)) switch
                    {
                        0 => (".", null),
                        Seen => ("#", Green),
                        < Missing => ("+", Yellow),
                        var some => ((some & Seen) != 0 ? "-" : "x", Red),
                    };
                    text.Write(mark, colour);
                }

                text.WriteLine();
            }

            next = row + 1;
        }

        text.WriteLine();
        text.WriteLine($"{character} a character, UTC: {Legend}");
    }

    private static IEnumerable<(int Instance, MinuteRange Range, int Mark)> RangesOf(ProcessReport process)
    {
        var life = MinuteRange.Of(process.First, process.Last);
        var seen = process.Beats + process.Events == 0 ? [] : MinuteRange.Minus([life], process.Missed.Ranges);
        var halves = process.BeatsWithoutEvent.Ranges.Concat(process.EventsWithoutBeat.Ranges);
        return seen.Select(range => (process.Instance, range, Seen))
            .Concat(halves.Select(range => (process.Instance, range, Half)))
            .Concat(process.Losses.SelectMany(static loss => loss.Minutes.Ranges).Except(halves)
                .Select(range => (process.Instance, range, Missing)));
    }

    /// <summary>What is in each character; of what is missing, only the first and the last row.</summary>
    private static Dictionary<(int Instance, long Slot), int> MarksOf(
        IEnumerable<(int Instance, MinuteRange Range, int Mark)> ranges, int length)
    {
        var (marks, minutes) = (new Dictionary<(int Instance, long Slot), int>(), length / Characters);
        foreach (var (instance, (first, last), mark) in ranges)
        {
            for (var slot = first / minutes; slot <= last / minutes; slot++)
            {
                var isBetween = slot / Characters > first / length && slot / Characters < last / length;
                if (mark == Missing && isBetween) slot = last / length * Characters;
                marks[(instance, slot)] = marks.GetValueOrDefault((instance, slot)) | mark;
            }
        }

        return marks;
    }
}
