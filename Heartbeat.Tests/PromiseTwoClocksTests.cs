using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <summary>Promise 5: cron entries and instants follow the wall clock, delays follow elapsed time.</summary>
public sealed class PromiseTwoClocksTests
{
    private static readonly DateTimeOffset Start = Simulation.DefaultStart;
    private static readonly TimeSpan Ms = TimeSpan.FromMilliseconds(1);

    [Theory]
    [InlineData("01:00:00")]
    [InlineData("-01:00:00")]
    [InlineData("20454.00:00:00")]
    [InlineData("-20454.00:00:00")]
    public async Task A_delay_of_10_s_stays_10_s_when_the_wall_clock_is_set(string by)
    {
        await using var simulation = Simulation.Start(time: new TwoClockTime(Start));
        simulation.Scheduler.Schedule("delay", TimeSpan.FromSeconds(10), simulation.Record);
        await simulation.AdvanceAsync(TimeSpan.FromSeconds(3));
        simulation.SetWallClock(TimeSpan.Parse(by, null));
        await simulation.AdvanceAsync(TimeSpan.FromSeconds(7) - Ms);
        simulation.Runs.ShouldBeEmpty();
        await simulation.AdvanceAsync(Ms);
        var (time, run) = simulation.Runs.ShouldHaveSingleItem();
        time.ShouldBe(Start + TimeSpan.FromSeconds(10) + TimeSpan.Parse(by, null));
        (run.Due, run.Lateness).ShouldBe((time, TimeSpan.Zero));
    }

    [Fact]
    public async Task An_instant_comes_with_the_wall_clock()
    {
        await using var simulation = Simulation.Start(time: new TwoClockTime(Start));
        simulation.Scheduler.Schedule("passed over", Start.AddMinutes(30), simulation.Record);
        simulation.Scheduler.Schedule("in time", Start.AddMinutes(90), simulation.Record);
        simulation.SetWallClock(TimeSpan.FromHours(1));
        await simulation.AdvanceAsync(TimeSpan.FromMinutes(30));
        simulation.Runs.Select(static run => (run.Run.Name, run.Time, run.Run.Lateness)).ShouldBe(
        [
            ("passed over", Start.AddHours(1).AddSeconds(10), TimeSpan.FromSeconds(30 * 60 + 10)),
            ("in time", Start.AddMinutes(90), TimeSpan.Zero),
        ]);
    }

    [Fact]
    public async Task Due_tells_both_by_the_wall_clock()
    {
        await using var simulation = Simulation.Start(time: new TwoClockTime(Start));
        var delay = simulation.Scheduler.Schedule("delay", TimeSpan.FromMinutes(1), simulation.Record);
        var instant = simulation.Scheduler.Schedule("instant", Start.AddMinutes(1), simulation.Record);
        (delay.Due, instant.Due).ShouldBe((Start.AddMinutes(1), Start.AddMinutes(1)));
        simulation.SetWallClock(TimeSpan.FromHours(-1));
        (delay.Due, instant.Due).ShouldBe((Start.AddMinutes(-59), Start.AddMinutes(1)));
        (delay.Name, instant.Name).ShouldBe(("delay", "instant"));
    }

    [Theory]
    [InlineData(4_294_967_293)] // the longest period of a timer, 49.7 days, less 1 ms
    [InlineData(4_294_967_294)]
    [InlineData(4_294_967_295)]
    [InlineData(864_000_000_000)] // 10,000 days
    public async Task A_delay_beyond_what_timers_take_fires_on_its_day(long milliseconds)
    {
        await using var simulation = Simulation.Start();
        simulation.Scheduler.Schedule("far", TimeSpan.FromMilliseconds(milliseconds), simulation.Record);
        await simulation.StallAsync(TimeSpan.FromMilliseconds(milliseconds) - TimeSpan.FromSeconds(25));
        await simulation.AdvanceAsync(TimeSpan.FromSeconds(25) - Ms);
        simulation.Runs.ShouldBeEmpty();
        await simulation.AdvanceAsync(Ms);
        simulation.Runs.ShouldHaveSingleItem().Run.Lateness.ShouldBe(TimeSpan.Zero);
    }

    [LongFact]
    [Trait("Category", "Soak")]
    [Trait("Length", "Long")]
    public async Task A_delay_of_10000_days_fires_on_its_day_after_86_million_wake_ups()
    {
        await using var simulation = Simulation.Start();
        simulation.Scheduler.Schedule("far", TimeSpan.FromDays(10_000), simulation.Record);
        await simulation.AdvanceAsync(TimeSpan.FromDays(10_000) - Ms);
        simulation.Runs.ShouldBeEmpty();
        await simulation.AdvanceAsync(Ms);
        simulation.Runs.ShouldHaveSingleItem().Run.Lateness.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task An_instant_that_has_passed_runs_at_once_and_the_last_one_never()
    {
        await using var simulation = Simulation.Start();
        var scheduler = simulation.Scheduler;
        scheduler.Schedule("past", Start.AddTicks(-1), simulation.Record);
        scheduler.Schedule("first", DateTimeOffset.MinValue, simulation.Record);
        scheduler.Schedule("last", DateTimeOffset.MaxValue, simulation.Record).Due.ShouldBe(DateTimeOffset.MaxValue);
        scheduler.Schedule("last but one", DateTimeOffset.MaxValue.AddTicks(-1), simulation.Record);
        await simulation.StallAsync(TimeSpan.Zero);
        simulation.Runs.Select(static run => (run.Run.Name, run.Time)).Order()
            .ShouldBe([("first", Start), ("past", Start)]);
        await simulation.StallAsync(TimeSpan.FromDays(365_000));
        await simulation.AdvanceAsync(TimeSpan.FromDays(1));
        simulation.Runs.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Equal_instants_in_other_offsets_are_equal()
    {
        await using var simulation = Simulation.Start();
        foreach (var hours in new[] { 14, 0, -12 })
        {
            var instant = Start.AddHours(2).ToOffset(TimeSpan.FromHours(hours));
            simulation.Scheduler.Schedule($"{hours}", instant, simulation.Record);
        }

        await simulation.AdvanceAsync(TimeSpan.FromHours(2));
        simulation.Runs.ShouldAllBe(static run => run.Time == Start.AddHours(2) && run.Run.Due == run.Time);
        simulation.Runs.Count.ShouldBe(3);
    }

    [Fact]
    public async Task After_the_last_minute_of_the_calendar_there_is_no_beat_and_the_loop_lives()
    {
        var clock = new TwoClockTime(new(9999, 12, 31, 23, 58, 30, TimeSpan.Zero));
        await using var simulation = Simulation.Start(time: clock);
        var cron = simulation.Scheduler.Schedule("minute", CronExpression.Parse("* * * * *"), simulation.Record);
        await simulation.AdvanceAsync(TimeSpan.FromSeconds(40));
        cron.Due.ShouldBeNull();
        cron.Cancel().ShouldBeFalse();
        simulation.Scheduler.Schedule("delay", TimeSpan.FromSeconds(40), simulation.Record);
        await simulation.AdvanceAsync(TimeSpan.FromSeconds(45));
        simulation.Runs.Select(static run => $"{run.Run.Name} at {run.Time:HH:mm:ss}")
            .ShouldBe(["minute at 23:59:00", "delay at 23:59:50"]);
        simulation.Log.Text.Count.ShouldBe(1);
        simulation.Run.IsCompleted.ShouldBeFalse();
    }
}
