using System.Globalization;

namespace Heartbeat.Cli.Verify;

/// <summary>The report for people: what is to be known first, then a line a process, then strips. All in UTC.</summary>
internal sealed class TextReport(Report report, TextWriter output, bool hasColours)
{
    public const string Green = "\e[32m";
    public const string Yellow = "\e[33m";
    public const string Red = "\e[31m";
    private const int MostRanges = 5;

    /// <summary>More processes than this with nothing missing take one line.</summary>
    private const int MostGood = 20;

    /// <summary>Lines that are later than this, in seconds, are not late: their times are of another zone.</summary>
    private const double MostLate = 15 * 60;

    public void Write()
    {
        WriteVerdict();
        WriteNotes();
        WriteLine();
        var good = report.Processes.Where(static process => process.Alive).ToList();
        var shown = good.Count > MostGood ? report.Processes.Except(good).ToList() : report.Processes;
        foreach (var process in shown) WriteProcess(process);
        if (shown.Count < report.Processes.Count)
        {
            WriteLine($"{Count(good.Count, "process", "processes")} with nothing missing: {Sums(good)}", Green);
        }

        if (shown.Count == 0) return;
        WriteLine();
        Strips.Write(shown, this, Label);
    }

    public void Write(string text, string? colour = null) =>
        output.Write(hasColours && colour is not null ? $"{colour}{text}\e[0m" : text);

    public void WriteLine(string text = "", string? colour = null)
    {
        Write(text, colour);
        output.WriteLine();
    }

