using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Heartbeat.Benchmarks;

/// <summary>Measures in processes of their own: each scenario in a fresh one, and the published program from outside.</summary>
internal static class Processes
{
    /// <summary>The published program, as <c>make</c> names it; without it, its cells stay empty.</summary>
    public static string? Program { get; } = Environment.GetEnvironmentVariable("HEARTBEAT_PROGRAM") is { Length: > 0 } path ? path : null;

    /// <summary>A Python that has APScheduler 3, if there is one.</summary>
    public static string? Python { get; } = new[] { "python3", "/usr/bin/python3" }.FirstOrDefault(static python =>
    {
        try
        {
            using var process = Start(python, ["-c", "import apscheduler; assert apscheduler.version[0] == '3'"]);
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // no such program
        }
    });

    /// <summary>Runs a scenario in a fresh process.</summary>
    /// <returns>Its figures; none if it failed, which it has then said on stderr.</returns>
    public static Figures Run(string scenario, string contender, int[] numbers)
    {
        using var process = Start(scenario, contender, numbers);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? JsonSerializer.Deserialize<Figures>(output)! : [];
    }

    /// <summary>Watches idle processes, all at the same time.</summary>
    /// <returns>For each: voluntary context switches, milliseconds of processor time, and the peak of resident memory in MB.</returns>
    public static Dictionary<string, Figures> Idle(IEnumerable<string> contenders, TimeSpan time)
    {
        var processes = contenders.ToDictionary(
            static contender => contender,
            static contender => contender == "heartbeat" ? Start(Program!, []) : Start("idle", contender, []));
        Thread.Sleep(TimeSpan.FromSeconds(3));
        var usage = processes.ToDictionary(static process => process.Key, static process => new ThreadUsage(process.Value.Id));
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < time;)
        {
            Thread.Sleep(TimeSpan.FromSeconds(1));
            foreach (var threads in usage.Values) threads.Sample();
        }

        var figures = usage.ToDictionary(static threads => threads.Key, static threads => threads.Value.Figures());
        foreach (var process in processes.Values) End(process);
        return figures;
    }

    /// <summary>From the start of the published program to its first line, in milliseconds, and its size in MB.</summary>
    public static Figures FirstLine()
    {
        var watch = Stopwatch.StartNew();
        using var process = Start(Program!, []);
        process.StandardOutput.BaseStream.ReadByte();
        var elapsed = watch.Elapsed;
        End(process);
        return new() { ["milliseconds"] = elapsed.TotalMilliseconds, ["file"] = new FileInfo(Program!).Length / 1e6 };
    }

    private static Process Start(string scenario, string contender, int[] numbers)
    {
        var arguments = numbers.Select(static number => number.ToString(CultureInfo.InvariantCulture));
        return contender == "apscheduler"
            ? Start(Python!, [Path.Combine(AppContext.BaseDirectory, "apscheduler_contender.py"), scenario, .. arguments])
            : Start(Path.Combine(AppContext.BaseDirectory, "Heartbeat.Benchmarks"), ["run", scenario, contender, .. arguments]);
    }

    private static Process Start(string program, IEnumerable<string> arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            Environment = { ["ENABLE_HEARTBEAT"] = "1" },
        })!;

    private static void End(Process process)
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }

    /// <summary>Adds up what the threads of a process have used, those that have ended included.</summary>
    private sealed class ThreadUsage(int process)
    {
        private readonly Dictionary<string, (long Switches, long Nanoseconds)> _before = Read(process);
        private readonly Dictionary<string, (long Switches, long Nanoseconds)> _last = [];

        public void Sample()
        {
            foreach (var (thread, used) in Read(process)) _last[thread] = used;
        }

        public Figures Figures() => new()
        {
            ["switches"] = _last.Sum(thread => thread.Value.Switches - _before.GetValueOrDefault(thread.Key).Switches),
            ["milliseconds"] = _last.Sum(thread => thread.Value.Nanoseconds - _before.GetValueOrDefault(thread.Key).Nanoseconds) / 1e6,
            ["resident"] = Field($"/proc/{process}/status", "VmHWM:") * 1024 / 1e6,
        };

        private static Dictionary<string, (long Switches, long Nanoseconds)> Read(int process)
        {
            Dictionary<string, (long, long)> threads = [];
            foreach (var thread in Directory.GetDirectories($"/proc/{process}/task"))
            {
                try
                {
                    // schedstat has nanoseconds, where stat has ticks of 10 ms.
                    var nanoseconds = long.Parse(File.ReadAllText($"{thread}/schedstat").Split(' ')[0], CultureInfo.InvariantCulture);
                    threads[thread] = (Field($"{thread}/status", "voluntary_ctxt_switches:"), nanoseconds);
                }
                catch (IOException)
                {
                    // It has ended meanwhile.
                }
            }

            return threads;
        }

        private static long Field(string file, string name) => long.Parse(
            File.ReadLines(file).First(line => line.StartsWith(name, StringComparison.Ordinal)).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture);
    }
}
