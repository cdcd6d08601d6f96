using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <summary>Promise 7: whatever a job does, the others and the loop go on.</summary>
public sealed class PromiseIsolationTests
{
    private static readonly DateTimeOffset Start = Simulation.DefaultStart;

    public static TheoryData<string> Failures => [.. FailingJobs.Keys];

    private static Dictionary<string, (Func<JobRun, Task> Job, string Exception)> FailingJobs { get; } = new()
    {
        ["throws"] = (static _ => throw new InvalidOperationException("at once"), "InvalidOperationException: at once"),
        ["throws after an await"] = (static async _ =>
        {
            await Task.Yield();
            throw new InvalidOperationException("later");
        }, "InvalidOperationException: later"),
        ["AggregateException"] = (
            static _ => throw new AggregateException(
                "two", new InvalidOperationException("1"), new InvalidOperationException("2")),
            "AggregateException: two (1) (2)"),
        ["a faulted task"] =
            (static _ => Task.FromException(new NotSupportedException("task")), "NotSupportedException: task"),
        ["ToString that throws"] = (
            static _ => throw new UnprintableException(),
            $"InvalidOperationException: The job threw a {typeof(UnprintableException)}, whose ToString throws."),
        ["OperationCanceledException with no token"] = (
            static _ => throw new OperationCanceledException("none"), "OperationCanceledException: none"),
        ["OperationCanceledException with a token of its own"] = (
            static _ => throw new OperationCanceledException("own", new CancellationToken(canceled: true)),
            "OperationCanceledException: own"),
        ["OperationCanceledException with the stop token, which was not cancelled"] = (
            static run => throw new OperationCanceledException("stop", run.Stopping),
            "OperationCanceledException: stop"),
        ["a cancelled task"] = (
            static _ => Task.FromCanceled(new CancellationToken(canceled: true)),
            "TaskCanceledException: A task was canceled."),
        ["null"] = (static _ => null!, "InvalidOperationException: The job returned null for its task."),
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_failing_job_is_logged_once_each_time_and_harms_neither_itself_nor_others(string kind)
    {
        var (job, exception) = FailingJobs[kind];
        await using var simulation = Simulation.Start(scheduler =>
        {
            scheduler.Schedule("bad", CronExpression.Parse("* * * * *"), job);
            scheduler.Schedule("bad once", TimeSpan.FromMinutes(2), job);
        });
        simulation.Scheduler.Schedule("good", CronExpression.Parse("* * * * *"), simulation.Record);
        await simulation.AdvanceAsync(TimeSpan.FromMinutes(3));

        simulation.Runs.Select(static run => run.Time)
            .ShouldBe([Start.AddMinutes(1), Start.AddMinutes(2), Start.AddMinutes(3)]);
        simulation.Log.Lines.Skip(2)
            .Select(static line => $"{line.Time:mm:ss} {line} {line.Exception?.GetType().Name}: {Message(line)}")
            .Order().ShouldBe(
        [
            $"01:00 Error: bad failed (due 2024-01-01T00:01:00+00:00) {exception}",
            $"02:00 Error: bad failed (due 2024-01-01T00:02:00+00:00) {exception}",
            $"02:00 Error: bad once failed (due 2024-01-01T00:02:00+00:00) {exception}",
            $"03:00 Error: bad failed (due 2024-01-01T00:03:00+00:00) {exception}",
        ]);
        (await simulation.StopAsync()).ShouldBeTrue();
        simulation.Log.Text[^1].ShouldBe("Information: Stopped: 7 runs started, 4 failed; no one-shot was pending");
    }

    [Fact]
    public async Task A_job_that_the_stop_token_ends_has_not_failed()
    {
        var started = new TaskCompletionSource();
        await using var simulation = Simulation.Start(scheduler => scheduler.Schedule("waits", TimeSpan.Zero, run =>
        {
            started.SetResult();
            return Task.Delay(Timeout.Infinite, run.Stopping);
        }));
        await started.Task;
        (await simulation.StopAsync()).ShouldBeTrue();
        simulation.Log.Text.ShouldBe(["Information: Stopped: 1 run started, 0 failed; no one-shot was pending"]);
    }

    [Fact]
    public async Task A_job_that_never_ends_delays_no_other()
    {
        var others = Channel.CreateUnbounded<DateTimeOffset>();
        var never = new TaskCompletionSource();
        await using var simulation = Simulation.Start(scheduler =>
        {
            scheduler.Schedule("hangs", CronExpression.Parse("* * * * *"), _ => never.Task);
            ScheduleOthers(scheduler, others.Writer);
        });
        for (var minute = 1; minute <= 10; minute++)
        {
            simulation.Step(TimeSpan.FromMinutes(1));
            (await others.Reader.ReadAsync()).ShouldBe(Start.AddMinutes(minute));
        }

        never.SetResult();
        await simulation.IdleAsync();
        simulation.Log.Of(LogLevel.Warning).Count.ShouldBe(9); // each occurrence skipped: see promise 8
    }

    /// <summary>One blocks its thread until all others have run, wherever in the order it stands.</summary>
    [Theory(Timeout = 300_000)]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(1_999)]
    public async Task A_job_that_blocks_its_thread_holds_up_no_other_that_is_due_at_the_same_time(int blocking)
    {
        const int Count = 2_000;
        using var others = new CountdownEvent(Count - 1);
        await using var simulation = Simulation.Start();
        for (var i = 0; i < Count; i++) simulation.Scheduler.Schedule("one", TimeSpan.FromSeconds(1), i, Run);
        await simulation.AdvanceAsync(TimeSpan.FromSeconds(1));
        others.CurrentCount.ShouldBe(0);

        Task Run(int i, JobRun run)
        {
            if (i == blocking) others.Wait(run.Stopping);
            else others.Signal();
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task A_job_that_never_ends_is_named_5_s_after_the_stop()
    {
        var started = new TaskCompletionSource();
        await using var simulation = Simulation.Start(scheduler => scheduler.Schedule("hangs", TimeSpan.Zero, _ =>
        {
            started.SetResult();
            return new TaskCompletionSource().Task;
        }));
        await started.Task;
        await simulation.RequestStopAsync();
        simulation.Step(TimeSpan.FromSeconds(5) - TimeSpan.FromTicks(1));
        simulation.Run.IsCompleted.ShouldBeFalse();
        simulation.Step(TimeSpan.FromTicks(1));
        (await simulation.Run).ShouldBeFalse();
        simulation.Log.Text.ShouldBe(
        [
            "Error: hangs did not stop within 5 s",
            "Information: Stopped: 1 run started, 0 failed; no one-shot was pending",
        ]);
    }

    [Fact]
    public async Task A_job_that_schedules_itself_at_once_for_ever_starves_neither_others_nor_the_stop()
    {
        var others = Channel.CreateUnbounded<DateTimeOffset>();
        var rounds = 0;
        await using var simulation = Simulation.Start();
        var scheduler = simulation.Scheduler;
        scheduler.Schedule("again", TimeSpan.Zero, Again);
        ScheduleOthers(scheduler, others.Writer);
        for (var minute = 1; minute <= 10; minute++)
        {
            simulation.Step(TimeSpan.FromMinutes(1));
            (await others.Reader.ReadAsync()).ShouldBe(Start.AddMinutes(minute));
        }

        (await simulation.StopAsync()).ShouldBeTrue();
        rounds.ShouldBeGreaterThan(0);

        Task Again(JobRun run)
        {
            Interlocked.Increment(ref rounds);
            if (!run.Stopping.IsCancellationRequested) scheduler.Schedule("again", TimeSpan.Zero, Again);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task A_job_runs_on_a_thread_of_the_pool_and_never_within_the_loop()
    {
        using var gate = new ManualResetEventSlim();
        var threads = Channel.CreateUnbounded<(bool FromPool, bool OfLoop)>();
        await using var simulation = Simulation.Start();
        var loop = Thread.CurrentThread;
        var isLooping = true; // within the step
        simulation.Scheduler.Schedule("blocks", TimeSpan.FromSeconds(1), _ =>
        {
            var ofLoop = Thread.CurrentThread == loop && isLooping;
            threads.Writer.TryWrite((Thread.CurrentThread.IsThreadPoolThread, ofLoop));
            if (!ofLoop) gate.Wait();
            return Task.CompletedTask;
        });
        simulation.Step(TimeSpan.FromMinutes(1)); // the loop is not held up
        isLooping = false;
        gate.Set();
        (await threads.Reader.ReadAsync()).ShouldBe((true, false));
    }

    /// <summary>
    /// Everything that the scheduler says goes through the logger, so a broken one is met everywhere.
    /// </summary>
    [Theory(Timeout = 300_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_logger_that_throws_stops_nothing(bool isEnabledThrows)
    {
        using var logging = new ThrowingLogger(isEnabledThrows);
        await using var simulation = Simulation.Start(
            static scheduler => scheduler.Schedule(
                "bad", CronExpression.Parse("* * * * *"), static _ => throw new NotSupportedException()),
            logging: logging);
        simulation.Scheduler.Schedule("good", CronExpression.Parse("* * * * *"), simulation.Record);
        await simulation.AdvanceAsync(TimeSpan.FromMinutes(5));
        simulation.Runs.Count.ShouldBe(5);
        (await simulation.StopAsync()).ShouldBeTrue();
    }

    /// <summary>
    /// One-shots at each of ten minutes: a cron entry might skip one, if time goes on before its run has quite ended.
    /// </summary>
    private static void ScheduleOthers(Scheduler scheduler, ChannelWriter<DateTimeOffset> started)
    {
        for (var minute = 1; minute <= 10; minute++)
        {
            scheduler.Schedule("other", Start.AddMinutes(minute), started, static (started, run) =>
            {
                started.TryWrite(run.Due);
                return Task.CompletedTask;
            });
        }
    }

    private static string? Message(LogLine line) => line.Exception?.Message;

    [SuppressMessage("Design", "CA1032", Justification = "It is thrown above and nowhere else.")]
    private sealed class UnprintableException : Exception
    {
        public override string ToString() => throw new NotSupportedException("unprintable");
    }

    private sealed class ThrowingLogger(bool isEnabledThrows) : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => isEnabledThrows ? throw new NotSupportedException() : true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
