using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Heartbeat.Benchmarks;

/// <summary>Runs each scenario in a fresh process, and measures the published program from outside.</summary>
internal static class Processes
{
    private const string PrintVersion = """
        try:
            import apscheduler.schedulers.background
            print(apscheduler.version)
        except ImportError:
            pass
        """;

    /// <summary>The published program; <c>make</c> sets the variable.</summary>
    public static string Program { get; } = Environment.GetEnvironmentVariable("HEARTBEAT_PROGRAM")
        ?? throw new InvalidOperationException("HEARTBEAT_PROGRAM must name the published program.");

    /// <summary>
    /// A Python that has APScheduler 3, with the version of that. Debian's package is for its own Python, which may
    /// not be the first on PATH.
    /// </summary>
    public static (string Path, string Version)? Python { get; } = new[] { "python3", "/usr/bin/python3" }.Select(Probe)
        .FirstOrDefault(static python => python is { Version: ['3', '.', ..] });

    /// <summary>Runs a scenario in a fresh process.</summary>
    /// <returns>Its figures; none if it failed, with the reason on stderr.</returns>
    public static Figures Run(string scenario, string contender, int[] numbers)
    {
        using var process = Start(scenario, contender, numbers);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? JsonSerializer.Deserialize<Figures>(output)! : [];
    }

    /// <summary>
    /// Observes idle processes, all at the same time, once they have been up for as long as they are observed.
    /// </summary>
    /// <returns>
    /// For each round: voluntary context switches, milliseconds of processor time, peak of resident memory in MB.
    /// </returns>
    public static IEnumerable<Dictionary<string, Figures>> Idle(
        IEnumerable<string> contenders, TimeSpan time, int rounds)
    {
        var processes = contenders.ToDictionary(
            static contender => contender,
            static contender => contender == "heartbeat" ? Start(Program, []) : Start("idle", contender, []));
        Thread.Sleep(time); // the recurring entry has run once: what a start costs is past
        for (var round = 0; round < rounds; round++)
        {
            var usage = processes.ToDictionary(static pair => pair.Key, static pair => new ThreadUsage(pair.Value.Id));
            for (var watch = Stopwatch.StartNew(); watch.Elapsed < time;)
            {
                Thread.Sleep(TimeSpan.FromSeconds(1));
                foreach (var threads in usage.Values) threads.Sample();
            }

            yield return usage.ToDictionary(static pair => pair.Key, static pair => pair.Value.Figures());
        }

        foreach (var process in processes.Values) End(process);
    }

    /// <summary>Starts the published program.</summary>
    /// <returns>Milliseconds until its first line, and its size in MB.</returns>
    public static Figures FirstLine()
    {
        var watch = Stopwatch.StartNew();
        using var process = Start(Program, []);
        process.StandardOutput.BaseStream.ReadByte();
        var elapsed = watch.Elapsed;
        End(process);
        return new() { ["milliseconds"] = elapsed.TotalMilliseconds, ["file"] = new FileInfo(Program).Length / 1e6 };
    }

    private static (string Path, string Version)? Probe(string python)
    {
        try
        {
            using var process = Start(python, ["-c", PrintVersion]);
            return (python, process.StandardOutput.ReadToEnd().Trim());
        }
        catch (Win32Exception)
        {
            return null; // no such program
        }
    }

    private static Process Start(string scenario, string contender, int[] numbers)
    {
        var arguments = numbers.Select(static number => number.ToString(CultureInfo.InvariantCulture));
        var folder = AppContext.BaseDirectory;
        return contender == "apscheduler"
            ? Start(Python!.Value.Path, [Path.Combine(folder, "apscheduler_contender.py"), scenario, .. arguments])
            : Start(Path.Combine(folder, "Heartbeat.Benchmarks"), ["run", scenario, contender, .. arguments]);
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

    /// <summary>The sum over the threads of a process, those that have ended included.</summary>
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
            ["switches"] = Sum(static used => used.Switches),
            ["milliseconds"] = Sum(static used => used.Nanoseconds) / 1e6,
            ["resident"] = Field($"/proc/{process}/status", "VmHWM:") * 1024 / 1e6,
        };

        private double Sum(Func<(long Switches, long Nanoseconds), long> figure) =>
            _last.Sum(pair => figure(pair.Value) - figure(_before.GetValueOrDefault(pair.Key)));

        private static Dictionary<string, (long Switches, long Nanoseconds)> Read(int process)
        {
            Dictionary<string, (long, long)> threads = [];
            foreach (var thread in Directory.GetDirectories($"/proc/{process}/task"))
            {
                try
                {
                    // schedstat has nanoseconds, where stat has ticks of 10 ms.
                    var nanoseconds = Number(File.ReadAllText($"{thread}/schedstat").Split(' ')[0]);
                    threads[thread] = (Field($"{thread}/status", "voluntary_ctxt_switches:"), nanoseconds);
                }
                catch (IOException)
                {
                    // The thread has ended.
                }
            }

            return threads;
        }

        private static long Field(string file, string name)
        {
            var line = File.ReadLines(file).First(line => line.StartsWith(name, StringComparison.Ordinal));
            return Number(line.AsSpan(name.Length).TrimEnd("kB").Trim());
        }

        private static long Number(ReadOnlySpan<char> text) => long.Parse(text, CultureInfo.InvariantCulture);
    }
}
