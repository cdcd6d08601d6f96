using Heartbeat.Scheduling;
using Microsoft.Extensions.Logging;

namespace Heartbeat.Jobs;

/// <summary>
/// The heartbeat: a cron job each minute that logs an id, and an event 10 seconds later that logs the same id. Its
/// lines in the log show that both ways of scheduling are alive. It does nothing but log.
/// </summary>
internal static partial class HeartbeatJobs
{
    /// <summary>Registers the jobs if the switch is on, and says so if it is not.</summary>
    /// <param name="enable">The value of <see cref="HeartbeatSwitch.Variable"/>.</param>
    /// <param name="scheduler">Where to register them.</param>
    /// <param name="uuids">Makes the ids.</param>
    /// <param name="logger">Logs the beats.</param>
    public static void RegisterIfEnabled(string? enable, Scheduler scheduler, UuidV1 uuids, ILogger logger)
    {
        var on = HeartbeatSwitch.IsOn(enable, out var unrecognized);
        if (unrecognized is not null)
        {
            LogUnrecognizedSwitch(logger, HeartbeatSwitch.Variable, unrecognized, HeartbeatSwitch.Spellings);
        }

        if (on) Register(scheduler, uuids, logger);
        else LogOff(logger, HeartbeatSwitch.Variable);
    }

    /// <summary>Registers the jobs.</summary>
    public static void Register(Scheduler scheduler, UuidV1 uuids, ILogger logger)
    {
        scheduler.Schedule("heartbeat (timed)", CronExpression.Parse("* * * * *"), _ =>
        {
            var uuid = uuids.Next();
            LogTimed(logger, Text(uuid));
            scheduler.Schedule("heartbeat (event)", TimeSpan.FromSeconds(10), uuid, (uuid, _) =>
            {
                LogEvent(logger, Text(uuid));
                return Task.CompletedTask;
            });
            return Task.CompletedTask;
        });
    }

    private static string Text(Guid uuid) => uuid.ToString().ToUpperInvariant();

    [LoggerMessage(20, LogLevel.Information, "Heartbeat (timed): UUID={Uuid}")]
    private static partial void LogTimed(ILogger logger, string uuid);

    [LoggerMessage(21, LogLevel.Information, "Heartbeat (event): UUID={Uuid}")]
    private static partial void LogEvent(ILogger logger, string uuid);

    [LoggerMessage(22, LogLevel.Information, "Heartbeat is off: set {Variable}=1 to turn it on")]
    private static partial void LogOff(ILogger logger, string variable);

    [LoggerMessage(23, LogLevel.Warning, "{Variable}='{Value}' is taken as on; the spellings are {Spellings}")]
    private static partial void LogUnrecognizedSwitch(ILogger logger, string variable, string value, string spellings);
}
