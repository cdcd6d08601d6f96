using System.Collections.Concurrent;
using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Heartbeat.Tests;

/// <summary>
/// Promise 10: every member may be called from any thread, within jobs too, before, during and after the run.
/// </summary>
public sealed class PromiseAnyThreadTests(ITestOutputHelper output)
{
    [Fact]
    public async Task In_a_storm_of_8_threads_and_16000_calls_each_one_shot_ends_in_exactly_one_way()
    {
        await StormAsync(1_000, seed: 1);
        await StormAsync(1_000, Environment.TickCount);
    }

    /// <summary>Cancelled entries are removed in bulk time and again, while others are queued.</summary>
    [Fact]
    public async Task In_a_storm_of_8_threads_that_cancel_every_other_of_their_entries_none_of_the_rest_is_lost()
    {
        const int Threads = 8;
        const int Each = 5_000;
        var refused = 0;
        await using var simulation = Simulation.Start();
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Factory.StartNew(
            () =>
            {
                for (var i = 0; i < Each; i++)
                {
                    simulation.Scheduler.Schedule("kept", TimeSpan.FromMinutes(1), simulation.Record);
                    var cancelled =
                        simulation.Scheduler.Schedule("cancelled", TimeSpan.FromMinutes(1), simulation.Record);
                    var another =
                        simulation.Scheduler.Schedule("cancelled", TimeSpan.FromMinutes(2), simulation.Record);
                    if (!cancelled.Cancel() || !another.Cancel()) Interlocked.Increment(ref refused);
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        await simulation.AdvanceAsync(TimeSpan.FromMinutes(3));
        refused.ShouldBe(0);
        simulation.Runs.Count(static run => run.Run.Name == "kept").ShouldBe(Threads * Each);
        simulation.Runs.Count.ShouldBe(Threads * Each);
    }

    [LongFact]
    [Trait("Category", "Soak")]
    public async Task In_20_storms_of_8_threads_and_800000_calls_each_one_shot_ends_in_exactly_one_way()
    {
        for (var seed = 0; seed < 20; seed++) await StormAsync(100_000, seed);
    }

    [Fact]
    public async Task A_scheduler_runs_once_and_a_second_run_leaves_the_first_alone()
    {
        await using var simulation = Simulation.Start();
        var again = await Should.ThrowAsync<InvalidOperationException>(() =>
            simulation.Scheduler.RunAsync(CancellationToken.None));
        again.Message.ShouldBe("A scheduler runs once: make another one.");
        simulation.Scheduler.Schedule("delay", TimeSpan.FromMinutes(1), simulation.Record);
        await simulation.AdvanceAsync(TimeSpan.FromMinutes(1));
        simulation.Runs.Count.ShouldBe(1);
    }

    [Fact]
    public async Task After_the_stop_scheduling_throws_and_all_else_answers()
    {
        await using var simulation = Simulation.Start();
        var entry = simulation.Scheduler.Schedule("delay", TimeSpan.FromMinutes(1), simulation.Record);
        (await simulation.StopAsync()).ShouldBeTrue();
        var scheduler = simulation.Scheduler;
        Should.Throw<ObjectDisposedException>(() =>
            scheduler.Schedule("cron", CronExpression.Parse("* * * * *"), simulation.Record));
        Should.Throw<ObjectDisposedException>(() => scheduler.Schedule("delay", TimeSpan.Zero, simulation.Record));
        Should.Throw<ObjectDisposedException>(() =>
            scheduler.Schedule("instant", Simulation.DefaultStart, simulation.Record))
            .Message.ShouldStartWith("The scheduler has stopped: it takes no more entries.");
        await Should.ThrowAsync<ObjectDisposedException>(() => scheduler.RunAsync(CancellationToken.None));
        (entry.Cancel(), entry.Due, entry.Name).ShouldBe((false, null, "delay"));
        scheduler.Dispose();
    }

    [Fact]
    public async Task A_scheduler_that_was_disposed_before_its_run_does_not_run()
    {
        var clock = new TwoClockTime(Simulation.DefaultStart);
        using var log = new LogCapture(clock);
        using var scheduler = new Scheduler(clock, log.CreateLogger<Scheduler>());
        var entry = scheduler.Schedule("delay", TimeSpan.Zero, static _ => throw new NotSupportedException());
        scheduler.Dispose();
        await Should.ThrowAsync<ObjectDisposedException>(() => scheduler.RunAsync(CancellationToken.None));
        entry.Cancel().ShouldBeFalse();
    }

    [Fact]
    public async Task A_job_may_schedule_cancel_and_stop()
    {
        await using var simulation = Simulation.Start();
        var scheduler = simulation.Scheduler;
        scheduler.Schedule("all", TimeSpan.FromSeconds(1), run =>
        {
            scheduler.Schedule("never", TimeSpan.Zero, simulation.Record).Cancel();
            scheduler.Dispose();
            return simulation.Record(run);
        });
        simulation.Step(TimeSpan.FromSeconds(1));
        (await simulation.Run).ShouldBeTrue();
        simulation.Runs.Count(static run => run.Run.Name == "all").ShouldBe(1);
    }

    [Fact]
    public Task Stopped_while_2_threads_schedule_200_rounds_end_without_a_deadlock() => StopWhileSchedulingAsync(200);

    [LongFact]
    [Trait("Category", "Soak")]
    public Task Stopped_while_2_threads_schedule_10000_rounds_end_without_a_deadlock() =>
        StopWhileSchedulingAsync(10_000);

    private static async Task StopWhileSchedulingAsync(int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            var accepted = new ConcurrentBag<Entry>();
            var started = 0;
            await using var simulation = Simulation.Start();
            using var barrier = new Barrier(3);
            var threads = Enumerable.Range(0, 2).Select(_ => new Thread(() =>
            {
                barrier.SignalAndWait();
                try
                {
                    while (true)
                    {
                        accepted.Add(simulation.Scheduler.Schedule(
                            "one", TimeSpan.FromTicks(accepted.Count % 2), _ =>
                                Task.FromResult(Interlocked.Increment(ref started))));
                    }
                }
                catch (ObjectDisposedException)
                {
                    // The stop has come.
                }
            })).ToArray();
            foreach (var thread in threads) thread.Start();
            barrier.SignalAndWait();
            (await simulation.StopAsync()).ShouldBeTrue();
            foreach (var thread in threads) thread.Join();
            var dropped = Dropped(simulation.Log.Text[^1]);
            (started + dropped).ShouldBe(accepted.Count);
            accepted.ShouldAllBe(static entry => !entry.Cancel() && entry.Due == null);
        }
    }

    /// <summary>The history of every one-shot is kept by number, and checked once all is quiet.</summary>
    private async Task StormAsync(int calls, int seed)
    {
        const int Threads = 8;
        output.WriteLine($"seed {seed}");
        var started = new int[Threads * calls];
        var cancelled = new int[Threads * calls];
        var entries = new Entry?[Threads * calls];
        await using var simulation = Simulation.Start();
        using var barrier = new Barrier(Threads + 1);
        var going = Threads;
        var faults = new ConcurrentQueue<Exception>();
        var threads = Enumerable.Range(0, Threads).Select(thread => new Thread(() =>
        {
            barrier.SignalAndWait();
            try
            {
                Call(new Random(seed + (thread << 20)), thread * calls);
            }
            catch (InvalidOperationException exception)
            {
                faults.Enqueue(exception);
            }
            finally
            {
                Interlocked.Decrement(ref going);
            }
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        barrier.SignalAndWait();
        while (Volatile.Read(ref going) > 0) simulation.Step(TimeSpan.FromMilliseconds(1));
        foreach (var thread in threads) thread.Join();
        await simulation.AdvanceAsync(TimeSpan.FromMilliseconds(3));

        faults.ShouldBeEmpty();
        simulation.Log.Text.ShouldBeEmpty();
        var pending = 0;
        var wrong = 0;
        for (var i = 0; i < entries.Length; i++)
        {
            if (entries[i] is not { } entry) continue;
            var isPending = entry.Due is not null ? 1 : 0;
            pending += isPending;
            if (started[i] + cancelled[i] + isPending != 1) wrong++;
        }

        wrong.ShouldBe(0);
        pending.ShouldBeGreaterThan(0);
        (await simulation.StopAsync()).ShouldBeTrue();
        Dropped(simulation.Log.Text[^1]).ShouldBe(pending);
        simulation.Log.Text[^1].ShouldStartWith($"Information: Stopped: {started.Sum()} runs started, 0 failed; ");
        output.WriteLine($"{started.Sum():N0} started, {cancelled.Sum():N0} cancelled, {pending:N0} pending");

        void Call(Random random, int first)
        {
            for (var i = first; i < first + calls; i++)
            {
                var other = random.Next(entries.Length);
                if (random.Next(3) == 0)
                {
                    if (entries[other]?.Cancel() == true) Interlocked.Increment(ref cancelled[other]);
                    continue;
                }

                var wait = random.Next(20) == 0 ? TimeSpan.FromDays(1) : TimeSpan.FromTicks(random.Next(20_000));
                entries[i] = random.Next(2) == 0
                    ? simulation.Scheduler.Schedule("delay", wait, i, Job)
                    : simulation.Scheduler.Schedule("instant", simulation.Time.GetUtcNow() + wait, i, Job);
            }
        }

        Task Job(int i, JobRun run) => Task.FromResult(Interlocked.Increment(ref started[i]));
    }

    /// <summary>The number in "12 pending one-shots dropped: …".</summary>
    private static int Dropped(string line)
    {
        var text = line.Split("; ")[1];
        return text == "no one-shot was pending"
            ? 0
            : int.Parse(text.Split(' ')[0].Replace(",", "", StringComparison.Ordinal), null);
    }
}
