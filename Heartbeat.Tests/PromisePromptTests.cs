using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <summary>Promise 2: the loop sleeps until the next due time, and what is due earlier wakes it in time.</summary>
public sealed class PromisePromptTests
{
    [Fact]
    public Task A_loop_asleep_starts_1000_entries_that_4_threads_schedule_for_1_ms_from_now() =>
        StartInTimeAsync(rounds: 250);

    [LongFact]
    [Trait("Category", "Soak")]
    public Task A_loop_asleep_starts_200000_entries_that_4_threads_schedule_for_1_ms_from_now() =>
        StartInTimeAsync(rounds: 50_000);

    [Fact]
    public async Task What_is_scheduled_within_a_job_for_an_earlier_time_starts_then()
    {
        await using var simulation = Simulation.Start();
        var scheduler = simulation.Scheduler;
        scheduler.Schedule("later", TimeSpan.FromHours(1), simulation.Record);
        scheduler.Schedule("first", TimeSpan.FromSeconds(1), run =>
        {
            scheduler.Schedule("second", TimeSpan.FromMilliseconds(5), simulation.Record);
            return simulation.Record(run);
        });
        await simulation.AdvanceAsync(TimeSpan.FromHours(2));
        simulation.Runs.Select(static run => (run.Run.Name, run.Time - Simulation.DefaultStart)).ShouldBe(
        [
            ("first", TimeSpan.FromSeconds(1)),
            ("second", TimeSpan.FromMilliseconds(1_005)),
            ("later", TimeSpan.FromHours(1)),
        ]);
    }

    [Fact]
    public void With_nothing_due_the_loop_wakes_every_10_s_and_not_more_often()
    {
        var clock = new TwoClockTime(Simulation.DefaultStart);
        using var logs = new LogCapture(clock);
        using var scheduler = new Scheduler(clock, logs.CreateLogger<Scheduler>());
        var run = scheduler.RunAsync(CancellationToken.None);
        for (var second = 0; second < 86_400; second++) clock.Advance(TimeSpan.FromSeconds(1));
        clock.WakeUps.ShouldBe(8_640);
        run.IsCompleted.ShouldBeFalse();
    }

    /// <summary>
    /// Four threads schedule while a fifth wakes the loop, so that the loop's look and its re-aim are raced.
    /// </summary>
    private static async Task StartInTimeAsync(int rounds)
    {
        const int Threads = 4;
        var ms = TimeSpan.FromMilliseconds(1);
        await using var simulation = Simulation.Start(scheduler =>
            scheduler.Schedule("tomorrow", TimeSpan.FromDays(400), static _ => Task.CompletedTask));
        var started = 0;
        var late = 0;
        using var barrier = new Barrier(Threads + 1);
        var threads = Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            for (var round = 0; round < rounds; round++)
            {
                barrier.SignalAndWait();
                simulation.Scheduler.Schedule("soon", ms, _ => Task.FromResult(Interlocked.Increment(ref started)));
                barrier.SignalAndWait();
            }
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        for (var round = 1; round <= rounds; round++)
        {
            barrier.SignalAndWait();
            Thread.SpinWait(Random.Shared.Next(2_000)); // whoever is woken by a barrier comes late
            simulation.Step(TimeSpan.FromSeconds(10));
            barrier.SignalAndWait();
            await simulation.AdvanceAsync(ms);
            if (Volatile.Read(ref started) != Threads * round) late++;
            await simulation.AdvanceAsync(TimeSpan.FromSeconds(10));
        }

        foreach (var thread in threads) thread.Join();
        late.ShouldBe(0);
        started.ShouldBe(Threads * rounds);
    }
}
