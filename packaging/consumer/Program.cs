// A program that uses the package and nothing else: one job of each kind, then a stop. Run by `make package`.
using Heartbeat.Scheduling;
using Microsoft.Extensions.Logging;

using var logging = LoggerFactory.Create(static logging => logging.AddSimpleConsole(static console => console.SingleLine = true));
using var scheduler = new Scheduler(new PreciseTimeProvider(), logging.CreateLogger<Scheduler>());
using var stop = new CancellationTokenSource();

var left = new HashSet<string> { "cron", "periodic", "delay", "instant" };
scheduler.Schedule("cron", CronExpression.Parse("* * * * *"), Note);
scheduler.ScheduleEvery("periodic", TimeSpan.FromMilliseconds(200), Note);
scheduler.Schedule("delay", TimeSpan.FromMilliseconds(500), "argument", static (argument, run) => Task.CompletedTask);
scheduler.Schedule("delay", TimeSpan.FromMilliseconds(500), Note);
scheduler.Schedule("instant", DateTimeOffset.Now.AddSeconds(1), Note);
return await scheduler.RunAsync(stop.Token) && left.Count == 0 ? 0 : 1;

Task Note(JobRun run)
{
    lock (left)
    {
        if (left.Remove(run.Name)) Console.WriteLine($"{run.Name} ran, {run.Lateness.TotalMilliseconds:0.00} ms late");
        if (left.Count == 0) stop.Cancel();
    }

    return Task.CompletedTask;
}
