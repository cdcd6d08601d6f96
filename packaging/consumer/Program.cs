// A program that uses the package and nothing else of this repository: plain, or as a service of a generic host.
using Consumer;
using Heartbeat.Scheduling;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

return args is ["host"] ? await Hosted.RunAsync() : await Plain.RunAsync();

namespace Consumer
{
    /// <summary>One job of each kind; stops when all have run.</summary>
    internal static class Plain
    {
        public static async Task<int> RunAsync()
        {
            using var logging = LoggerFactory.Create(static logging => logging.AddSimpleConsole());
            using var scheduler = new Scheduler(new PreciseTimeProvider(), logging.CreateLogger<Scheduler>());
            using var stop = new CancellationTokenSource();

            var left = new HashSet<string> { "cron", "periodic", "delay", "argument", "instant" };
            scheduler.Schedule("cron", CronExpression.Parse("* * * * *"), RunAsync);
            scheduler.ScheduleEvery("periodic", TimeSpan.FromMilliseconds(200), RunAsync);
            scheduler.Schedule("delay", TimeSpan.FromMilliseconds(500), RunAsync);
            scheduler.Schedule("argument", TimeSpan.FromMilliseconds(500), 42, (argument, run) => RunAsync(run));
            scheduler.Schedule("instant", DateTimeOffset.Now.AddSeconds(1), RunAsync);
            return await scheduler.RunAsync(stop.Token) && left.Count == 0 ? 0 : 1;

            Task RunAsync(JobRun run)
            {
                lock (left)
                {
                    if (left.Remove(run.Name))
                    {
                        Console.WriteLine($"{run.Name}: {run.Lateness.TotalMilliseconds:0.00} ms late");
                    }

                    return left.Count > 0 ? Task.CompletedTask : stop.CancelAsync();
                }
            }
        }
    }

    /// <summary>The scheduler as a service of a generic host, which a job stops.</summary>
    internal static class Hosted
    {
        public static async Task<int> RunAsync()
        {
            var builder = Host.CreateApplicationBuilder();
            builder.Services.AddSingleton<TimeProvider, PreciseTimeProvider>();
            builder.Services.AddSingleton<Scheduler>();
            builder.Services.AddHostedService<SchedulerService>();
            using var host = builder.Build();

            var runs = 0;
            var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
            host.Services.GetRequiredService<Scheduler>().ScheduleEvery("tick", TimeSpan.FromMilliseconds(100), _ =>
            {
                if (++runs == 3) lifetime.StopApplication();
                return Task.CompletedTask;
            });
            await host.RunAsync();
            return runs >= 3 ? 0 : 1;
        }
    }

    internal sealed class SchedulerService(Scheduler scheduler) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => scheduler.RunAsync(stoppingToken);
    }
}
