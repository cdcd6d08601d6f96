using System.Collections.Concurrent;
using Heartbeat.Scheduling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Heartbeat.Tests.Infra;

/// <summary>Runs a real scheduler, with its real loop on the real thread pool, through simulated time.</summary>
/// <remarks>
/// <code>
/// await using var simulation = Simulation.Start((scheduler, log) => BackupJobs.Register(scheduler, log));
/// await simulation.AdvanceAsync(TimeSpan.FromDays(1));
/// simulation.Log.Text.ShouldBe([…]);
/// </code>
/// Time goes from due time to due time and waits at each for the jobs to end, so that everything happens at its time,
/// as fast as the machine can do it: a year of beats in seconds. No sleep, no poll, no real clock.
/// </remarks>
internal sealed class Simulation : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<(DateTimeOffset Time, JobRun Run)> _runs = new();

    private Simulation(Action<Scheduler, ILogger> register, FakeTimeProvider? time, ILoggerFactory? logging)
    {
        Time = time ?? new(DefaultStart);
        Log = new(Time);
        Scheduler = new(Time, (logging ?? Log).CreateLogger<Scheduler>());
        register(Scheduler, Log);
        Run = Scheduler.RunAsync(_stop.Token);
    }

    /// <summary>The first instant of a simulation that is not given a time: a Monday.</summary>
    public static DateTimeOffset DefaultStart { get; } = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public FakeTimeProvider Time { get; }

    public LogCapture Log { get; }

    public Scheduler Scheduler { get; }

    /// <summary>
    /// The run of the scheduler, which ends when it is stopped: see <see cref="Scheduler.RunAsync"/>.
    /// </summary>
    public Task<bool> Run { get; }

    /// <summary>
    /// What <see cref="Record(JobRun)"/> has been called for so far, and what the wall clock showed then.
    /// </summary>
    public IReadOnlyList<(DateTimeOffset Time, JobRun Run)> Runs => [.. _runs];

    /// <summary>Starts a scheduler.</summary>
    /// <param name="register">Registers the jobs, before the run. They may log where the scheduler does.</param>
    /// <param name="time">One that stands at <see cref="DefaultStart"/> unless given.</param>
    public static Simulation Start(Action<Scheduler, ILogger> register, FakeTimeProvider? time = null) =>
        new(register, time, null);

    /// <summary>Starts a scheduler.</summary>
    /// <param name="register">Registers the jobs, before the run.</param>
    /// <param name="time">One that stands at <see cref="DefaultStart"/> unless given.</param>
    /// <param name="logging">Where to log; <see cref="Log"/> unless given.</param>
    public static Simulation Start(
        Action<Scheduler>? register = null, FakeTimeProvider? time = null, ILoggerFactory? logging = null) =>
        new((scheduler, _) => register?.Invoke(scheduler), time, logging);

    /// <summary>A job that notes when it runs, and what for.</summary>
    public Task Record(JobRun run)
    {
        _runs.Enqueue((Time.GetUtcNow(), run));
        return Task.CompletedTask;
    }

    /// <summary>Lets time go by from due time to due time, and waits at each for the jobs to end.</summary>
    public async Task AdvanceAsync(TimeSpan time)
    {
        var end = Time.GetTimestamp() + time.Ticks;
        await Scheduler.WhenIdle().ConfigureAwait(false);
        while (NextStep(end) is { } step)
        {
            Time.Advance(step);
            await Scheduler.WhenIdle().ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Lets time go by from due time to due time without waiting for jobs: for those that do not end, or wait for the
    /// time.
    /// </summary>
    public void Step(TimeSpan time)
    {
        var end = Time.GetTimestamp() + time.Ticks;
        while (NextStep(end) is { } step)
        {
            Time.Advance(step);
        }
    }

    /// <summary>
    /// Lets time go by at once, as it does for a process that was suspended: nothing happens in between.
    /// </summary>
    public async Task StallAsync(TimeSpan time)
    {
        Time.Advance(time);
        await IdleAsync();
    }

    /// <summary>Waits until no job is running. Not to be used with jobs that do not end.</summary>
    public Task IdleAsync() => Scheduler.WhenIdle();

    /// <summary>Asks the scheduler to stop. Jobs that do not end have 5 seconds on the <see cref="Time"/>.</summary>
    public Task RequestStopAsync() => _stop.CancelAsync();

    /// <summary>Stops the scheduler and waits for its jobs to end.</summary>
    /// <returns>Whether all jobs have ended.</returns>
    public async Task<bool> StopAsync()
    {
        await RequestStopAsync();
        return await Run;
    }

    /// <summary>Stops the scheduler. Jobs that do not end are left behind, so that no test waits for them.</summary>
    public async ValueTask DisposeAsync()
    {
        await RequestStopAsync();
        if (!Run.IsCompleted) Time.Advance(TimeSpan.FromSeconds(5));
        await Run;
        _stop.Dispose();
        Scheduler.Dispose();
        Log.Dispose();
    }

    /// <summary>To the next due time or the end; <see langword="null"/> at the end.</summary>
    private TimeSpan? NextStep(long end)
    {
        var left = TimeSpan.FromTicks(end - Time.GetTimestamp());
        if (left <= TimeSpan.Zero) return null;
        var step = Scheduler.Next - Time.GetUtcNow() is { } wait && wait < left ? wait : left;
        // Where the wall clock may be set, the safety wake-ups in between have to come at their time.
        return Time is TwoClockTime { UntilWakeUp: { } wakeUp } && wakeUp < step ? wakeUp : step;
    }
}
