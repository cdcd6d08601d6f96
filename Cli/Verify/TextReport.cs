namespace Heartbeat.Cli.Verify;

/// <summary>What is in a character of a strip.</summary>
[Flags]
internal enum Mark { None = 0, Seen = 1, Half = 2, Missing = 4 }

/// <summary>The report for people: what is to be known first, then a line a process, then strips. All in UTC.</summary>
internal sealed class TextReport(Report report, bool hasColours)
{
    private const string Green = "\e[32m";
    private const string Yellow = "\e[33m";
    private const string Red = "\e[31m";
    private const int MostGood = 20;
    private const int MostRanges = 5;
    private const int MostDays = 31;
    private const int Day = 24 * 60;
    private const int Characters = 48;

    private readonly int _instances = report.Processes.Max(static process => process.Instance);

    /// <summary><c>1 beat</c>, <c>1,440 beats</c>, <c>2 beats missed</c>: the first word is the noun.</summary>
    public static string Count(long count, string what)
    {
        var noun = what.Split(' ')[0];
        var plural = count == 1 ? "" : noun.EndsWith('s') ? "es" : "s";
        return $"{count:N0} {noun}{plural}{what[noun.Length..]}";
    }

    public IEnumerable<string> Lines()
    {
        // Those with something missing come first, and many good ones are one line.
        var bad = Array.FindAll(report.Processes, static process => !process.Alive);
        var good = report.Processes[bad.Length..];
        var shown = good.Length > MostGood ? bad : report.Processes;
        var rest = $"{Count(good.Length, "process")} with nothing missing: {Sums(good)}";
        return Head().Append("").Concat(shown.Select(LineOf))
            .Concat(shown == bad ? [In(Green, rest)] : []).Concat(shown.Length > 0 ? Strips(shown) : []);
    }

    private IEnumerable<string> Head()
    {
        var processes = report.Processes;
        var restarts = report.Restarts > 0 ? $"; {Count(report.Restarts, "restart")}" : "";
        var end = processes.All(static process => process.KnownAfterLast) ? "" : " up to the last beat";
        var missing = processes.SelectMany(static process => process.Losses)
            .GroupBy(static loss => loss.What, static loss => loss.Minutes.Count)
            .Select(static loss => (Count: loss.Sum(), What: loss.Key))
            .Append((report.Files.Count(static file => file.Flaw is not null), "file not judged"))
            .Where(static loss => loss.Count > 0).Select(static loss => Count(loss.Count, loss.What));
        yield return report.Alive ? In(Green, $"All alive{end}: nothing missing{restarts}.")
            : In(Red, $"Not all alive: {string.Join(", ", missing)}{restarts}.");
        var parallel = report.Instances > 1 ? $", {report.Instances} side by side" : "";
        yield return $"{Sums(processes)}, {Count(processes.Length, "process")}{parallel}: {Range(processes)} UTC.";
        // What limits the verdict: the time that was asked about, and what the logs do not tell.
        if (report.Since is { } since) yield return $"Since {since.Instant:yyyy-MM-dd HH:mm:ss} UTC: {since.Meaning}.";
        if (report.Until is { } until) yield return $"Until {until.Instant:yyyy-MM-dd HH:mm:ss} UTC: {until.Meaning}.";
        var open = processes.Count(static process => !process.KnownAfterLast);
        var whose = open == report.Instances ? "" : $" of {Count(open, "process")}";
        if (open > 0) yield return $"The lines{whose} tell no time: nothing is known after the last beat.";
        foreach (var flaw in report.Flaws) yield return In(Yellow, $"{flaw}.");
    }

    private string LineOf(ProcessReport process)
    {
        var files = report.Files.Count > 1 ? string.Join(", ", process.Files.Select(PlainFormatter.Escape)) + "  " : "";
        List<string> parts = [$"{Label(process.Instance)}{process.Node}  {files}{Range(process)}  {Sums(process)}"];
        if (process.RestartOf is not null) parts.Add(process.Down.Count == 0 ? "restart without a loss" : "restart");
        parts.AddRange(process.Losses.Where(static loss => loss.Minutes.Count > 0).Select(loss =>
            In(Red, $"{Count(loss.Minutes.Count, loss.What)}: {Ranges(loss.Minutes.Ranges)}")));
        if (process.Pending > 0) parts.Add(Count(process.Pending, "event pending"));
        if (process.Cut > 0) parts.Add(Count(process.Cut, "event from before the log"));
        if (process.RepeatedLines > 0) parts.Add(Count(process.RepeatedLines, "line repeated"));
        var late = (process.MostLate.Ticks % TimeSpan.TicksPerMinute) / (double)TimeSpan.TicksPerSecond;
        if (late is > 0 and < 1) parts.Add($"at most {late * 1000:N1} ms after the minute");
        if (late >= 1) parts.Add($"at most {late:N1} s after the minute ({process.MostLate:yyyy-MM-dd HH:mm})");
        if (process.Kind == "computer") parts.Add("a computer: its UUIDs do not tell restarts");
        return string.Join("; ", parts);
    }

