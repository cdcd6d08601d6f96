using System.Diagnostics;

namespace Heartbeat.Benchmarks;

/// <summary>Measures all scenarios with all contenders.</summary>
/// <param name="entries">How many entries are scheduled, or due at one instant: a million in the full table.</param>
/// <param name="rounds">How often each is measured: an odd number, so that a median was measured.</param>
internal sealed class Table(int entries, int rounds)
{
    private const int Starts = 21;

    private const string Absent =
        "APScheduler is absent: no `python3` here has version 3 of it (Debian: `apt install python3-apscheduler`).";

    private static readonly string[] Pair = ["heartbeat", "timer"];
    private static readonly string[] Platform = [.. Pair, "delay"];
    private static readonly string[] OneShots = [.. Platform, "quartz", "apscheduler"];
    private static readonly string[] Recurring = [.. OneShots, "coravel"];

    /// <summary>An idle minute and ten million entries take long and vary little.</summary>
    private readonly int _fewRounds = Math.Min(rounds, rounds < 5 ? 1 : 3);

    /// <summary>Quartz.NET and APScheduler take minutes for a million; the figures are for one entry.</summary>
    private readonly int _fewEntries = entries / 50;

    private readonly int _seconds = Math.Max(1, entries / 250_000);
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly Report _report = new();

    /// <summary>
    /// Measurements that failed, and those in which a job did not run exactly once or this scheduler was early.
    /// </summary>
    public int Faults { get; private set; }

    private string Fewer => $"Quartz.NET and APScheduler get {_fewEntries:N0} entries instead of {entries:N0}.";

    /// <summary>Measures everything.</summary>
    /// <returns>The whole table, and the rows for the README.</returns>
    public string[] Make()
    {
        var pending = Measure("pending", OneShots, rounds, contender => [Count(contender), 1]);
        var burst = Measure("burst", OneShots, rounds, contender => [Count(contender)]);
        _report.Add(
            pending,
            new($"schedule one of {entries:N0} far ahead, ns", "schedule") { IsInReadme = true },
            new("memory of one pending, handle included, bytes", "bytes") { IsInReadme = true },
            new("cancel one, in random order, ns", "cancel"),
            new("memory left of one cancelled, bytes", "left"));
        _report.Add(
            Measure("pending", Platform, rounds, _ => [entries, 2]),
            new Row($"schedule one of {entries:N0} from two threads, ns", "schedule"));
        _report.Add(
            burst,
            new($"{entries:N0} due at one instant: thousands started a second", "rate", 1e-3) { IsInReadme = true },
            new("allocated for one run, bytes", "allocated"),
            new("started too early", "early"));
        AddLateness("alone", static _ => 0, isInReadme: true);
        AddLateness($"with {entries:N0} others pending", Count, isInReadme: false);
        _report.Add(
            Measure("recurring", Recurring, rounds, static _ => [10_000]),
            new("10,000 recurring, all due at one minute: ms until the last has started", "milliseconds"),
            new("allocated for one start, bytes", "allocated"),
            new("started too early", "early"));
        _report.Add(
            Measure("year", ["heartbeat"], rounds, static _ => [365]),
            new Row("a year of beats in simulated time, s", "seconds"));
        _report.Add(
            MeasureIdle(),
            new("idle but for one entry a minute: processor time, ms a minute", "milliseconds") { IsInReadme = true },
            new("voluntary context switches a minute", "switches"),
            new("resident memory at its peak, MB", "resident"));
        _report.Add(
            MeasureStart(),
            new("start to first log line, ms", "milliseconds"),
            new("size of the program, MB", "file"));
        AddScale(pending, burst);
        return _report.Texts(Remarks(), $"Medians, on {Report.Machine()}.\n{Fewer} A negative lateness is early.");
    }

    private void AddLateness(string title, Func<string, int> others, bool isInReadme) => _report.Add(
        Measure("lateness", OneShots, rounds, contender => [_seconds, others(contender)]),
        new($"1,000 one-shots in {_seconds} s {title}: median lateness, ms", "p50") { IsInReadme = isInReadme },
        new("99 %, ms", "p99"),
        new("worst, ms", "max"),
        new("started too early", "early"));

    /// <summary>From a hundredth of the entries to ten times as many.</summary>
    private void AddScale(Measured pending, Measured burst)
    {
        int[] sizes = [entries / 100, entries / 10, entries, entries * 10];
        Measured[] pendings = [.. sizes.Select(size => size == entries ? pending : MeasurePair("pending", size, 1))];
        Measured[] bursts = [.. sizes.Select(size => size == entries ? burst : MeasurePair("burst", size))];
        _report.AddScale(
            sizes,
            (new("schedule one far ahead, ns", "schedule"), pendings),
            (new("memory of one pending, bytes", "bytes"), pendings),
            (new("due at one instant: thousands started a second", "rate", 1e-3), bursts));

        Measured MeasurePair(string scenario, params int[] numbers) =>
            Measure(scenario, Pair, _fewRounds, _ => numbers);
    }

    private string Remarks()
    {
        var made = $"Made in {_watch.Elapsed.TotalMinutes:N0} minutes on {Report.Machine()}.\n{Fewer}";
        return Processes.Python is null ? $"{made}\n{Absent}" : made;
    }

    private int Count(string contender) => contender is "quartz" or "apscheduler" ? _fewEntries : entries;

    private static string[] Present(string[] contenders) =>
        [.. contenders.Where(static contender => contender != "apscheduler" || Processes.Python is not null)];

    private Measured Measure(string scenario, string[] contenders, int rounds, Func<string, int[]> numbers)
    {
        var present = Present(contenders);
        Measured measured = [];
        for (var round = 0; round < rounds; round++)
        {
            // Another one begins each round: a process that fills the memory affects the next one.
            foreach (var contender in present.Skip(round % present.Length).Concat(present.Take(round % present.Length)))
            {
                var arguments = numbers(contender);
                var watch = Stopwatch.StartNew();
                var figures = Processes.Run(scenario, contender, arguments);
                Say($"round {round + 1} of {rounds}: {scenario} {contender} {string.Join(' ', arguments)}, "
                    + $"{watch.Elapsed.TotalSeconds:0.0} s");
                Check(contender, figures);
                measured.Add(contender, figures);
            }
        }

        return measured;
    }

    private void Check(string contender, Figures figures)
    {
        var isEarly = contender == "heartbeat" && figures.GetValueOrDefault("early") > 0;
        if (figures.GetValueOrDefault("wrong", 1) == 0 && !isEarly) return;
        Faults++;
        Say($"FAULT: {contender}: {(figures.Count == 0 ? "it failed" : string.Join(", ", figures))}");
    }

    private Measured MeasureIdle()
    {
        Measured measured = [];
        Say($"idle for {_fewRounds + 1} minutes");
        var contenders = Present([.. Recurring.Except(["delay"])]);
        foreach (var minute in Processes.Idle(contenders, TimeSpan.FromMinutes(1), _fewRounds))
        {
            foreach (var (contender, figures) in minute) measured.Add(contender, figures);
        }

        return measured;
    }

    private static Measured MeasureStart()
    {
        Measured measured = [];
        for (var start = 0; start < Starts; start++) measured.Add("heartbeat", Processes.FirstLine());
        return measured;
    }

    private void Say(string text) => Console.Error.WriteLine($"{_watch.Elapsed:mm\\:ss} {text}");
}
