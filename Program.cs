using Heartbeat.Cli;
using Heartbeat.Cli.Verify;
using Heartbeat.Jobs;
using Heartbeat.Scheduling;
using Microsoft.Extensions.Logging;

namespace Heartbeat;

/// <summary>The composition root: here, and nowhere else, are the clock, the console and the environment named.</summary>
internal static class Program
{
    internal static async Task<int> Main(string[] args)
    {
        StandardStreams.Claim();
        try
        {
            switch (args)
            {
                case []:
                    var settings = Settings.Read(Environment.GetEnvironmentVariable);
                    using (var signals = new StopSignals())
                    using (var logging = ConsoleLog.Create(settings, TimeProvider.System))
                    {
                        return await RunAsync(Environment.GetEnvironmentVariable, new PreciseTimeProvider(), logging, signals.Token)
                            .ConfigureAwait(false);
                    }

                case ["--help" or "-h"] or ["verify", "--help" or "-h"]:
                    await Console.Out.WriteAsync(Help.Text).ConfigureAwait(false);
                    return 0;

                case ["--version"]:
                    await Console.Out.WriteLineAsync(Help.Version).ConfigureAwait(false);
                    return 0;

                case ["verify", .. var rest]:
                    // The console of Windows may show colours as letters.
                    var hasColours = !OperatingSystem.IsWindows() && !Console.IsOutputRedirected
                        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
                    using (var input = Console.OpenStandardInput())
                    {
                        var console = new VerifyConsole(input, Console.Out, Console.Error, hasColours, !Console.IsErrorRedirected);
                        return VerifyCommand.Run(rest, console, TimeProvider.System);
                    }

                default:
                    throw Help.Refuse(args);
            }
        }
        catch (UsageException exception)
        {
            return Complain(exception, 2);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Complain(exception, 1);
        }
    }

    /// <summary>Runs the scheduler with this program's jobs until it is stopped.</summary>
    /// <returns>The exit code: 0, or 1 if a job outlived the stop.</returns>
    internal static async Task<int> RunAsync(
        Func<string, string?> environment, TimeProvider time, ILoggerFactory logging, CancellationToken stop)
    {
        using var scheduler = new Scheduler(time, logging.CreateLogger<Scheduler>());
        HeartbeatJobs.RegisterIfEnabled(environment(HeartbeatSwitch.Variable), scheduler, new UuidV1(time), logging.CreateLogger("Heartbeat"));
        return await scheduler.RunAsync(stop).ConfigureAwait(false) ? 0 : 1;
    }

    private static int Complain(Exception exception, int exitCode)
    {
        try
        {
            Console.Error.WriteLine($"heartbeat: {exception.Message}");
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            // The exit code is all that is left to say it with.
        }

        return exitCode;
    }
}
