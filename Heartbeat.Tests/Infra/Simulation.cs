using Heartbeat.Scheduling;
using Microsoft.Extensions.Logging;

namespace Heartbeat.Tests.Infra;

/// <summary>Runs a real scheduler, with its real loop on the real thread pool, through simulated time.</summary>
/// <remarks>
/// <code>
/// await using var simulation = Simulation.Start(scheduler => scheduler.Schedule("tidy", CronExpression.Parse("@daily"), Tidy));
/// await simulation.AdvanceAsync(TimeSpan.FromDays(1));
/// simulation.Log.Text.ShouldBe([…]);
/// </code>
/// Time goes from timer to timer and waits at each for the jobs that it has started, so that everything happens at its
/// time, as fast as the machine can do it. No sleep, no poll, no real clock.
/// </remarks>
internal sealed class Simulation : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<bool> _run;

    private Simulation(Action<Scheduler> register, TestClock? clock, ILoggerFactory? logging)
    {
        Clock = clock ?? new(DefaultStart);
        Log = new(Clock);
        Scheduler = new(Clock, (logging ?? Log).CreateLogger<Scheduler>());
        register(Scheduler);
        _run = Scheduler.RunAsync(_stop.Token);
    }

    /// <summary>The first instant of a simulation that is not given a clock: a Monday.</summary>
    public static DateTimeOffset DefaultStart { get; } = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public TestClock Clock { get; }

    public LogCapture Log { get; }

    public Scheduler Scheduler { get; }

    /// <summary>Starts a scheduler.</summary>
    /// <param name="register">Registers the jobs, before the run.</param>
    /// <param name="clock">One that stands at <see cref="DefaultStart"/> unless given.</param>
    /// <param name="logging">Where to log; <see cref="Log"/> unless given.</param>
    public static Simulation Start(Action<Scheduler> register, TestClock? clock = null, ILoggerFactory? logging = null) =>
        new(register, clock, logging);

    /// <summary>Lets time go by, from timer to timer.</summary>
    public async Task AdvanceAsync(TimeSpan time)
    {
        var end = Clock.GetTimestamp() + time.Ticks;
        await IdleAsync().ConfigureAwait(false);
        while (Clock.GetTimestamp() is var now && now < end)
        {
            Clock.Advance(TimeSpan.FromTicks(Math.Min(Clock.NextTimer, end) - now));
            await IdleAsync().ConfigureAwait(false);
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

    /// <summary>Stops the scheduler.</summary>
    /// <returns>Whether all jobs have ended.</returns>
    public async Task<bool> StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        return await _run.ConfigureAwait(false);
    }

    /// <summary>The end of the run, once it has been asked to stop.</summary>
    public Task<bool> Run => _run;

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _stop.Dispose();
        Scheduler.Dispose();
        Log.Dispose();
    }
}
