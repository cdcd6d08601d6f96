using Heartbeat.Scheduling;
using Microsoft.Extensions.Logging;

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
            using var timer =
                time.CreateTimer(_ => limit.Cancel(), null, TimeSpan.FromMinutes(5), Timeout.InfiniteTimeSpan);
            await work(limit.Token);
        });

    public async Task OfEachKindAsync(ILoggerFactory logging, CancellationTokenSource stop)
    {
        using var scheduler = new Scheduler(new PreciseTimeProvider(), logging.CreateLogger<Scheduler>());
        scheduler.Schedule("nightly", CronExpression.Parse("30 2 * * *"), run => BackUpAsync(run.Stopping));
        scheduler.ScheduleEvery("poll", TimeSpan.FromSeconds(30), run => PollAsync(run.Stopping));
        scheduler.Schedule("once", TimeSpan.FromMinutes(5), "argument", (argument, run) => SendAsync(argument));
        scheduler.Schedule("new year", new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero), run => GreetAsync());
        await scheduler.RunAsync(stop.Token); // until the token is cancelled; then running jobs get 5 seconds to finish
    }

    public void InAZone() =>
        scheduler.Schedule("close", CronExpression.Parse("0 18 * * *", Zone("Europe/Berlin")), job);

    private static TimeZoneInfo Zone(string id) => TimeZoneInfo.FindSystemTimeZoneById(id);

    private Task BackUpAsync(CancellationToken stopping) => job(default).WaitAsync(stopping);

    private Task PollAsync(CancellationToken stopping) => job(default).WaitAsync(stopping);

    private Task SendAsync(string text) => job(new(text, default, default));

    private Task GreetAsync() => job(default);
}
