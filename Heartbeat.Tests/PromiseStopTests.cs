using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <summary>Promise 11: after the stop nothing new starts, what runs has 5 s, and what is dropped is named.</summary>
public sealed class PromiseStopTests
{
    [Theory]
    [InlineData(0, "no one-shot was pending")]
    [InlineData(1, "1 pending one-shot dropped: 1 due 2024-01-01T00:00:30+00:00")]
    [InlineData(3,
        "3 pending one-shots dropped: 1 due 2024-01-01T00:00:30+00:00, 2 due 2024-01-01T00:01:00+00:00, 3 due "
            + "2024-01-01T00:01:30+00:00")]
    [InlineData(
        1_000,
        "1,000 pending one-shots dropped: 1 due 2024-01-01T00:00:30+00:00, 2 due 2024-01-01T00:01:00+00:00, 3 due "
            + "2024-01-01T00:01:30+00:00, \u2026")]
    public async Task Pending_one_shots_are_dropped_and_counted_and_the_first_three_named(int count, string dropped)
    {
        await using var simulation = Simulation.Start();
        simulation.Scheduler.Schedule("cron", CronExpression.Parse("@yearly"), simulation.Record);
        simulation.Scheduler.Schedule("cancelled", TimeSpan.FromSeconds(1), simulation.Record).Cancel();
        for (var i = count; i > 0; i--)
        {
            if (i % 2 == 0) simulation.Scheduler.Schedule($"{i}", TimeSpan.FromSeconds(30 * i), simulation.Record);
            else simulation.Scheduler.Schedule($"{i}", Simulation.DefaultStart.AddSeconds(30 * i), simulation.Record);
        }

        (await simulation.StopAsync()).ShouldBeTrue();
        simulation.Step(TimeSpan.FromDays(1));
        simulation.Runs.ShouldBeEmpty();
        simulation.Log.Text.Skip(1).ShouldBe([$"Information: Stopped: 0 runs started, 0 failed; {dropped}"]);
    }

    [Fact]
    public async Task A_job_that_ends_within_5_s_of_the_stop_is_waited_for()
    {
        await using var simulation = Simulation.Start();
        var told = new TaskCompletionSource();
        var end = new TaskCompletionSource();
        simulation.Scheduler.Schedule("slow", TimeSpan.Zero, async run =>
        {
            run.Stopping.Register(told.SetResult);
            await simulation.Record(run);
            await end.Task;
        });
        while (simulation.Runs.Count == 0) await Task.Yield();
        await simulation.RequestStopAsync();
        await told.Task;
        simulation.Step(TimeSpan.FromMilliseconds(4_999));
        simulation.Run.IsCompleted.ShouldBeFalse();
        end.SetResult();
        (await simulation.Run).ShouldBeTrue();
        simulation.Log.Text.ShouldBe(["Information: Stopped: 1 run started, 0 failed; no one-shot was pending"]);
    }

    [Fact]
    public async Task A_job_that_schedules_after_the_stop_is_told_so_and_has_not_failed()
    {
        await using var simulation = Simulation.Start();
        var running = new TaskCompletionSource();
        var stopped = new TaskCompletionSource();
        simulation.Scheduler.Schedule("late", TimeSpan.Zero, async run =>
        {
            running.SetResult();
            await stopped.Task;
            simulation.Scheduler.Schedule("later", TimeSpan.FromSeconds(10), simulation.Record);
        });
        await running.Task;
        await simulation.RequestStopAsync();
        stopped.SetResult();
        (await simulation.Run).ShouldBeTrue();
        simulation.Log.Text.ShouldBe(["Information: Stopped: 1 run started, 0 failed; no one-shot was pending"]);
    }

    [Fact]
    public async Task A_run_that_waits_for_its_thread_at_the_stop_does_not_begin()
    {
        await using var simulation = Simulation.Start();
        using var pool = new BlockedPool();
        simulation.Scheduler.Schedule("minute", CronExpression.Parse("* * * * *"), simulation.Record);
        simulation.Scheduler.Schedule("once", TimeSpan.FromMinutes(1), simulation.Record);
        simulation.Time.Advance(TimeSpan.FromMinutes(1));
        simulation.Scheduler.Dispose();
        pool.Release();
        (await simulation.Run).ShouldBeTrue();
        simulation.Runs.ShouldBeEmpty();
    }

    /// <remarks>A process that was suspended may be told to stop before its loop has woken up.</remarks>
    [Fact]
    public async Task What_came_due_since_the_last_wake_up_is_said_to_be_missed_or_skipped()
    {
        var time = new TwoClockTime(Simulation.DefaultStart);
        await using var simulation = Simulation.Start(time: time);
        var scheduler = simulation.Scheduler;
        scheduler.Schedule("hangs", CronExpression.Parse("* * * * *"), static run =>
            Task.Delay(Timeout.Infinite, run.Stopping));
        simulation.Step(TimeSpan.FromMinutes(1));
        scheduler.Schedule("missed", CronExpression.Parse("* * * * *"), simulation.Record);
        scheduler.Schedule("fixed", CronExpression.Parse("5 0 * * *"), simulation.Record);
        scheduler.Schedule("later", CronExpression.Parse("0 1 * * *"), simulation.Record);
        simulation.SetWallClock(TimeSpan.FromMinutes(10));
        (await simulation.StopAsync()).ShouldBeTrue();
        simulation.Runs.ShouldBeEmpty();
        simulation.Log.Text.Where(static line => !line.Contains("Scheduled")).ShouldBe(
        [
            "Warning: hangs: skipped 10 occurrences, the last due 2024-01-01T00:11:00+00:00: the run due "
                + "2024-01-01T00:01:00+00:00 is still running",
            "Warning: missed: missed 9 occurrences; not running the one due 2024-01-01T00:11:00+00:00",
            "Information: Stopped: 1 run started, 0 failed; no one-shot was pending",
        ],
        ignoreOrder: true);
    }

    [Fact]
    public async Task A_callback_on_the_stop_token_that_throws_is_logged_and_harms_nothing()
    {
        await using var simulation = Simulation.Start();
        var registered = new TaskCompletionSource();
        simulation.Scheduler.Schedule("registers", TimeSpan.Zero, run =>
        {
            run.Stopping.Register(static () => throw new NotSupportedException("callback"));
            registered.SetResult();
            return Task.Delay(Timeout.Infinite, run.Stopping);
        });
        await registered.Task;
        (await simulation.StopAsync()).ShouldBeTrue();
        simulation.Log.Text.ShouldBe(
        [
            "Error: registers: a callback on its stop token failed",
            "Information: Stopped: 1 run started, 0 failed; no one-shot was pending",
        ]);
    }

    [Fact]
    public async Task A_token_that_is_already_cancelled_stops_the_run_before_anything_starts()
    {
        var clock = new TwoClockTime(Simulation.DefaultStart);
        using var log = new LogCapture(clock);
        using var scheduler =
            new Scheduler(clock, Microsoft.Extensions.Logging.LoggerFactoryExtensions.CreateLogger<Scheduler>(log));
        scheduler.Schedule("at once", TimeSpan.Zero, static _ => throw new NotSupportedException());
        (await scheduler.RunAsync(new CancellationToken(canceled: true))).ShouldBeTrue();
        log.Text.ShouldBe(["Information: Stopped: 0 runs started, 0 failed; 1 pending one-shot dropped: at once due "
            + "2024-01-01T00:00:00+00:00"]);
    }
}
