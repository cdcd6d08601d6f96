using Heartbeat.Scheduling;
using Microsoft.Extensions.Logging;

namespace Heartbeat.Tests.Examples.Jobs;

internal static class BackupJobs
{
    public static void Register(Scheduler scheduler, ILogger logger) =>
        scheduler.Schedule("backup", CronExpression.Parse("30 2 * * MON-FRI"), async run =>
        {
            await Task.Delay(0, run.Stopping); // the work
            logger.LogInformation("Backed up {Day:yyyy-MM-dd}", run.Due);
        });
}