    /// <summary>Gaps at a glance, a row a day, or a week if there is more than a month.</summary>
    private IEnumerable<string> Strips(ProcessReport[] processes)
    {
        var ranges = (
            from process in processes
            from part in process.Losses.Append((What: "", Minutes: process.Seen, Mark: Mark.Seen))
            from range in part.Minutes.Ranges
            select (process.Instance, part.Mark, range.First, range.Last)).ToList();
        var days = (ranges.Max(static one => one.Last) / Day) - (ranges.Min(static one => one.First) / Day);
        var (length, unit, width, heads) = days < MostDays
            ? (Day, "day", "30 minutes", "00    03    06    09    12    15    18    21")
            : (7 * Day, "week", "3.5 hours", "Mon    Tue    Wed    Thu    Fri    Sat    Sun");
        var rows = new SortedDictionary<(long Row, int Instance), Mark[]>();
        foreach (var (instance, mark, first, last) in ranges)
        {
            for (var (slot, end) = (first * Characters / length, last * Characters / length); slot <= end; slot++)
            {
                // Of what is missing, only the first and the last row are shown.
                var isLater = mark == Mark.Missing && slot / Characters > first / length;
                if (isLater) slot = Math.Max(slot, last / length * Characters);
                var key = (slot / Characters, instance);
                if (!rows.TryGetValue(key, out var marks)) rows.Add(key, marks = new Mark[Characters]);
                marks[slot % Characters] |= mark;
            }
        }

        var margin = new string(' ', "yyyy-MM-dd  ".Length);
        yield return "";
        yield return margin + Label(1).Replace('1', ' ') + heads;
        var next = long.MaxValue;
        foreach (var ((row, instance), marks) in rows)
        {
            var isSilent = row > next && ranges.Exists(one =>
                one.Mark == Mark.Missing && one.First < row * length && one.Last >= next * length);
            if (isSilent) yield return In(Red, $"{margin}{Count(row - next, unit)} without a beat");
            next = row + 1;
            var strip = string.Concat(marks.Select(Sign));
            yield return $"{new MinuteRange(row * length, 0).From:yyyy-MM-dd}  {Label(instance)}{strip}";
        }

        yield return "";
        yield return $"{width} a character, UTC: "
            + "# all there, + half of a pair missing, - beats missing, x no beat, . not in the log";
    }

    private string Sign(Mark mark) => mark switch
    {
        Mark.None => ".",
        Mark.Seen => In(Green, "#"),
        < Mark.Missing => In(Yellow, "+"),
        _ => In(Red, mark.HasFlag(Mark.Seen) ? "-" : "x"),
    };

    private string In(string colour, string text) => hasColours ? $"{colour}{text}\e[0m" : text;

    private string Label(int instance) =>
        _instances == 1 ? "" : $"{instance}".PadLeft($"{_instances}".Length) + "  ";

    private static string Sums(params ProcessReport[] processes) =>
        Count(processes.Sum(static process => process.Beats), "beat") + ", "
            + Count(processes.Sum(static process => process.Events), "event");

    private static string Range(params ProcessReport[] processes) =>
        Range(processes.Min(static process => process.First), processes.Max(static process => process.Last));

    private static string Range(DateTime first, DateTime last) => first == last ? $"{first:yyyy-MM-dd HH:mm}"
        : first.Date == last.Date ? $"{first:yyyy-MM-dd HH:mm} to {last:HH:mm}"
        : $"{first:yyyy-MM-dd HH:mm} to {last:yyyy-MM-dd HH:mm}";

    private static string Ranges(IReadOnlyList<MinuteRange> ranges) =>
        string.Join(", ", ranges.Take(MostRanges).Select(static range => Range(range.From, range.To)))
            + (ranges.Count > MostRanges ? $" and {Count(ranges.Count - MostRanges, "range")} more" : "");
}
