using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace Heartbeat.Benchmarks;

/// <summary>All scenarios with all contenders, as one Markdown table.</summary>
/// <param name="full">The million entries; else a set that takes less than five minutes.</param>
internal sealed class Table(bool full)
{
    private const string Begin = "<!-- bench:begin -->";
    private const string End = "<!-- bench:end -->";

    /// <summary>Odd, so that a median is one of the measurements.</summary>
    private const int Rounds = 5;
    private const int Starts = 21;

    private static readonly string[] Platform = ["heartbeat", "timer", "delay"];
    private static readonly string[] OneShots = [.. Platform, "quartz", "apscheduler"];
    private static readonly string[] All = [.. Platform, "quartz", "coravel", "apscheduler"];

    private readonly int _many = full ? 1_000_000 : 200_000;
    private readonly int _few = full ? 20_000 : 5_000;
    private readonly int _spread = full ? 10 : 1;
    private readonly List<string> _lines = [];

    /// <summary>Measurements that failed, jobs that did not run exactly once, and runs of this scheduler that were early.</summary>
    public int Faults { get; private set; }

    /// <summary>Measures everything.</summary>
    /// <returns>The machine and the table.</returns>
    public string Make()
    {
        Measure("pending", OneShots, Scaled(1), [
            new($"schedule one of {_many:N0} far ahead, ns", "schedule"),
            new("memory of one, handle included, bytes", "bytes"),
            new("cancel one, in random order, ns", "cancel"),
            new("memory of one left after that, bytes", "left"),
        ]);
        Measure("pending", Platform, Scaled(2), [new($"schedule one of {_many:N0} from two threads, ns", "schedule")]);
        Measure("burst", OneShots, contender => [Count(contender)], [
            new($"{_many:N0} due at one instant, thousands started a second", "rate", 1e-3),
            new("allocated for one run, bytes", "allocated"),
            new("started too early", "early"),
        ]);
        Measure("lateness", full ? OneShots : [.. Platform, "quartz"], contender => contender == "apscheduler" ? [_spread] : [_spread, 0], Late($"1,000 in {_spread} s"));
        Measure("lateness", full ? [.. Platform, "quartz"] : ["heartbeat", "timer"], contender => [_spread, Count(contender)], Late($"the same with {_many:N0} others pending"));
        Measure("recurring", All, static _ => [10_000], [
            new("10,000 recurring, all due at one minute, ms until the last has started", "milliseconds"),
            new("allocated for one start, bytes", "allocated"),
            new("started too early", "early"),
        ]);
        Measure("year", ["heartbeat"], _ => [365], [new("a year of beats in simulated time, s", "seconds")]);
        if (Processes.Program is not null && full) MeasureIdle();
        if (Processes.Program is not null) MeasureStart();
        return $"{Machine()}\n\n{Header()}\n{string.Join('\n', _lines)}";
    }

