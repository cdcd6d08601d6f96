using System.Diagnostics;
using System.Runtime.CompilerServices;
using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Heartbeat.Tests;

/// <summary>Promise 13: nothing grows over millions of runs, and a pending one-shot is small.</summary>
[Collection(nameof(Alone))]
public sealed class PromiseFlatTests(ITestOutputHelper output)
{
    [Fact]
    public Task Over_200000_one_shots_memory_and_threads_are_flat() => StayFlatAsync(rounds: 20);

    [LongFact]
    [Trait("Category", "Soak")]
    public Task Over_10000000_one_shots_memory_and_threads_are_flat() => StayFlatAsync(rounds: 1_000);

    /// <summary>The last is the dearest: each has its own place in the heap, which has just doubled.</summary>
    [Theory]
    [InlineData(100_000, "the same")]
    [InlineData(100_000, "any")]
    [InlineData(65_537, "falling")]
    public void A_pending_one_shot_costs_at_most_128_bytes(int count, string delays)
    {
        var clock = new TwoClockTime(Simulation.DefaultStart);
        using var log = new LogCapture(clock);
        using var scheduler = new Scheduler(clock, log.CreateLogger<Scheduler>());
        var random = new Random(count);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < count; i++)
        {
            scheduler.Schedule("one", Delay(i), "argument", static (_, _) => Task.CompletedTask);
        }

        var each = (double)(GC.GetTotalMemory(forceFullCollection: true) - before) / count;
        output.WriteLine($"{each:0.00} bytes each");
        Math.Round(each).ShouldBeInRange(1, 128); // what else is in the heap comes to a fraction

        TimeSpan Delay(int i) => TimeSpan.FromDays(1) + TimeSpan.FromTicks(delays switch
        {
            "the same" => 0,
            "any" => random.Next(),
            _ => count - i,
        });
    }

    [Fact]
    public async Task What_has_run_is_released_though_one_due_with_it_goes_on_and_the_loop_is_kept_busy()
    {
        await using var simulation = Simulation.Start();
        simulation.Scheduler.Schedule("goes on", TimeSpan.FromSeconds(1), static _ => new TaskCompletionSource().Task);
        var argument = ScheduleOne(simulation.Scheduler);
        for (var round = 0; round < 10 && argument.IsAlive; round++)
        {
            var next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            simulation.Scheduler.Schedule("next", TimeSpan.FromSeconds(5), next, static (next, _) =>
            {
                next.SetResult();
                return Task.CompletedTask;
            });
            simulation.Step(TimeSpan.FromSeconds(5));
            await next.Task;
            GC.Collect();
        }

        argument.IsAlive.ShouldBeFalse();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference ScheduleOne(Scheduler scheduler)
    {
        var argument = new object();
        scheduler.Schedule("ends", TimeSpan.FromSeconds(1), argument, static (_, _) => Task.CompletedTask);
        return new(argument);
    }

    private async Task StayFlatAsync(int rounds)
    {
        const int Each = 10_000;
        var runs = 0;
        await using var simulation = Simulation.Start();
        await RunAsync(rounds / 4); // warms up
        var (memory, threads, handles) = Measure();
        await RunAsync(rounds - (rounds / 4));
        var later = Measure();
        output.WriteLine($"{memory:N0} bytes, {threads} threads, {handles} handles, then {later}");
        runs.ShouldBe(rounds * Each);
        (later.Memory - memory).ShouldBeLessThan(512 * 1024); // a reference kept for each run is over a megabyte
        (later.Threads - threads).ShouldBeLessThan(64); // the pool makes some more on a busy machine
        (later.Handles - handles).ShouldBeLessThan(64);

        async Task RunAsync(int rounds)
        {
            for (var round = 0; round < rounds; round++)
            {
                for (var i = 0; i < Each; i++)
                {
                    simulation.Scheduler.Schedule("one", TimeSpan.FromMilliseconds(i % 100), 1, (one, run) =>
                    {
                        Interlocked.Add(ref runs, one);
                        return Task.CompletedTask;
                    });
                }

                await simulation.AdvanceAsync(TimeSpan.FromMilliseconds(100));
            }
        }
    }

    private static (long Memory, int Threads, int Handles) Measure()
    {
        using var process = Process.GetCurrentProcess();
        return (GC.GetTotalMemory(forceFullCollection: true), process.Threads.Count, process.HandleCount);
    }
}
