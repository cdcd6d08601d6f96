using static Heartbeat.Cli.Verify.Wording;

namespace Heartbeat.Cli.Verify;

/// <summary>The report for people: what is to be known first, then a line a process, then strips.</summary>
internal sealed class TextReport(Report report, TextWriter output, bool hasColours)
{
    public const string Green = "\e[32m";
    public const string Yellow = "\e[33m";
    public const string Red = "\e[31m";
    private const string Plain = "\e[0m";

    /// <summary>More processes than this with nothing missing take one line.</summary>
    private const int MostGood = 20;

    /// <summary>Lines that are later than this, in seconds, are not late: their times are of another zone or clock.</summary>
    private const double MostLate = 15 * 60;

    public void Write()
    {
        WriteVerdict();
        WriteNotes();
        output.WriteLine();
        var good = report.Processes.Where(static process => process.Alive).ToList();
        var shown = good.Count > MostGood ? report.Processes.Except(good).ToList() : report.Processes;
        foreach (var process in shown) WriteProcess(process);
        if (shown.Count < report.Processes.Count)
        {
            var sums = $"{Count(good.Sum(static process => process.Beats), "beat")}, {Count(good.Sum(static process => process.Events), "event")}";
            WriteLine($"{Count(good.Count, "process", "processes")} with nothing missing: {sums}", Green);
        }

        if (shown.Count == 0) return;
        output.WriteLine();
        new Strips(shown, Label).Write(this);
    }

    public void Write(string text, string? colour = null) =>
        output.Write(hasColours && colour is not null ? $"{colour}{text}{Plain}" : text);

    public void WriteLine(string text = "", string? colour = null)
    {
        Write(text, colour);
        output.WriteLine();
    }

    private void WriteVerdict()
    {
        var missing = report.Processes.SelectMany(static process => process.Losses).GroupBy(static loss => (loss.One, loss.Many))
            .Select(static losses => (losses.Key.One, losses.Key.Many, Count: losses.Sum(static loss => loss.Minutes.Count)))
            .Append(("file without a heartbeat", "files without a heartbeat", report.Files.Count(static file => file is { Problem: null, HeartbeatLines: 0 })))
            .Append(("file not read", "files not read", report.Files.Count(static file => file.Problem is not null)))
            .Where(static loss => loss.Count > 0).Select(static loss => Count(loss.Count, loss.One, loss.Many)).ToList();
        var end = report.Processes.Any(static process => !process.KnownAfterLast) ? " up to the last beat" : "";
        var restarts = report.Restarts > 0 ? $"; {Count(report.Restarts, "restart")}" : "";
        if (report.Alive) WriteLine($"All alive{end}: nothing missing{restarts}.", Green);
        else WriteLine($"Not all alive: {string.Join(", ", missing)}{restarts}.", Red);

        string[] seen =
        [
            Count(report.Processes.Sum(static process => process.Beats), "beat"),
            Count(report.Processes.Sum(static process => process.Events), "event"),
            Count(report.Processes.Count, "process", "processes"),
            .. report.Instances > 1 ? [$"{report.Instances} side by side"] : Array.Empty<string>(),
        ];
        var (first, last) = (report.Processes.Min(static process => process.First), report.Processes.Max(static process => process.Last));
        WriteLine($"{string.Join(", ", seen)}: {Range(first, last)} UTC.");
    }

    /// <summary>What limits the verdict: the time that was asked about, and what the logs do not tell.</summary>
    private void WriteNotes()
    {
        if (report.Since is { } since) WriteLine($"Since {Text(since.Instant, "yyyy-MM-dd HH:mm:ss")} UTC: {since.Meaning}.");
        if (report.Until is { } until) WriteLine($"Until {Text(until.Instant, "yyyy-MM-dd HH:mm:ss")} UTC: {until.Meaning}.");
        if (report.Processes.Count(static process => !process.KnownAfterLast) is > 0 and var open)
        {
            var whose = open == report.Instances ? "" : $" of {Count(open, "process", "processes")}";
            WriteLine($"The lines{whose} tell no time: nothing is known after the last beat.");
        }

        if (report.Processes.Any(static process => process.Cut > 0))
        {
            WriteLine("The log is cut at its start: it begins with the event of a beat that is not in it.");
        }

        if (report.DamagedLines > 0) WriteLine($"{Count(report.DamagedLines, "damaged line")} skipped.");
        if (report.UnrenderedLines > 0) WriteLine(Unrendered(report.UnrenderedLines));
        foreach (var file in report.Files)
        {
            if (file.Problem is not null) WriteLine($"{file.Name}: not read: {file.Problem}", Red);
            else if (file.HeartbeatLines == 0) WriteLine($"{file.Name}: no line of a heartbeat in {Count(file.Bytes, "byte")}", Red);
        }
    }

    private void WriteProcess(ProcessReport process)
    {
        Write($"{Label(process.Instance)}{process.Node}  {(report.Files.Count > 1 ? string.Join(", ", process.Files) + "  " : "")}");
        Write($"{Range(process.First, process.Last)}  {Count(process.Beats, "beat")}, {Count(process.Events, "event")}");
        if (process.RestartOf is not null) Write(process.Down.Count == 0 ? "; restart without a loss" : "; restart");
        foreach (var (one, many, minutes) in process.Losses.Where(static loss => loss.Minutes.Count > 0))
        {
            Write("; ");
            Write($"{Count(minutes.Count, one, many)}: {Ranges(minutes.Ranges)}", Red);
        }

        (long Count, string One, string Many)[] notes =
        [
            (process.Pending, "event pending", "events pending"),
            (process.Cut, "event from before the log", "events from before the log"),
            (process.RepeatedLines, "repeated line", "repeated lines"),
            (process.ClockSetBacks, "step back of the clock", "steps back of the clock"),
        ];
        foreach (var (count, one, many) in notes.Where(static note => note.Count > 0)) Write($"; {Count(count, one, many)}");
        if (process.AfterMinute is { } after)
        {
            Write(process.OffMinute == 0
                ? $"; at most {Duration(after.MostSeconds)} after the minute"
                : $"; {Count(process.OffMinute, "beat")} not on the minute, by up to {Duration(after.MostSeconds)} ({Text(after.MostAt)})");
        }

        if (process.LineDelay is { } delay)
        {
            Write(delay.MeanSeconds switch
            {
                < 0 => $"; line times {Duration(-delay.MeanSeconds)} behind the UUIDs",
                > MostLate => $"; line times {Duration(delay.MeanSeconds)} ahead of the UUIDs",
                var mean => $"; lines {Duration(mean)} late on average, at most {Duration(delay.MostSeconds)} ({Text(delay.MostAt)})",
            });
        }

        WriteLine(process.Kind == "computer" ? "; a computer: its UUIDs do not tell restarts" : "");
    }

    /// <summary>Tells instances apart, if there are several.</summary>
    private string Label(int instance)
    {
        var most = report.Processes.Max(static process => process.Instance);
        return most == 1 ? "" : $"{instance}".PadLeft($"{most}".Length) + "  ";
    }
}
