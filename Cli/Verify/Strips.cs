using static Heartbeat.Cli.Verify.TextReport;

namespace Heartbeat.Cli.Verify;

/// <summary>A strip of 48 characters a day, or a week if it is more than a month: gaps at a glance.</summary>
internal sealed class Strips
{
    private const int Characters = 48;
    private const int Day = 24 * 60;
    private const int MostDays = 31;
    private const string Legend = "# all there, + half of a pair missing, - beats missing, x no beat, . not in the log";

    private static readonly string Margin = new(' ', 12);

    private readonly List<(int Instance, MinuteRange Range, Mark Mark)> _ranges = [];
    private readonly Dictionary<(int Instance, long Slot), Mark> _marks = [];

    /// <summary>How many minutes a row has.</summary>
    private readonly int _length;

    public Strips(IEnumerable<ProcessReport> processes)
    {
        foreach (var process in processes)
        {
            var halves = process.BeatsWithoutEvent.Ranges.Concat(process.EventsWithoutBeat.Ranges);
            var missing = process.Losses.SelectMany(static loss => loss.Minutes.Ranges).Except(halves).ToList();
            var life = MinuteRange.Of(process.First, process.Last);
            var seen = process.Beats + process.Events == 0 ? [] : MinuteRange.Minus([life], process.Missed.Ranges);
            _ranges.AddRange(halves.Select(range => (process.Instance, range, Mark.Half)));
            _ranges.AddRange(missing.Select(range => (process.Instance, range, Mark.Missing)));
            _ranges.AddRange(seen.Select(range => (process.Instance, range, Mark.Seen)));
        }

        var (first, last) = (_ranges.Min(static one => one.Range.First), _ranges.Max(static one => one.Range.Last));
        _length = (last / Day) - (first / Day) < MostDays ? Day : 7 * Day;
        foreach (var (instance, range, mark) in _ranges)
        {
            // Of what is missing, rows in between of which nothing is there are not shown.
            var (firstEnd, lastStart) = (((range.First / _length) + 1) * _length, range.Last / _length * _length);
            var slot = _length / Characters;
            for (var minute = range.First / slot * slot; minute <= range.Last; minute += slot)
            {
                if (mark == Mark.Missing && minute >= firstEnd && minute < lastStart) minute = lastStart;
                _marks[(instance, minute / slot)] = _marks.GetValueOrDefault((instance, minute / slot)) | mark;
            }
        }
    }

    [Flags]
    private enum Mark
    {
        None = 0,
        Seen = 1,
        Half = 2,
        Missing = 4,
    }

    public void Write(TextReport text, Func<int, string> labels)
    {
        var (unit, character, heads) = _length == Day
            ? ("day", "30 minutes", "00    03    06    09    12    15    18    21")
            : ("week", "3.5 hours", "Mon    Tue    Wed    Thu    Fri    Sat    Sun");
        text.WriteLine(Margin + new string(' ', labels(1).Length) + heads);
        int[] instances = [.. _ranges.Select(static one => one.Instance).Distinct().Order()];
        var next = long.MaxValue;
        foreach (var row in _marks.Keys.Select(static key => key.Slot / Characters).Distinct().Order())
        {
            var isSilent = row > next && _ranges.Exists(one =>
                one.Mark == Mark.Missing && one.Range.First < row * _length && one.Range.Last >= next * _length);
            if (isSilent) text.WriteLine($"{Margin}{Count(row - next, unit)} without a beat", Red);
            foreach (var instance in instances)
            {
                text.Write($"{new MinuteRange(row * _length, 0).From:yyyy-MM-dd}  {labels(instance)}");
                for (var slot = row * Characters; slot < (row + 1) * Characters; slot++)
                {
                    var (mark, colour) = _marks.GetValueOrDefault((instance, slot)) switch
                    {
                        Mark.None => (".", null),
                        Mark.Seen => ("#", Green),
                        < Mark.Missing => ("+", Yellow),
                        var marks => (marks.HasFlag(Mark.Seen) ? "-" : "x", Red),
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
}
