using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Heartbeat.Benchmarks;

/// <summary>The Markdown: the whole table, and the few rows of it that the README shows.</summary>
internal sealed class Report
{
    private const string Own = "heartbeat";

    private static readonly string[] Contenders = [Own, "timer", "delay", "quartz", "coravel", "apscheduler"];

    private readonly List<string> _whole = [.. Header()];
    private readonly List<string> _readme = [.. Header()];

    /// <summary>Adds rows with the same measurements.</summary>
    public void Add(Measured measured, params Row[] rows)
    {
        foreach (var row in rows)
        {
            var own = measured.Of(Own, row);
            var others = Contenders.Skip(1).Select(contender => measured.Of(contender, row)).ToList();
            _whole.Add(Line([row.Title, Spread(own), .. others.Select(values => Spread(values) + Ratio(values, own))]));
            if (row.IsInReadme) _readme.Add(Line([row.Title, Middle(own), .. others.Select(Middle)]));
        }
    }

    /// <summary>Adds the second table: how the costs of one entry grow with the number of entries.</summary>
    /// <param name="sizes">The numbers of entries.</param>
    /// <param name="rows">Each with what was measured at each size.</param>
    public void AddScale(int[] sizes, params (Row Row, Measured[] Measured)[] rows)
    {
        _whole.Add("");
        _whole.Add(Line(["this scheduler (a `Timer` each), entries:", .. sizes.Select(static size => $"{size:N0}")]));
        _whole.Add(Ruler(sizes.Length));
        foreach (var (row, all) in rows)
        {
            var cells = all.Select(size => $"{Middle(size.Of(Own, row))} ({Middle(size.Of("timer", row))})");
            _whole.Add(Line([row.Title, .. cells]));
        }
    }

    /// <summary>Ends both texts.</summary>
    /// <param name="remarks">What the reader of the whole table must know beside what the document says.</param>
    /// <param name="readmeRemarks">The same for the few rows.</param>
    public string[] Texts(string remarks, string readmeRemarks) =>
    [
        $"{remarks}\n\n{string.Join('\n', _whole)}",
        $"{readmeRemarks}\n\n{string.Join('\n', _readme)}",
    ];

    /// <summary>The machine in one phrase.</summary>
    public static string Machine()
    {
        const string Model = "model name";
        var processor = File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(static line => line.StartsWith(Model, StringComparison.Ordinal));
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9;
        return $"{processor?.Split(':')[1].Trim()}, {Environment.ProcessorCount} cores, {memory:N0} GB, "
            + $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";
    }

    private static string[] Header() =>
    [
        Line(
        [
            "",
            "this scheduler",
            "a `Timer` each",
            "a `Task.Delay` each",
            $"Quartz.NET {Version(typeof(Quartz.IJob))}",
            $"Coravel {Version(typeof(Coravel.SchedulerServiceRegistration))}",
            $"APScheduler {Processes.Python?.Version ?? "3"}",
        ]),
        Ruler(Contenders.Length),
    ];

    private static string Version(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private static string Line(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";

    private static string Ruler(int columns) => $"|---|{string.Concat(Enumerable.Repeat("--:|", columns))}";

    private static double Median(double[] values) => values[values.Length / 2];

    private static string Middle(double[] values) => values.Length == 0 ? "–" : Text(Median(values));

    private static string Spread(double[] values) => values.Length == 0 || values[0] == values[^1]
        ? Middle(values)
        : $"**{Middle(values)}** ({Text(values[0])} to {Text(values[^1])})";

    /// <summary>How many times this scheduler's median it is.</summary>
    private static string Ratio(double[] values, double[] own)
    {
        if (values.Length == 0 || own.Length == 0 || Median(values) <= 0 || Median(own) <= 0) return "";
        return $" ×{Text(Median(values) / Median(own))}";
    }

    private static string Text(double value) => value.ToString(
        Math.Abs(value) switch
        {
            0 or >= 100 => "N0",
            >= 10 => "0.#",
            >= 0.1 => "0.##",
            _ => "0.####",
        },
        CultureInfo.InvariantCulture);
}
