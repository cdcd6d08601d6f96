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

    private readonly int _instances = report.Processes.Max(static process => process.Instance);

    public void Write()
    {
        WriteVerdict();
        WriteNotes();
        WriteLine();
        // Those with something missing come first.
        var bad = Array.FindAll(report.Processes, static process => !process.Alive);
        var good = report.Processes[bad.Length..];
        var shown = good.Length > MostGood ? bad : report.Processes;
        foreach (var process in shown) WriteProcess(process);
        if (shown == bad) WriteLine($"{Count(good.Length, "process")} with nothing missing: {Sums(good)}", Green);
        if (shown.Length == 0) return;
        WriteLine();
        Strips.Write(shown, this);
    }

    public void Write(string text, string? colour = null) =>
        output.Write(hasColours && colour is not null ? $"{colour}{text}\e[0m" : text);

    public void WriteLine(string text = "", string? colour = null)
    {
        Write(text, colour);
        output.WriteLine();
    }

    /// <summary><c>1 beat</c>, <c>1,440 beats</c>, <c>2 beats missed</c>: the first word is the noun.</summary>
    public static string Count(long count, string what)
    {
        var noun = what.Split(' ')[0];
        var plural = count == 1 ? "" : noun.EndsWith('s') ? "es" : "s";
        return $"{count:N0} {noun}{plural}{what[noun.Length..]}";
    }

    /// <summary>What to say of lines that are of a beat but do not tell which.</summary>
    public static string Unrendered(long lines) =>
        $"{Count(lines, "line")} with {{Uuid}} in place of a UUID: the logger did not render the message.";

    /// <summary>What to say of a file without a beat.</summary>
    public static string NoBeat(long bytes) => $"no line of a heartbeat in {Count(bytes, "byte")}";

    /// <summary>Tells instances apart, if there are several.</summary>
    public string Label(int instance) =>
        _instances == 1 ? "" : $"{instance}".PadLeft($"{_instances}".Length) + "  ";

    private void WriteVerdict()
    {
        var processes = report.Processes;
        var restarts = report.Restarts > 0 ? $"; {Count(report.Restarts, "restart")}" : "";
        var end = processes.All(static process => process.KnownAfterLast) ? "" : " up to the last beat";
        var missing = processes.SelectMany(static process => process.Losses)
            .GroupBy(static loss => loss.What, static loss => loss.Minutes.Count)
            .Select(static loss => (Count: loss.Sum(), What: loss.Key))
            .Append((report.Files.Count(IsWithoutBeat), "file without a heartbeat"))
            .Append((report.Files.Count(static file => file.Problem is not null), "file not read"))
            .Where(static loss => loss.Count > 0).Select(static loss => Count(loss.Count, loss.What));
        if (report.Alive) WriteLine($"All alive{end}: nothing missing{restarts}.", Green);
        else WriteLine($"Not all alive: {string.Join(", ", missing)}{restarts}.", Red);
        var parallel = report.Instances > 1 ? $", {report.Instances} side by side" : "";
        WriteLine($"{Sums(processes)}, {Count(processes.Length, "process")}{parallel}: {Range(processes)} UTC.");
    }

    /// <summary>What limits the verdict: the time that was asked about, and what the logs do not tell.</summary>
    private void WriteNotes()
    {
        if (report.Since is { } since) WriteLine($"Since {since.Instant:yyyy-MM-dd HH:mm:ss} UTC: {since.Meaning}.");
        if (report.Until is { } until) WriteLine($"Until {until.Instant:yyyy-MM-dd HH:mm:ss} UTC: {until.Meaning}.");
        var open = report.Processes.Count(static process => !process.KnownAfterLast);
        var whose = open == report.Instances ? "" : $" of {Count(open, "process")}";
        if (open > 0) WriteLine($"The lines{whose} tell no time: nothing is known after the last beat.");
        if (report.DamagedLines > 0) WriteLine($"{Count(report.DamagedLines, "line damaged")} and skipped.");
        if (report.UnrenderedLines > 0) WriteLine(Unrendered(report.UnrenderedLines));
        foreach (var file in report.Files.Where(static file => IsWithoutBeat(file) || file.Problem is not null))
        {
            var what = file.Problem is null ? NoBeat(file.Bytes) : $"not read: {file.Problem}";
            WriteLine($"{PlainFormatter.Escape(file.Name)}: {what}", Red);
        }
    }

    private void WriteProcess(ProcessReport process)
    {
        var files = report.Files.Count > 1 ? string.Join(", ", process.Files.Select(PlainFormatter.Escape)) + "  " : "";
        Write($"{Label(process.Instance)}{process.Node}  {files}{Range(process)}  {Sums(process)}");
        if (process.RestartOf is not null) Write(process.Down.Count == 0 ? "; restart without a loss" : "; restart");
        foreach (var (what, minutes, _) in process.Losses.Where(static loss => loss.Minutes.Count > 0))
        {
            Write("; ");
            Write($"{Count(minutes.Count, what)}: {Ranges(minutes.Ranges)}", Red);
        }

        if (process.Pending > 0) Write($"; {Count(process.Pending, "event pending")}");
        if (process.Cut > 0) Write($"; {Count(process.Cut, "event from before the log")}");
        if (process.RepeatedLines > 0) Write($"; {Count(process.RepeatedLines, "line repeated")}");
        if (process.MostLate is { } beat)
        {
            var ms = (double)(beat.Ticks % TimeSpan.TicksPerMinute) / TimeSpan.TicksPerMillisecond;
            var late = ms < 1000 ? $"{ms:N1} ms after the minute" : $"{ms / 1000:N1} s after the minute ({Text(beat)})";
            Write($"; at most {late}");
        }

        WriteLine(process.Kind == "computer" ? "; a computer: its UUIDs do not tell restarts" : "");
    }

    private static bool IsWithoutBeat(LogFile file) => file is { Problem: null, HeartbeatLines: 0 };

    private static string Sums(params ProcessReport[] processes) =>
        Count(processes.Sum(static process => process.Beats), "beat") + ", "
            + Count(processes.Sum(static process => process.Events), "event");

    private static string Range(params ProcessReport[] processes) =>
        Range(processes.Min(static process => process.First), processes.Max(static process => process.Last));

    private static string Text(DateTime time) => $"{time:yyyy-MM-dd HH:mm}";

    /// <summary>From one minute to another; the day is said once if it is the same.</summary>
    private static string Range(DateTime first, DateTime last) => first == last ? Text(first)
        : $"{Text(first)} to {(first.Date == last.Date ? Text(last)[^5..] : Text(last))}";

    /// <summary>The first ranges, and how many more there are.</summary>
    private static string Ranges(IReadOnlyList<MinuteRange> ranges) =>
        string.Join(", ", ranges.Take(MostRanges).Select(static range => Range(range.From, range.To)))
            + (ranges.Count > MostRanges ? $" and {Count(ranges.Count - MostRanges, "range")} more" : "");
}