    /// <summary>Puts the text between the markers of a file.</summary>
    public static void WriteInto(string path, string text)
    {
        var file = File.ReadAllText(path);
        var begin = file.IndexOf(Begin, StringComparison.Ordinal);
        var end = file.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin) throw new InvalidOperationException($"{path} must have the lines {Begin} and {End}.");
        File.WriteAllText(path, $"{file[..(begin + Begin.Length)]}\n{text}\n{file[end..]}");
    }

    private static Row[] Late(string title) =>
    [
        new($"{title}: lateness, median, ms", "p50"), new("99 %, ms", "p99"), new("worst, ms", "max"), new("too early, of 1,000", "early"),
    ];

    private static string Machine()
    {
        var processor = File.ReadLines("/proc/cpuinfo").FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal));
        return $"Made on {processor?.Split(':')[1].Trim()}, {Environment.ProcessorCount} cores, "
            + $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}.";
    }

    private static string Header()
    {
        static string Version(Type type) => type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
        return $"| | this scheduler | a `Timer` each | a `Task.Delay` each | Quartz.NET {Version(typeof(Quartz.IJob))} "
            + $"| Coravel {Version(typeof(Coravel.SchedulerServiceRegistration))} | APScheduler 3 |\n|---|--:|--:|--:|--:|--:|--:|";
    }

    /// <summary>Quartz.NET and APScheduler take minutes to run a million: they are given fewer, and figures are for one entry.</summary>
    private int Count(string contender) => contender is "quartz" or "apscheduler" ? _few : _many;

    /// <summary>Scheduling and cancelling alone takes Quartz.NET half a minute for a million: too long for the short set only.</summary>
    private Func<string, int[]> Scaled(int threads) => contender => contender switch
    {
        "apscheduler" => [_few],
        "quartz" => [full ? _many : _few, threads],
        _ => [_many, threads],
    };

    private static string[] Present(string[] contenders) =>
        [.. contenders.Where(static contender => contender != "apscheduler" || Processes.Python is not null)];

    private void Measure(string scenario, string[] contenders, Func<string, int[]> numbers, Row[] rows)
    {
        var present = Present(contenders);
        Dictionary<string, List<Figures>> measured = [];
        for (var round = 0; round < Rounds; round++)
        {
            // Another one begins each round: a process that fills the memory is felt by the next.
            foreach (var contender in present.Skip(round % present.Length).Concat(present.Take(round % present.Length)))
            {
                var watch = Stopwatch.StartNew();
                var figures = Processes.Run(scenario, contender, numbers(contender));
                Console.Error.WriteLine($"{scenario}, round {round + 1} of {Rounds}: {contender}, {watch.Elapsed.TotalSeconds:0.0} s");
                if (figures.GetValueOrDefault("wrong", 1) > 0 || (contender == "heartbeat" && figures.GetValueOrDefault("early") > 0))
                {
                    Faults++;
                    Console.Error.WriteLine($"FAULT: {string.Join(", ", figures)}");
                }

                Add(measured, contender, figures);
            }
        }

        AddLines(rows, measured);
    }

    private void MeasureIdle()
    {
        var idle = Present([.. All.Except(["delay"])]);
        Dictionary<string, List<Figures>> measured = [];
        for (var round = 0; round < Rounds; round++)
        {
            Console.Error.WriteLine($"idle for a minute, round {round + 1}");
            foreach (var (contender, figures) in Processes.Idle(idle, TimeSpan.FromMinutes(1))) Add(measured, contender, figures);
        }

        AddLines(
            [
                new("idle but for one entry a minute, voluntary context switches a minute", "switches"),
                new("processor time, ms a minute", "milliseconds"),
                new("resident memory at its peak, MB", "resident"),
            ],
            measured);
    }

    private void MeasureStart()
    {
        Dictionary<string, List<Figures>> starts = [];
        for (var start = 0; start < Starts; start++) Add(starts, "heartbeat", Processes.FirstLine());
        AddLines([new("start to first log line, ms", "milliseconds"), new("size of the program, MB", "file")], starts);
    }

    private static void Add(Dictionary<string, List<Figures>> measured, string contender, Figures figures)
    {
        if (!measured.TryGetValue(contender, out var list)) measured[contender] = list = [];
        list.Add(figures);
    }

    private void AddLines(Row[] rows, Dictionary<string, List<Figures>> measured)
    {
        foreach (var row in rows)
        {
            var own = Values("heartbeat");
            var line = new StringBuilder($"| {row.Title}");
            foreach (var contender in All) line.Append(CultureInfo.InvariantCulture, $" | {Cell(Values(contender), contender == "heartbeat" ? [] : own)}");
            _lines.Add(line.Append(" |").ToString());

            double[] Values(string contender) => measured.TryGetValue(contender, out var all)
                ? [.. all.Where(figures => figures.ContainsKey(row.Figure)).Select(figures => figures[row.Figure] * row.Unit).Order()]
                : [];
        }
    }

    /// <summary>The median, the least and the greatest, and how many times the median of this scheduler that is.</summary>
    private static string Cell(double[] values, double[] own)
    {
        if (values.Length == 0) return "–";
        var median = values[values.Length / 2];
        var ratio = own.Length > 0 && own[own.Length / 2] > 0 && median > 0 ? $" ×{Text(median / own[own.Length / 2])}" : "";
        return values[0] == values[^1] ? Text(median) + ratio : $"**{Text(median)}** ({Text(values[0])} to {Text(values[^1])}){ratio}";
    }

    private static string Text(double value)
    {
        var digits = Math.Abs(value) switch
        {
            0 or >= 100 => "N0",
            >= 10 => "0.#",
            >= 0.1 => "0.##",
            _ => "0.####",
        };
        return value.ToString(digits, CultureInfo.InvariantCulture);
    }

    /// <summary>A line of the table.</summary>
    private sealed record Row(string Title, string Figure, double Unit = 1);
}
