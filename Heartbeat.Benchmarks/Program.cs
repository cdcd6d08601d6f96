using System.Globalization;
using System.Text.Json;
using BenchmarkDotNet.Running;

namespace Heartbeat.Benchmarks;

/// <summary>The benchmarks: <c>table</c> for the scheduler beside others, <c>cron</c> for the cron engine.</summary>
internal static class Program
{
    private const string Usage = """
        usage: table ENTRIES ROUNDS [DOCUMENT [README]]   measure everything; write the whole table, and five rows of it
               cron [OPTIONS]                             the cron engine; options of BenchmarkDotNet
               run SCENARIO CONTENDER NUMBERS...          one measurement, as JSON
        """;

    private static int Main(string[] args)
    {
        switch (args)
        {
            case ["run", var scenario, var contender, .. var numbers]:
                Console.WriteLine(JsonSerializer.Serialize(Run(scenario, contender, [.. numbers.Select(Number)])));
                return 0;

            case ["table", var entries, var rounds, .. var files] when files.Length <= 2:
                return MakeTable(new(Number(entries), Number(rounds)), files);

            case ["cron", .. var options]:
                BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(options);
                return 0;

            default:
                Console.Error.WriteLine(Usage);
                return 2;
        }
    }

    private static int MakeTable(Table table, string[] files)
    {
        // Before the minutes of measuring.
        if (files.FirstOrDefault(static file => !MarkedFile.HasMarkers(file)) is { } unmarked)
        {
            Console.Error.WriteLine($"{unmarked} must have the lines {MarkedFile.Begin} and {MarkedFile.End}.");
            return 2;
        }

        var texts = table.Make();
        Console.WriteLine(string.Join("\n\n", texts));
        foreach (var (file, text) in files.Zip(texts)) MarkedFile.Write(file, text);
        return table.Faults == 0 ? 0 : 1;
    }

    private static Figures Run(string scenario, string contender, int[] numbers) => (scenario, numbers) switch
    {
        ("pending", [var count, var threads]) => Scenarios.Pending(contender, count, threads),
        ("burst", [var count]) => Scenarios.Burst(contender, count),
        ("lateness", [var seconds, var others]) => Scenarios.Lateness(contender, seconds, others),
        ("recurring", [var count]) => Scenarios.Recurring(contender, count),
        ("year", [var days]) => Scenarios.Year(days),
        ("idle", []) => Scenarios.Idle(contender),
        _ => throw new ArgumentException($"There is no scenario '{scenario}' with these numbers.", nameof(scenario)),
    };

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
