using BenchmarkDotNet.Running;

namespace Heartbeat.Benchmarks;

/// <summary>The benchmarks: <c>cron</c> for the cron engine.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        switch (args)
        {
            case ["cron", .. var options]:
                BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(options);
                return 0;

            default:
                Console.Error.WriteLine("usage: cron [options of BenchmarkDotNet]");
                return 2;
        }
    }
}
