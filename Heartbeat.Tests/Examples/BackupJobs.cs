using Heartbeat.Scheduling;
using Microsoft.Extensions.Logging;

namespace Heartbeat.Tests.Examples.Jobs;

/// <summary>Backs up each night, and checks the backup eight hours later.</summary>
internal sealed class BackupJobs(Scheduler scheduler, ILogger logger)
{
    public void Register() => scheduler.Schedule("backup", CronExpression.Parse("30 2 * * MON-FRI"), BackUpAsync);

    private async Task BackUpAsync(JobRun run)
    {
        await Task.Yield(); // instead of the work: pass run.Stopping to it
        logger.LogInformation("Backed up for {Day:yyyy-MM-dd}", run.Due);
        scheduler.Schedule("check", TimeSpan.FromHours(8), run.Due, CheckAsync);
    }

    private async Task CheckAsync(DateTimeOffset day, JobRun run)
    {
        await Task.Yield();
        logger.LogInformation("Checked the backup of {Day:yyyy-MM-dd}", day);
    }
}
