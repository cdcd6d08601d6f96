using Heartbeat.Jobs;
using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Heartbeat.Tests;

/// <summary>Promise 3: one run for each occurrence, and equal due times in the order scheduled.</summary>
[Collection(nameof(Alone))]
public sealed class PromiseNeverTwiceInOrderTests(ITestOutputHelper output)
{
    [Fact]
    public Task A_year_has_525600_beats_each_once_on_the_second_and_its_event_10_s_later() =>
        BeatAsync(new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero), new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), 525_600);

    [LongFact]
    [Trait("Category", "Soak")]
    public Task A_decade_has_5258880_beats_each_once_on_the_second_and_its_event_10_s_later() =>
        BeatAsync(new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero), new(2035, 1, 1, 0, 0, 0, TimeSpan.Zero), 5_258_880);

    [Fact]
    public Task At_one_instant_20000_one_shots_run_once_each_in_the_order_scheduled() => RunAtOnceAsync(20_000);

    [LongFact]
    [Trait("Category", "Soak")]
    public Task At_one_instant_1000000_one_shots_run_once_each_in_the_order_scheduled() => RunAtOnceAsync(1_000_000);

    [Fact]
    public Task Over_a_day_20000_one_shots_run_once_each_and_in_time() => RunOverADayAsync(20_000, seed: 7);

    [LongFact]
    [Trait("Category", "Soak")]
    public Task Over_a_day_1000000_one_shots_run_once_each_and_in_time() =>
        RunOverADayAsync(1_000_000, Environment.TickCount);

    [Fact]
    public async Task Instants_and_delays_due_at_the_same_time_start_in_the_order_scheduled()
    {
        await using var simulation = Simulation.Start();
        var due = TimeSpan.FromMinutes(1);
        List<int> started = [];
        for (var i = 0; i < 1_000; i++)
        {
            var job = new Func<int, JobRun, Task>((i, _) =>
            {
                lock (started) started.Add(Environment.CurrentManagedThreadId * 10_000 + i);
                return Task.CompletedTask;
            });
            if (i % 3 == 0) simulation.Scheduler.Schedule("delay", due, i, job);
            else simulation.Scheduler.Schedule("instant", Simulation.DefaultStart + due, i, job);
        }

        await simulation.AdvanceAsync(due);
        started.Count.ShouldBe(1_000);
        foreach (var thread in started.GroupBy(static id => id / 10_000)) thread.ShouldBeInOrder();
    }

    /// <summary>The pool's threads are blocked by the first when the last comes due, a second later.</summary>
    [Fact]
    public async Task What_comes_due_while_the_pool_is_busy_starts_after_all_that_was_due_before()
    {
        const int Before = 300;
        using var release = new ManualResetEventSlim();
        var started = 0;
        var startedBefore = 0;
        var threads = 0;
        await using var simulation = Simulation.Start();
        for (var i = 0; i < Before; i++)
        {
            simulation.Scheduler.Schedule("before", TimeSpan.FromSeconds(1), _ =>
            {
                Interlocked.Increment(ref started);
                release.Wait();
                return Task.CompletedTask;
            });
        }

        simulation.Scheduler.Schedule("after", TimeSpan.FromSeconds(2), _ =>
        {
            startedBefore = Volatile.Read(ref started);
            threads = ThreadPool.ThreadCount; // each may have taken one that has not come to count itself
            return Task.CompletedTask;
        });
        simulation.Step(TimeSpan.FromSeconds(2));
        release.Set();
        await simulation.IdleAsync();
        startedBefore.ShouldBeGreaterThan(Before - threads);
        threads.ShouldBeLessThan(Before / 2);
    }

    /// <summary>The year or the decade, beat by beat: see <see cref="BeatLog"/> for what is checked at each.</summary>
    private async Task BeatAsync(DateTimeOffset start, DateTimeOffset end, int minutes)
    {
        var clock = new FakeTimeProvider(start.AddSeconds(-1)); // so that the first minute beats, too
        using var log = new BeatLog(clock);
        await using var simulation =
            Simulation.Start(scheduler => HeartbeatJobs.Register(scheduler, new UuidV1(clock), log), clock);
        await simulation.AdvanceAsync((end - start) / 2);
        var half = GC.GetTotalMemory(forceFullCollection: true);
        await simulation.AdvanceAsync(end.AddSeconds(-1) - clock.GetUtcNow());
        var growth = GC.GetTotalMemory(forceFullCollection: true) - half;

        output.WriteLine($"heap {half:N0} bytes at half time, {growth:N0} more at the end");
        log.Fault.ShouldBeNull();
        log.First.ShouldBe(start);
        log.Last.ShouldBe(end.AddMinutes(-1));
        log.Timed.ShouldBe(minutes);
        log.Events.ShouldBe(minutes);
        simulation.Log.Text.ShouldBe(["Information: Scheduled heartbeat (timed): '* * * * *' in UTC, first due "
            + $"{start:yyyy-MM-ddTHH:mm:ss}+00:00"]);
        growth.ShouldBeLessThan(512 * 1024); // a reference kept for each beat is over two megabytes
    }

    private async Task RunAtOnceAsync(int count)
    {
        // The pool's threads take entries in their order, but run side by side: what can be told is each thread's
        // order.
        using var perThread = new ThreadLocal<List<int>>(static () => [], trackAllValues: true);
        await using var simulation = Simulation.Start();
        for (var i = 0; i < count; i++)
        {
            simulation.Scheduler.Schedule("one", Simulation.DefaultStart.AddHours(1), i, (i, _) =>
            {
                perThread.Value!.Add(i);
                return Task.CompletedTask;
            });
        }

        await simulation.AdvanceAsync(TimeSpan.FromHours(1));
        output.WriteLine($"{perThread.Values.Count} threads");
        foreach (var thread in perThread.Values) thread.ShouldBeInOrder();
        var all = perThread.Values.SelectMany(static ids => ids).Order().ToArray();
        all.SequenceEqual(Enumerable.Range(0, count)).ShouldBeTrue();
    }

    private async Task RunOverADayAsync(int count, int seed)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var runs = new int[count];
        var untimely = 0;
        await using var simulation = Simulation.Start();
        for (var i = 0; i < count; i++)
        {
            var delay = TimeSpan.FromTicks(random.NextInt64(TimeSpan.TicksPerDay));
            simulation.Scheduler.Schedule("one", delay, i, (i, run) =>
            {
                Interlocked.Increment(ref runs[i]);
                if (run.Due < Simulation.DefaultStart || run.Lateness >= TimeSpan.FromMilliseconds(1))
                {
                    Interlocked.Increment(ref untimely);
                }

                return Task.CompletedTask;
            });
        }

        await simulation.AdvanceAsync(TimeSpan.FromDays(1));
        runs.ShouldAllBe(static runs => runs == 1);
        untimely.ShouldBe(0);
    }
}

/// <summary>Tests that measure the process: no other test runs beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
