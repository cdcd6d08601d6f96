using System.Diagnostics;
using Heartbeat.Scheduling;
using Microsoft.Extensions.Logging.Abstractions;

namespace Heartbeat.Benchmarks;

/// <summary>A scheduler to measure, used as its documentation shows, with its defaults where possible.</summary>
internal abstract class Contender : IDisposable
{
    /// <summary>Makes a contender by its name.</summary>
    public static Contender Create(string name) => name switch
    {
        "heartbeat" => new HeartbeatContender(),
        "timer" => new TimerContender(),
        "delay" => new DelayContender(),
        "quartz" => new QuartzContender(),
        "coravel" => new CoravelContender(),
        _ => throw new ArgumentException($"There is no contender '{name}'.", nameof(name)),
    };

    /// <summary>From scheduling recurring jobs to their first run, where any time can be given.</summary>
    protected static readonly TimeSpan Lead = TimeSpan.FromSeconds(0.4);

    /// <summary>The time until a reading of the stopwatch; zero if it has passed.</summary>
    protected static TimeSpan Until(long due) =>
        Stopwatch.GetElapsedTime(Math.Min(Stopwatch.GetTimestamp(), due), due);

    /// <summary>Schedules a job once.</summary>
    /// <returns>What <see cref="Cancel"/> takes.</returns>
    public virtual object Schedule(TimeSpan delay, Job job) => throw new NotSupportedException();

    /// <summary>Schedules a job once, at an instant; by the delay until then if it takes delays only.</summary>
    /// <inheritdoc cref="Schedule(TimeSpan, Job)"/>
    public virtual object Schedule(DateTimeOffset instant, Job job)
    {
        var delay = instant - DateTimeOffset.UtcNow;
        return Schedule(delay > TimeSpan.Zero ? delay : TimeSpan.Zero, job);
    }

    /// <summary>Cancels what was scheduled once.</summary>
    public virtual void Cancel(object handle) => throw new NotSupportedException();

    /// <summary>Schedules recurring jobs that are all due at one instant in a few seconds.</summary>
    /// <returns>That instant, as <see cref="Stopwatch.GetTimestamp"/> counts.</returns>
    public abstract long ScheduleRecurring(Job[] jobs);

    /// <inheritdoc/>
    public virtual void Dispose() => GC.SuppressFinalize(this);

    /// <summary>The stopwatch's reading at an instant of the wall clock.</summary>
    public static long TimestampOf(DateTimeOffset instant)
    {
        var ticks = (instant - DateTimeOffset.UtcNow).Ticks;
        return Stopwatch.GetTimestamp() + (ticks * (Stopwatch.Frequency / TimeSpan.TicksPerSecond));
    }
}

/// <summary>This scheduler.</summary>
internal sealed class HeartbeatContender : Contender
{
    private Scheduler _scheduler = Start(new PreciseTimeProvider());

    public override object Schedule(TimeSpan delay, Job job) =>
        _scheduler.Schedule("job", delay, job, static (job, _) => Run(job));

    public override object Schedule(DateTimeOffset instant, Job job) =>
        _scheduler.Schedule("job", instant, job, static (job, _) => Run(job));

    public override void Cancel(object handle) => ((Entry)handle).Cancel();

    public override long ScheduleRecurring(Job[] jobs)
    {
        // A wall clock that is ahead makes the next minute come soon; its time passes as on the machine.
        var now = DateTimeOffset.UtcNow;
        var minute = new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerMinute), TimeSpan.Zero).AddMinutes(1);
        var due = now + Lead;
        _scheduler.Dispose();
        _scheduler = Start(new AheadTime(minute - due));
        var cron = CronExpression.Parse("* * * * *");
        foreach (var job in jobs) _scheduler.Schedule("job", cron, _ => Run(job));
        return TimestampOf(due);
    }

    public override void Dispose()
    {
        _scheduler.Dispose();
        base.Dispose();
    }

    private static Scheduler Start(TimeProvider time)
    {
        var scheduler = new Scheduler(time, NullLogger<Scheduler>.Instance);
        _ = scheduler.RunAsync(CancellationToken.None);
        return scheduler;
    }

    private static Task Run(Job job)
    {
        job.Run();
        return Task.CompletedTask;
    }

    private sealed class AheadTime(TimeSpan by) : TimeProvider
    {
        private readonly PreciseTimeProvider _precise = new();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            _precise.CreateTimer(callback, state, dueTime, period);

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}

/// <summary>One <see cref="Timer"/> per entry.</summary>
internal sealed class TimerContender : Contender
{
    private Timer[] _recurring = [];

    public override object Schedule(TimeSpan delay, Job job) =>
        new Timer(static job => ((Job)job!).Run(), job, delay, Timeout.InfiniteTimeSpan);

    public override void Cancel(object handle) => ((Timer)handle).Dispose();

    public override long ScheduleRecurring(Job[] jobs)
    {
        var due = TimestampOf(DateTimeOffset.UtcNow + Lead);
        _recurring = [.. jobs.Select(job => new Timer(
            static job => ((Job)job!).Run(), job, Until(due), TimeSpan.FromMinutes(1)))];
        return due;
    }
}

/// <summary>One <see cref="Task.Delay(TimeSpan, CancellationToken)"/> per entry.</summary>
internal sealed class DelayContender : Contender
{
    public override object Schedule(TimeSpan delay, Job job)
    {
        var cancellation = new CancellationTokenSource();
        _ = RunAsync(delay, job, cancellation.Token);
        return cancellation;
    }

    public override void Cancel(object handle) => ((CancellationTokenSource)handle).Cancel();

    public override long ScheduleRecurring(Job[] jobs)
    {
        var due = TimestampOf(DateTimeOffset.UtcNow + Lead);
        foreach (var job in jobs) _ = RunEachMinuteAsync(due, job);
        return due;
    }

    private static async Task RunAsync(TimeSpan delay, Job job, CancellationToken cancelled)
    {
        await Task.Delay(delay, cancelled).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!cancelled.IsCancellationRequested) job.Run();
    }

    private static async Task RunEachMinuteAsync(long due, Job job)
    {
        for (; ; due += 60 * Stopwatch.Frequency)
        {
            await Task.Delay(Until(due)).ConfigureAwait(false);
            job.Run();
        }
    }
}
