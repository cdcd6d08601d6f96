using System.Collections.Concurrent;
using Heartbeat.Scheduling;
using Microsoft.Extensions.Logging;

namespace Heartbeat.Tests.Infra;

/// <summary>Runs a real scheduler, with its real loop on the real thread pool, through simulated time.</summary>
/// <remarks>
/// <code>
/// await using var simulation = Simulation.Start((scheduler, log) => BackupJobs.Register(scheduler, log));
/// await simulation.AdvanceAsync(TimeSpan.FromDays(1));
/// simulation.Log.Text.ShouldBe([…]);
/// </code>
/// Time goes from timer to timer and waits at each for the jobs that it has started, so that everything happens at its
/// time, as fast as the machine can do it: a year of beats in seconds. No sleep, no poll, no real clock.
/// </remarks>
internal sealed class Simulation : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<(DateTimeOffset Time, JobRun Run)> _runs = new();

    private Simulation(Action<Scheduler, ILogger> register, TestClock? clock, ILoggerFactory? logging)
    {
        Clock = clock ?? new(DefaultStart);
        Log = new(Clock);
        Scheduler = new(Clock, (logging ?? Log).CreateLogger<Scheduler>());
        register(Scheduler, Log);
        Run = Scheduler.RunAsync(_stop.Token);
    }

    /// <summary>The first instant of a simulation that is not given a clock: a Monday.</summary>
    public static DateTimeOffset DefaultStart { get; } = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public TestClock Clock { get; }

    public LogCapture Log { get; }

    public Scheduler Scheduler { get; }

    /// <summary>The run of the scheduler, which ends when it is stopped: see <see cref="Scheduler.RunAsync"/>.</summary>
    public Task<bool> Run { get; }

    /// <summary>What <see cref="Record(JobRun)"/> has been called for so far, and what the wall clock showed then.</summary>
    public IReadOnlyList<(DateTimeOffset Time, JobRun Run)> Runs => [.. _runs];

    /// <summary>Starts a scheduler.</summary>
    /// <param name="register">Registers the jobs, before the run. They may log where the scheduler does.</param>
    /// <param name="clock">One that stands at <see cref="DefaultStart"/> unless given.</param>
    public static Simulation Start(Action<Scheduler, ILogger> register, TestClock? clock = null) => new(register, clock, null);

    /// <summary>Starts a scheduler.</summary>
    /// <param name="register">Registers the jobs, before the run.</param>
    /// <param name="clock">One that stands at <see cref="DefaultStart"/> unless given.</param>
    /// <param name="logging">Where to log; <see cref="Log"/> unless given.</param>
    public static Simulation Start(Action<Scheduler>? register = null, TestClock? clock = null, ILoggerFactory? logging = null) =>
        new((scheduler, _) => register?.Invoke(scheduler), clock, logging);

    /// <summary>A job that notes when it runs, and what for.</summary>
    public Task Record(JobRun run)
    {
        _runs.Enqueue((Clock.GetUtcNow(), run));
        return Task.CompletedTask;
    }

    /// <summary>Lets time go by from timer to timer, and waits at each for the jobs to end.</summary>
    public async Task AdvanceAsync(TimeSpan time)
    {
        var end = Clock.GetTimestamp() + time.Ticks;
        do await IdleAsync().ConfigureAwait(false);
        while (Clock.AdvanceToTimer(end));
        await IdleAsync().ConfigureAwait(false);
    }

    /// <summary>Lets time go by from timer to timer without waiting for jobs: for those that do not end, or wait for the clock.</summary>
    public void Step(TimeSpan time)
    {
        var end = Clock.GetTimestamp() + time.Ticks;
        while (Clock.AdvanceToTimer(end))
        {
            // The loop runs within the call.
        }
    }

    /// <summary>Lets time go by at once, as it does for a process that was suspended: nothing happens in between.</summary>
    public async Task StallAsync(TimeSpan time)
    {
        Clock.Advance(time);
        await IdleAsync().ConfigureAwait(false);
    }

    /// <summary>Waits until no job is running. Not to be used with jobs that do not end.</summary>
    public Task IdleAsync() => Scheduler.WhenIdle();

    /// <summary>Stops the scheduler. For jobs that do not end let its 5 seconds go by on the <see cref="Clock"/>.</summary>
    /// <returns>Whether all jobs have ended.</returns>
    public async Task<bool> StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        return await Run.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _stop.Dispose();
        Scheduler.Dispose();
        Log.Dispose();
    }
}
