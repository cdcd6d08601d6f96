using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Heartbeat.Tests;

/// <summary>Promise 1: a run starts at or after its due time, though timers fire early.</summary>
public sealed class PromiseNeverEarlyTests(ITestOutputHelper output)
{
    private const int Minutes = 1_440;

    [Fact]
    public async Task In_20_days_with_timers_up_to_20_ms_early_every_minute_runs_once_and_in_time()
    {
        for (var seed = 0; seed < 20; seed++) await RunADayAsync(seed);
        await RunADayAsync(Environment.TickCount);
    }

    [LongFact]
    [Trait("Category", "Soak")]
    public async Task In_1000_days_with_timers_up_to_20_ms_early_every_minute_runs_once_and_in_time()
    {
        for (var seed = 0; seed < 1_000; seed++) await RunADayAsync(seed);
    }

    [Fact]
    public async Task A_delay_of_one_tick_starts_at_the_tick()
    {
        await using var simulation = Simulation.Start();
        simulation.Scheduler.Schedule("tick", TimeSpan.FromTicks(1), simulation.Record);
        simulation.Runs.ShouldBeEmpty();
        simulation.Time.Advance(TimeSpan.FromTicks(1));
        await simulation.IdleAsync();
        var (time, run) = simulation.Runs.ShouldHaveSingleItem();
        run.ShouldBe(run with { Due = Simulation.DefaultStart.AddTicks(1), Lateness = TimeSpan.Zero });
        time.ShouldBe(run.Due);
    }

    private async Task RunADayAsync(int seed)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var clock = new TwoClockTime(Simulation.DefaultStart.AddSeconds(-1))
        {
            Earliness = () => TimeSpan.FromTicks(random.NextInt64(20 * TimeSpan.TicksPerMillisecond)),
        };
        await using var simulation = Simulation.Start(time: clock);
        simulation.Scheduler.Schedule("minute", CronExpression.Parse("* * * * *"), run =>
        {
            simulation.Scheduler.Schedule("delay", TimeSpan.FromSeconds(10), run.Due, (beat, run) =>
            {
                run.Due.ShouldBeInRange(beat.AddSeconds(10), beat.AddSeconds(10).AddMilliseconds(1));
                return simulation.Record(run);
            });
            return simulation.Record(run);
        });
        await simulation.AdvanceAsync(TimeSpan.FromDays(1));

        simulation.Log.Of(LogLevel.Error).ShouldBeEmpty();
        simulation.Runs.ShouldAllBe(run => run.Time >= run.Run.Due && run.Time < run.Run.Due.AddMilliseconds(1));
        simulation.Runs.Where(static run => run.Run.Name == "minute").Select(static run => run.Run.Due)
            .ShouldBe(Enumerable.Range(0, Minutes).Select(static minute => Simulation.DefaultStart.AddMinutes(minute)));
        simulation.Runs.Count(static run => run.Run.Name == "delay").ShouldBe(Minutes);
    }
}
