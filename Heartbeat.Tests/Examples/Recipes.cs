using Heartbeat.Scheduling;

namespace Heartbeat.Tests.Examples;

/// <summary>The recipes of README, each of which quotes the lines of one member.</summary>
internal sealed class Recipes(Scheduler scheduler, TimeProvider time, Func<JobRun, Task> job)
{
    public void EachHalfMinute() =>
        scheduler.ScheduleEvery("poll", TimeSpan.FromSeconds(30), job);

    public void AlsoAtTheStart()
    {
        scheduler.Schedule("poll", CronExpression.Parse("*/5 * * * *"), job);
        scheduler.Schedule("poll at the start", TimeSpan.Zero, job);
    }

    public void WithinALimit(Func<CancellationToken, Task> work) =>
        scheduler.Schedule("report", CronExpression.Parse("@hourly"), async run =>
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(run.Stopping);
            using var timer = time.CreateTimer(_ => limit.Cancel(), null, TimeSpan.FromMinutes(5), Timeout.InfiniteTimeSpan);
            await work(limit.Token);
        });

    public void InAZone() =>
        scheduler.Schedule("close", CronExpression.Parse("0 18 * * *", TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin")), job);
}
