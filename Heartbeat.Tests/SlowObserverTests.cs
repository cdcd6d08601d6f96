using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <summary>
/// Promise 7, for whoever watches: a logger or a listener of the meter that is slow, or throws, delays no run.
/// </summary>
[Collection(nameof(Alone))]
public sealed class SlowObserverTests
{
    private const int Seconds = 30;

    /// <summary>
    /// A run that hangs has one occurrence skipped each second, and each WARNING stays in the logger.
    /// </summary>
    [Fact(Timeout = 300_000)]
    public async Task A_logger_that_blocks_on_one_WARNING_each_second_makes_no_run_late()
    {
        using var release = new ManualResetEventSlim();
        using var logging = new Logger(() => release.Wait());
        await EachSecondIsOnTimeAsync(logging, release);
    }

    [Fact(Timeout = 300_000)]
    public async Task A_logger_that_throws_at_each_WARNING_makes_no_run_late()
    {
        using var release = new ManualResetEventSlim();
        using var logging = new Logger(static () => throw new NotSupportedException("logger"));
        await EachSecondIsOnTimeAsync(logging, release);
    }

    [Theory(Timeout = 300_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_listener_that_blocks_or_throws_at_what_is_skipped_makes_no_run_late(bool throws)
    {
        using var release = new ManualResetEventSlim();
        using var listener = new MeterListener();
        listener.InstrumentPublished = static (instrument, itself) =>
        {
            if (instrument.Name == "scheduler.skipped") itself.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            if (tags[0].Value is not "hangs") return;
            if (throws) throw new NotSupportedException("listener");
            release.Wait();
        });
        listener.Start();
        using var logging = new Logger(static () => { });
        await EachSecondIsOnTimeAsync(logging, release);
    }

    /// <summary>The line of a step of the clock is said on the pool, too.</summary>
    [Fact(Timeout = 300_000)]
    public async Task A_logger_that_blocks_on_the_line_of_a_clock_step_makes_no_run_late()
    {
        using var blocked = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        using var logging = new Logger(() =>
        {
            blocked.Set();
            release.Wait();
        });
        var runs = Channel.CreateUnbounded<JobRun>();
        await using var simulation =
            Simulation.Start(time: new TwoClockTime(Simulation.DefaultStart), logging: logging);
        for (var second = 1; second <= Seconds; second++)
        {
            simulation.Scheduler.Schedule("one", TimeSpan.FromSeconds(second), run =>
                runs.Writer.WriteAsync(run).AsTask());
        }

        simulation.SetWallClock(TimeSpan.FromDays(-1));
        for (var second = 0; second < Seconds; second++)
        {
            simulation.Time.Advance(TimeSpan.FromSeconds(1));
            (await runs.Reader.ReadAsync()).Lateness.ShouldBe(TimeSpan.Zero);
            blocked.Wait(); // the first of them notices the step
        }

        logging.Warnings.ShouldBe(1);
        release.Set();
    }

    private static async Task EachSecondIsOnTimeAsync(Logger logging, ManualResetEventSlim release)
    {
        var runs = Channel.CreateUnbounded<JobRun>();
        var end = new TaskCompletionSource();
        await using var simulation = Simulation.Start(logging: logging);
        simulation.Scheduler.ScheduleEvery("hangs", TimeSpan.FromSeconds(1), _ => end.Task);
        for (var second = 1; second <= Seconds; second++)
        {
            simulation.Scheduler.Schedule("one", TimeSpan.FromSeconds(second), run =>
                runs.Writer.WriteAsync(run).AsTask());
        }

        for (var second = 1; second <= Seconds; second++)
        {
            simulation.Time.Advance(TimeSpan.FromSeconds(1));
            var run = await runs.Reader.ReadAsync();
            (run.Due, run.Lateness).ShouldBe((Simulation.DefaultStart.AddSeconds(second), TimeSpan.Zero));
        }

        release.Set();
        end.SetResult();
        await simulation.IdleAsync();
        logging.Warnings.ShouldBe(Seconds - 1);
        (await simulation.StopAsync()).ShouldBeTrue();
    }

    /// <summary>Does something at each WARNING.</summary>
    private sealed class Logger(Action atWarning) : ILoggerFactory, ILogger
    {
        private int _warnings;

        public int Warnings => Volatile.Read(ref _warnings);

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (logLevel != LogLevel.Warning) return;
            Interlocked.Increment(ref _warnings);
            atWarning();
        }

        public void Dispose()
        {
        }
    }
}
