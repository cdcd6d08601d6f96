using System.Diagnostics.CodeAnalysis;
using Coravel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Quartz;

namespace Heartbeat.Benchmarks;

/// <summary>Quartz.NET with its in-memory store, and one job and one trigger per entry.</summary>
internal sealed class QuartzContender : Contender
{
    private readonly Quartz.IScheduler _scheduler = StartAsync().GetAwaiter().GetResult();

    public override object Schedule(TimeSpan delay, Job job) => Schedule(DateTimeOffset.UtcNow + delay, job);

    public override object Schedule(DateTimeOffset instant, Job job) =>
        Add(job, TriggerBuilder.Create().StartAt(instant).Build());

    public override void Cancel(object handle) =>
        _scheduler.UnscheduleJob((TriggerKey)handle).AsTask().GetAwaiter().GetResult();

    public override long ScheduleRecurring(Job[] jobs)
    {
        // Its expressions have seconds: each minute, at a second that comes soon, but not before all is scheduled.
        var second = DateTimeOffset.UtcNow.AddSeconds(2);
        second = second.AddTicks(-(second.Ticks % TimeSpan.TicksPerSecond));
        var cron = $"{second.Second} * * * * ?";
        foreach (var job in jobs) Add(job, TriggerBuilder.Create().WithCronSchedule(cron).Build());
        return TimestampOf(second);
    }

    public override void Dispose()
    {
        _scheduler.DisposeAsync().AsTask().GetAwaiter().GetResult();
        base.Dispose();
    }

    private static async Task<Quartz.IScheduler> StartAsync()
    {
        var scheduler = await QuartzSchedulerBuilder.Create().BuildScheduler().ConfigureAwait(false);
        await scheduler.Start().ConfigureAwait(false);
        return scheduler;
    }

    private TriggerKey Add(Job job, ITrigger trigger)
    {
        var detail = JobBuilder.Create<QuartzJob>().UsingJobData(nameof(Job), job).Build();
        _scheduler.ScheduleJob(detail, trigger).AsTask().GetAwaiter().GetResult();
        return trigger.Key;
    }
}

/// <summary>The type of job that Quartz.NET instantiates for each run.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Quartz.NET makes it.")]
internal sealed class QuartzJob : IJob
{
    public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        ((Job)context.MergedJobDataMap[nameof(Job)]!).Run();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Coravel, which checks once a second what is due, and has recurring entries only.</summary>
internal sealed class CoravelContender : Contender
{
    private readonly ServiceProvider _services = new ServiceCollection().AddScheduler().AddLogging()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().Build())
        .AddSingleton<IHostApplicationLifetime>(new Lifetime()).BuildServiceProvider();

    public override long ScheduleRecurring(Job[] jobs)
    {
        // The shortest period that leaves time to schedule: each fifth second, but not one that is too near.
        while (NextFifthSecond() - DateTimeOffset.UtcNow is { TotalSeconds: > 3 or < 1.5 }) Thread.Sleep(100);
        var due = NextFifthSecond();
        var scheduler = _services.GetRequiredService<Coravel.Scheduling.Schedule.Interfaces.IScheduler>();
        foreach (var job in jobs) scheduler.Schedule(job.Run).EverySeconds(5);
        foreach (var host in _services.GetServices<IHostedService>())
        {
            host.StartAsync(CancellationToken.None).GetAwaiter().GetResult();
        }

        return TimestampOf(due);
    }

    public override void Dispose()
    {
        _services.Dispose();
        base.Dispose();
    }

    private static DateTimeOffset NextFifthSecond()
    {
        var now = DateTimeOffset.UtcNow;
        return now.AddTicks((5 * TimeSpan.TicksPerSecond) - (now.Ticks % (5 * TimeSpan.TicksPerSecond)));
    }

    private sealed class Lifetime : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted { get; } = new(canceled: true);

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication()
        {
        }
    }
}
