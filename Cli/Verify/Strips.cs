using static Heartbeat.Cli.Verify.TextReport;

namespace Heartbeat.Cli.Verify;

/// <summary>What is in a character of a strip.</summary>
[Flags]
internal enum Mark { None = 0, Seen = 1, Half = 2, Missing = 4 }

/// <summary>A strip of 48 characters a day, or a week if it is more than a month: gaps at a glance.</summary>
internal static class Strips
{
    private const int Characters = 48;
    private const int Day = 24 * 60;
    private const int MostDays = 31;
    private const string Margin = "            ";

    /// <summary>The character of each combination of marks.</summary>
    private const string Signs = ".#++x-x-";
    private const string Legend = "# all there, + half of a pair missing, - beats missing, x no beat, . not in the log";

    public static void Write(ProcessReport[] processes, TextReport text)
    {
        var ranges = processes
            .SelectMany(static process => process.Losses.Append((What: "", Minutes: process.Seen, Mark: Mark.Seen))
                .SelectMany(part => part.Minutes.Ranges.Select(range =>
                    (process.Instance, part.Mark, range.First, range.Last)))).ToList();
        var days = (ranges.Max(static one => one.Last) / Day) - (ranges.Min(static one => one.First) / Day);
        var (length, unit, width, heads) = days < MostDays
            ? (Day, "day", "30 minutes", "00    03    06    09    12    15    18    21")
            : (7 * Day, "week", "3.5 hours", "Mon    Tue    Wed    Thu    Fri    Sat    Sun");
        var marks = new Dictionary<(int Instance, long Slot), Mark>();
        foreach (var (instance, mark, first, last) in ranges)
        {
            for (var (slot, end) = (first * Characters / length, last * Characters / length); slot <= end; slot++)
            {
                // Of what is missing, only the first and the last row are shown.
                var isBetween = slot / Characters > first / length && slot / Characters < last / length;
                if (mark == Mark.Missing && isBetween) slot = last / length * Characters;
                marks[(instance, slot)] = marks.GetValueOrDefault((instance, slot)) | mark;
            }
        }

        text.WriteLine($"{Margin}{text.Label(1).Replace('1', ' ')}{heads}");
        var next = long.MaxValue;
        foreach (var (row, instance) in
            marks.Keys.Select(static key => (key.Slot / Characters, key.Instance)).Distinct().Order())
        {
            var isSilent = row > next && ranges.Exists(one =>
                one.Mark == Mark.Missing && one.First < row * length && one.Last >= next * length);
            if (isSilent) text.WriteLine($"{Margin}{Count(row - next, unit)} without a beat", Red);
            next = row + 1;
            text.Write($"{new MinuteRange(row * length, 0).From:yyyy-MM-dd}  {text.Label(instance)}");
            for (var slot = row * Characters; slot < next * Characters; slot++)
            {
                var mark = marks.GetValueOrDefault((instance, slot));
                var colour = mark switch { Mark.None => null, Mark.Seen => Green, < Mark.Missing => Yellow, _ => Red };
                text.Write($"{Signs[(int)mark]}", colour);
            }

            text.WriteLine();
        }

        text.WriteLine();
        text.WriteLine($"{width} a character, UTC: {Legend}");
    }
}