    /// <summary><c>1 beat</c>, <c>1,440 beats</c>.</summary>
    public static string Count(long count, string one, string? many = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? one : many ?? one + "s")}");

    /// <summary>What to say of lines that are of a beat but do not tell which.</summary>
    public static string Unrendered(long lines) =>
        $"{Count(lines, "line has", "lines have")} {{Uuid}} in place of a UUID: the logger did not render the message.";

    private void WriteVerdict()
    {
        var unread = report.Files.Count(static file => file.Problem is not null);
        var without = report.Files.Count(static file => file is { Problem: null, HeartbeatLines: 0 });
        var missing = Counts(report.Processes.SelectMany(static process => process.Losses)
            .GroupBy(static loss => (loss.One, loss.Many), static loss => loss.Minutes.Count)
            .Select(static counts => (counts.Sum(), counts.Key.One, counts.Key.Many))
            .Append((without, "file without a heartbeat", "files without a heartbeat"))
            .Append((unread, "file not read", "files not read")));
        var restarts = report.Restarts > 0 ? $"; {Count(report.Restarts, "restart")}" : "";
        var end = report.Processes.Any(static process => !process.KnownAfterLast) ? " up to the last beat" : "";
        if (report.Alive) WriteLine($"All alive{end}: nothing missing{restarts}.", Green);
        else WriteLine($"Not all alive: {string.Join(", ", missing)}{restarts}.", Red);
        var first = report.Processes.Min(static process => process.First);
        var last = report.Processes.Max(static process => process.Last);
        var count = Count(report.Processes.Count, "process", "processes");
        var parallel = report.Instances > 1 ? $", {report.Instances} side by side" : "";
        WriteLine($"{Sums(report.Processes)}, {count}{parallel}: {Range(first, last)} UTC.");
    }

    /// <summary>What limits the verdict: the time that was asked about, and what the logs do not tell.</summary>
    private void WriteNotes()
    {
        if (report.Since is { } since) WriteLine($"Since {since.Instant:yyyy-MM-dd HH:mm:ss} UTC: {since.Meaning}.");
        if (report.Until is { } until) WriteLine($"Until {until.Instant:yyyy-MM-dd HH:mm:ss} UTC: {until.Meaning}.");
        var open = report.Processes.Count(static process => !process.KnownAfterLast);
        var whose = open == report.Instances ? "" : $" of {Count(open, "process", "processes")}";
        if (open > 0) WriteLine($"The lines{whose} tell no time: nothing is known after the last beat.");
        var isCut = report.Processes.Any(static process => process.Cut > 0);
        if (isCut) WriteLine("The log is cut at its start: it begins with the event of a beat that is not in it.");
        if (report.DamagedLines > 0) WriteLine($"{Count(report.DamagedLines, "damaged line")} skipped.");
        if (report.UnrenderedLines > 0) WriteLine(Unrendered(report.UnrenderedLines));
        foreach (var file in report.Files)
        {
            var name = PlainFormatter.Escape(file.Name);
            var bytes = Count(file.Bytes, "byte");
            if (file.Problem is not null) WriteLine($"{name}: not read: {file.Problem}", Red);
            else if (file.HeartbeatLines == 0) WriteLine($"{name}: no line of a heartbeat in {bytes}", Red);
        }
    }

    private void WriteProcess(ProcessReport process)
    {
        var files = report.Files.Count > 1 ? string.Join(", ", process.Files.Select(PlainFormatter.Escape)) + "  " : "";
        var life = Range(process.First, process.Last);
        Write($"{Label(process.Instance)}{process.Node}  {files}{life}  {Sums([process])}");
        if (process.RestartOf is not null) Write(process.Down.Count == 0 ? "; restart without a loss" : "; restart");
        foreach (var (one, many, minutes) in process.Losses.Where(static loss => loss.Minutes.Count > 0))
        {
            Write("; ");
            Write($"{Count(minutes.Count, one, many)}: {Ranges(minutes.Ranges)}", Red);
        }

        var notes = Counts(
        [
            (process.Pending, "event pending", "events pending"),
            (process.Cut, "event from before the log", "events from before the log"),
            (process.RepeatedLines, "repeated line", "repeated lines"),
            (process.ClockSetBacks, "step back of the clock", "steps back of the clock"),
        ]).ToList();
        if (process.AfterMinute is { } after)
        {
            var most = Duration(after.MostSeconds);
            notes.Add(process.OffMinute == 0 ? $"at most {most} after the minute"
                : $"{Count(process.OffMinute, "beat")} not on the minute, by up to {most} ({Text(after.MostAt)})");
        }

        if (process.LineDelay is { MeanSeconds: var mean, MostSeconds: not 0 } delay)
        {
            var (average, most) = (Duration(Math.Abs(mean)), Duration(delay.MostSeconds));
            notes.Add(mean < 0 ? $"line times {average} behind the UUIDs"
                : mean > MostLate ? $"line times {average} ahead of the UUIDs"
                : $"lines {average} late on average, at most {most} ({Text(delay.MostAt)})");
        }

        if (process.Kind == "computer") notes.Add("a computer: its UUIDs do not tell restarts");
        WriteLine(string.Concat(notes.Select(static note => $"; {note}")));
    }

    /// <summary>Tells instances apart, if there are several.</summary>
    private string Label(int instance)
    {
        var most = report.Processes.Max(static process => process.Instance);
        return most == 1 ? "" : $"{instance}".PadLeft($"{most}".Length) + "  ";
    }

    private static string Sums(IReadOnlyList<ProcessReport> processes) =>
        Count(processes.Sum(static process => process.Beats), "beat") + ", "
            + Count(processes.Sum(static process => process.Events), "event");

    private static IEnumerable<string> Counts(IEnumerable<(long Count, string One, string Many)> counts) =>
        counts.Where(static count => count.Count > 0).Select(static count => Count(count.Count, count.One, count.Many));

    private static string Text(DateTime time) => time.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>From one minute to another; the day is said once if it is the same.</summary>
    private static string Range(DateTime first, DateTime last) => first == last ? Text(first)
        : $"{Text(first)} to {(first.Date == last.Date ? Text(last)[^5..] : Text(last))}";

    /// <summary>The first ranges, and how many more there are.</summary>
    private static string Ranges(IReadOnlyList<MinuteRange> ranges) =>
        string.Join(", ", ranges.Take(MostRanges).Select(static range => Range(range.From, range.To)))
            + (ranges.Count > MostRanges ? $" and {Count(ranges.Count - MostRanges, "more range")}" : "");

    /// <summary>A duration, in the unit that suits it.</summary>
    private static string Duration(double seconds)
    {
        var (number, unit) = seconds < 1 ? (seconds * 1000, "ms") : seconds < 60 ? (seconds, "s")
            : seconds < 3600 ? (seconds / 60, "min") : (seconds / 3600, "h");
        return string.Create(CultureInfo.InvariantCulture, $"{number:N1} {unit}");
    }
}
