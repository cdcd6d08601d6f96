using System.Globalization;
using System.Text.Json;
using BenchmarkDotNet.Running;

namespace Heartbeat.Benchmarks;

/// <summary>The benchmarks: <c>table</c> for the scheduler against others, <c>cron</c> for the cron engine.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        switch (args)
        {
            case ["run", var scenario, var contender, .. var numbers]:
                var figures = Run(scenario, contender, [.. numbers.Select(static number => int.Parse(number, CultureInfo.InvariantCulture))]);
                Console.WriteLine(JsonSerializer.Serialize(figures));
                return 0;

            case ["table", "short" or "full", .. var readme] when readme.Length <= 1:
                var table = new Table(full: args[1] == "full");
                var text = table.Make();
                Console.WriteLine(text);
                if (readme is [var path]) Table.WriteInto(path, text);
                return table.Faults == 0 ? 0 : 1;

            case ["cron", .. var options]:
                BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(options);
                return 0;

            default:
                Console.Error.WriteLine("usage: table short|full [README.md], cron [options of BenchmarkDotNet], run SCENARIO CONTENDER NUMBERS...");
                return 2;
        }
    }

    private static Figures Run(string scenario, string contender, int[] numbers) => (scenario, numbers) switch
    {
        ("pending", [var count, var threads]) => Scenarios.Pending(contender, count, threads),
        ("burst", [var count]) => Scenarios.Burst(contender, count),
        ("lateness", [var seconds, var others]) => Scenarios.Lateness(contender, seconds, others),
        ("recurring", [var count]) => Scenarios.Recurring(contender, count),
        ("year", [var days]) => Scenarios.Year(days),
        ("idle", []) => Scenarios.Idle(contender),
        _ => throw new ArgumentException($"There is no scenario '{scenario}' with {numbers.Length} numbers.", nameof(scenario)),
    };
}
