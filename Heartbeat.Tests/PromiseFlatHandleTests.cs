using System.Runtime.CompilerServices;
using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <summary>
/// Promises 9 and 13, for handles that are kept: they keep neither argument nor job once no run can come.
/// </summary>
[Collection(nameof(Alone))]
public sealed class PromiseFlatHandleTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData("delay", "cancelled")]
    [InlineData("delay", "has run")]
    [InlineData("delay", "has failed")]
    [InlineData("delay", "has failed later")]
    [InlineData("delay", "cancelled after dispatch")]
    [InlineData("delay", "cancelled by its own run")]
    [InlineData("delay", "stopped")]
    [InlineData("delay", "stopped after dispatch")]
    [InlineData("instant", "cancelled")]
    [InlineData("instant", "has run")]
    [InlineData("instant", "cancelled after dispatch")]
    [InlineData("instant", "stopped")]
    [InlineData("cron", "cancelled")]
    [InlineData("cron", "cancelled after dispatch")]
    [InlineData("cron", "cancelled by its own run")]
    [InlineData("cron", "stopped")]
    [InlineData("cron", "stopped after dispatch")]
    [InlineData("cron", "stopped while it runs")]
    [InlineData("every", "cancelled")]
    [InlineData("every", "cancelled after dispatch")]
    [InlineData("every", "cancelled by its own run")]
    [InlineData("every", "stopped")]
    [InlineData("every", "stopped while it runs")]
    [InlineData("every", "stopped between its runs")]
    public async Task An_argument_of_1_MB_is_collected_though_the_handle_is_kept(string kind, string end)
    {
        await using var simulation = Simulation.Start();
        var (entry, argument) = Schedule(simulation, kind, end);
        await EndAsync(simulation, entry, end);
        for (var i = 0; i < 10 && argument.IsAlive; i++)
        {
            await Task.Yield(); // off the stack of the pool's threads
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        argument.IsAlive.ShouldBeFalse();
        entry.Cancel().ShouldBeFalse();
        entry.Due.ShouldBeNull();
    }

    [Fact]
    public async Task A_cron_entry_that_has_had_its_last_run_keeps_no_job()
    {
        var time = new TwoClockTime(new(9999, 12, 31, 23, 58, 30, TimeSpan.Zero));
        await using var simulation = Simulation.Start(time: time);
        var (entry, argument) = Schedule(simulation, "cron", "has run");
        await simulation.AdvanceAsync(TimeSpan.FromSeconds(40));
        for (var i = 0; i < 10 && argument.IsAlive; i++)
        {
            await Task.Yield();
            GC.Collect();
        }

        argument.IsAlive.ShouldBeFalse();
        entry.Due.ShouldBeNull();
    }

    private static async Task EndAsync(Simulation simulation, Entry entry, string end)
    {
        switch (end)
        {
            case "cancelled":
                entry.Cancel().ShouldBeTrue();
                break;
            case "cancelled after dispatch" or "stopped after dispatch":
                using (var pool = new BlockedPool())
                {
                    simulation.Time.Advance(Minute);
                    if (end == "cancelled after dispatch") entry.Cancel().ShouldBeTrue();
                    else simulation.Scheduler.Dispose();
                }

                await simulation.IdleAsync();
                break;
            case "stopped":
                (await simulation.StopAsync()).ShouldBeTrue();
                break;
            case "stopped while it runs":
                simulation.Time.Advance(Minute);
                while (simulation.Runs.Count == 0) await Task.Yield();
                (await simulation.StopAsync()).ShouldBeTrue();
                break;
            case "stopped between its runs":
                await simulation.AdvanceAsync(Minute);
                (await simulation.StopAsync()).ShouldBeTrue();
                break;
            default:
                await simulation.AdvanceAsync(Minute);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (Entry Entry, WeakReference Argument) Schedule(Simulation simulation, string kind, string end)
    {
        var argument = new byte[1_000_000];
        var handle = new Entry?[1];
        handle[0] = kind switch
        {
            "delay" => simulation.Scheduler.Schedule(kind, Minute, argument, RunAsync),
            "instant" => simulation.Scheduler.Schedule(kind, Simulation.DefaultStart + Minute, argument, RunAsync),
            "cron" =>
                simulation.Scheduler.Schedule(kind, CronExpression.Parse("* * * * *"), run => RunAsync(argument, run)),
            _ => simulation.Scheduler.ScheduleEvery(kind, Minute, run => RunAsync(argument, run)),
        };
        return (handle[0]!, new(argument));

        async Task RunAsync(byte[] argument, JobRun run)
        {
            var stopping = run.Stopping;
            await simulation.Record(run);
            if (end == "cancelled by its own run") handle[0]!.Cancel();
            if (end == "has failed") throw new TimeoutException();
            if (end == "stopped while it runs") await Task.Delay(Timeout.Infinite, stopping);
            await Task.Yield();
            if (end == "has failed later") throw new TimeoutException();
            argument[0] = 1;
        }
    }
}
