using System.Runtime.CompilerServices;
using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Heartbeat.Tests;

/// <summary>Promise 9: once Cancel has returned true no run starts, and the memory comes back.</summary>
public sealed class PromiseCancelTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Cancel_and_start_at_the_same_time_10000_rounds_exactly_one_of_them_wins()
    {
        const int Rounds = 10_000;
        var random = new Random(Rounds);
        var cancelled = 0;
        var both = 0;
        Entry? entry = null;
        await using var simulation = Simulation.Start();
        using var barrier = new Barrier(2);
        var canceller = new Thread(() =>
        {
            for (var round = 0; round < Rounds; round++)
            {
                barrier.SignalAndWait();
                Thread.SpinWait(random.Next(200));
                if (entry!.Cancel()) cancelled++;
                barrier.SignalAndWait();
            }
        });
        canceller.Start();
        for (var round = 0; round < Rounds; round++)
        {
            var started = 0;
            var cancelledBefore = cancelled;
            entry = simulation.Scheduler.Schedule("one", TimeSpan.FromMilliseconds(1), _ =>
            {
                Interlocked.Increment(ref started);
                return Task.CompletedTask;
            });
            barrier.SignalAndWait();
            Thread.SpinWait(Random.Shared.Next(1_000)); // whoever is woken by a barrier comes late
            simulation.Step(TimeSpan.FromMilliseconds(1));
            barrier.SignalAndWait();
            await simulation.IdleAsync();
            if (started + cancelled - cancelledBefore != 1) both++;
        }

        canceller.Join();
        both.ShouldBe(0);
        output.WriteLine($"{cancelled:N0} were cancelled, {Rounds - cancelled:N0} started");
    }

    [Fact]
    public async Task A_one_shot_is_cancelled_once_and_before_it_starts()
    {
        await using var simulation = Simulation.Start();
        var cancelled = simulation.Scheduler.Schedule("cancelled", TimeSpan.FromMinutes(1), simulation.Record);
        var started = simulation.Scheduler.Schedule("started", TimeSpan.FromMinutes(1), simulation.Record);
        (cancelled.Cancel(), cancelled.Cancel(), cancelled.Due).ShouldBe((true, false, null));
        await simulation.AdvanceAsync(TimeSpan.FromMinutes(2));
        (started.Cancel(), started.Due).ShouldBe((false, null));
        simulation.Runs.ShouldHaveSingleItem().Run.Name.ShouldBe("started");
    }

    [Fact]
    public async Task A_cron_entry_can_cancel_itself()
    {
        Entry? entry = null;
        await using var simulation = Simulation.Start();
        entry = simulation.Scheduler.Schedule("thrice", CronExpression.Parse("* * * * *"), run =>
        {
            if (run.Due.Minute == 3) entry!.Cancel().ShouldBeTrue();
            return simulation.Record(run);
        });
        await simulation.AdvanceAsync(TimeSpan.FromHours(1));
        simulation.Runs.Select(static run => run.Run.Due.Minute).ShouldBe([1, 2, 3]);
        entry.Due.ShouldBeNull();
    }

    /// <summary>A run may wait long for its thread: it must look again when it has got it.</summary>
    [Fact]
    public async Task A_run_that_waits_for_its_thread_does_not_begin_once_cancelled()
    {
        await using var simulation = Simulation.Start();
        Entry[] entries =
        [
            simulation.Scheduler.Schedule("minute", CronExpression.Parse("* * * * *"), simulation.Record),
            simulation.Scheduler.Schedule("once", TimeSpan.FromMinutes(1), simulation.Record),
            simulation.Scheduler.Schedule("instant", Simulation.DefaultStart.AddMinutes(1), simulation.Record),
            simulation.Scheduler.ScheduleEvery("every", TimeSpan.FromMinutes(1), simulation.Record),
        ];
        using (var pool = new BlockedPool())
        {
            simulation.Time.Advance(TimeSpan.FromMinutes(1));
            foreach (var entry in entries)
            {
                entry.Due.ShouldBe(simulation.Time.GetUtcNow()); // the run that waits, not the one after it
                (entry.Cancel(), entry.Cancel(), entry.Due).ShouldBe((true, false, null));
            }
        }

        await simulation.AdvanceAsync(TimeSpan.FromMinutes(1));
        simulation.Runs.ShouldBeEmpty();
        (await simulation.StopAsync()).ShouldBeTrue();
        simulation.Log.Text[^1].ShouldBe("Information: Stopped: 0 runs started, 0 failed; no one-shot was pending");
    }

    /// <summary>
    /// The jobs block, so most of what was handed over still waits for a thread: any of it can be cancelled.
    /// </summary>
    [Fact(Timeout = 300_000)]
    public async Task In_a_burst_what_has_not_begun_can_still_be_cancelled()
    {
        const int Count = 1_000;
        using var release = new ManualResetEventSlim();
        var begun = new int[Count];
        var second = TimeSpan.FromSeconds(1);
        await using var simulation = Simulation.Start();
        var entries = Enumerable.Range(0, Count).Select(i => simulation.Scheduler.Schedule("one", second, i, (i, _) =>
        {
            Interlocked.Increment(ref begun[i]);
            release.Wait();
            return Task.CompletedTask;
        })).ToArray();
        simulation.Step(TimeSpan.FromSeconds(30));
        var cancelled = entries.Select(static entry => entry.Cancel()).ToArray();
        entries.ShouldAllBe(static entry => entry.Due == null);
        release.Set();
        await simulation.IdleAsync();
        for (var i = 0; i < Count; i++) (cancelled[i] ? 1 : 0, i).ShouldBe((1 - begun[i], i));
        cancelled.Count(static isCancelled => isCancelled).ShouldBeGreaterThan(Count / 2);
    }

    /// <summary>All are handed to the pool at once, and each cancels the others, begun or not.</summary>
    [Theory]
    [InlineData(2, 3_000)]
    [InlineData(50, 200)]
    public async Task Of_those_due_at_one_instant_each_that_another_cancels_never_runs_and_each_other_does(
        int count, int rounds)
    {
        var random = new Random(rounds);
        var ms = TimeSpan.FromMilliseconds(1);
        var cancelledAny = false;
        await using var simulation = Simulation.Start();
        for (var round = 0; round < rounds; round++)
        {
            var begun = new int[count];
            var cancelled = new int[count];
            var spin = random.Next(200);
            var wrong = 0;
            Entry[] entries = [];
            entries = [.. Enumerable.Range(0, count).Select(i => simulation.Scheduler.Schedule("one", ms, i, (i, _) =>
            {
                Interlocked.Increment(ref begun[i]);
                for (var other = 0; other < count; other++)
                {
                    if (other == i) continue;
                    Thread.SpinWait(spin);
                    var wasBegun = Volatile.Read(ref begun[other]) != 0;
                    var isCancelled = entries[other].Cancel();
                    if (isCancelled) Interlocked.Increment(ref cancelled[other]);
                    if ((isCancelled && wasBegun) || entries[other].Due is not null) Interlocked.Increment(ref wrong);
                }

                return Task.CompletedTask;
            }))];
            await simulation.AdvanceAsync(TimeSpan.FromMilliseconds(1));
            for (var i = 0; i < count; i++) (begun[i] + cancelled[i]).ShouldBe(1);
            wrong.ShouldBe(0);
            cancelledAny |= cancelled.Sum() > 0;
        }

        cancelledAny.ShouldBeTrue("nothing was cancelled, so this proves nothing");
    }

    [Fact]
    public void Of_100000_cancelled_entries_that_nobody_holds_none_is_kept() => NoneIsKept(100_000);

    [LongFact]
    [Trait("Category", "Soak")]
    public void Of_1000000_cancelled_entries_that_nobody_holds_none_is_kept() => NoneIsKept(1_000_000);

    private static void NoneIsKept(int count)
    {
        var clock = new TwoClockTime(Simulation.DefaultStart);
        using var log = new LogCapture(clock);
        using var scheduler = new Scheduler(clock, log.CreateLogger<Scheduler>());
        var arguments = ScheduleAndCancel(scheduler, count);
        GC.Collect();
        arguments.Count(static argument => argument.IsAlive).ShouldBe(0);
        GC.KeepAlive(scheduler);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference[] ScheduleAndCancel(Scheduler scheduler, int count)
    {
        var arguments = new WeakReference[count];
        var entries = new Entry[count];
        for (var i = 0; i < count; i++)
        {
            var argument = new object();
            arguments[i] = new(argument);
            entries[i] =
                scheduler.Schedule("never", TimeSpan.FromDays(1 + i), argument, static (_, _) => Task.CompletedTask);
        }

        foreach (var entry in entries) entry.Cancel().ShouldBeTrue();
        return arguments;
    }
}
