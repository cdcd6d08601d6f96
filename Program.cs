using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Heartbeat.Cli;
using Heartbeat.Cli.Verify;
using Heartbeat.Jobs;
using Heartbeat.Scheduling;
using Microsoft.Extensions.Logging;

namespace Heartbeat;

/// <summary>
/// The composition root: here, and nowhere else, are the clock, the console and the environment named.
/// </summary>
internal static partial class Program
{
    internal static async Task<int> Main(string[] args)
    {
        StandardStreams.Claim();
        // Windows has cultures, which come with its time zones: the output is to be the same there.
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        try
        {
            switch (args)
            {
                case []:
                    return await RunAsync().ConfigureAwait(false);

                case ["--help" or "-h"] or ["verify" or "next", "--help" or "-h"]:
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
                        return new VerifyCommand(input, Console.Out, hasColours, TimeProvider.System).Run(rest);
                    }

                case ["next", .. var rest]:
                    NextCommand.Run(rest, Console.Out, TimeProvider.System);
                    return 0;

                default:
                    throw Help.Refuse(args);
            }
        }
        catch (UsageException exception)
        {
            PrintError(exception.Message);
            return 2;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            PrintError($"output cannot be written: {LogOutput.ReasonOf(exception)}");
            return 1;
        }
    }

    /// <summary>Registers the jobs of this program: add yours here.</summary>
    private static void RegisterJobs(Scheduler scheduler, TimeProvider time, ILoggerFactory logging)
    {
        var enable = Environment.GetEnvironmentVariable(HeartbeatSwitch.Variable);
        HeartbeatJobs.RegisterIfEnabled(enable, scheduler, new UuidV1(time), logging.CreateLogger("Heartbeat"));
    }

    /// <summary>Runs the scheduler with some jobs until it is stopped.</summary>
    /// <returns>The exit code: 0, or 1 if a job did not stop.</returns>
    /// <exception cref="UsageException">A job could not be registered; the message says why.</exception>
    [SuppressMessage("Design", "CA1031", Justification = "A module of jobs is the user's code and may throw anything.")]
    internal static async Task<int> RunAsync(
        Action<Scheduler, TimeProvider, ILoggerFactory> register,
        TimeProvider time, ILoggerFactory logging, CancellationToken stop)
    {
        using var scheduler = new Scheduler(time, logging.CreateLogger<Scheduler>());
        try
        {
            register(scheduler, time, logging);
        }
        catch (Exception exception)
        {
            LogNotRegistered(logging.CreateLogger("Heartbeat"), exception);
            // A zone in a static field fails as the initializer of its type, whose message says nothing.
            var cause = exception;
            while (cause is TypeInitializationException { InnerException: { } inner }) cause = inner;
            throw new UsageException($"a job cannot be registered: {cause.GetType().Name}: {cause.Message}");
        }

        return await scheduler.RunAsync(stop).ConfigureAwait(false) ? 0 : 1;
    }

    private static async Task<int> RunAsync()
    {
        var settings = Settings.Read(Environment.GetEnvironmentVariable);
        using var output = new LogOutput(Console.Out, PrintError);
        Console.SetOut(output);
        int exitCode;
        using (var signals = new StopSignals())
        using (var logging = ConsoleLog.Create(settings, TimeProvider.System))
        {
            exitCode = await RunAsync(RegisterJobs, new PreciseTimeProvider(), logging, signals.Token)
                .ConfigureAwait(false);
        }

        return output.HasLostLines ? 1 : exitCode;
    }

    /// <summary>Says one sentence on stderr, on one line.</summary>
    private static void PrintError(string sentence)
    {
        try
        {
            Console.Error.WriteLine($"heartbeat: {PlainFormatter.Escape(sentence)}");
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            // The exit code is all that is left to say it with.
        }
    }

    [LoggerMessage(30, LogLevel.Debug, "A job cannot be registered")]
    private static partial void LogNotRegistered(ILogger logger, Exception exception);
}
