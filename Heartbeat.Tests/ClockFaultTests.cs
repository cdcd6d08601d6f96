using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <summary>
/// Promise 6, for what machines do to their clocks: pauses between two readings, sleep, and a start in 1970.
/// </summary>
public sealed class ClockFaultTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(1.5, false)]
    [InlineData(1.5, true)]
    [InlineData(3.9, false)]
    [InlineData(3.9, true)]
    [InlineData(60, false)]
    [InlineData(60, true)]
    public async Task A_pause_between_two_readings_a_hundred_times_is_no_step_and_a_real_one_after_it_is(
        double seconds, bool isAfter)
    {
        var time = new PausingTime();
        await using var simulation = Simulation.Start(time: time);
        for (var i = 0; i < 100; i++)
        {
            (isAfter ? ref time.PauseAfter : ref time.PauseBefore) = TimeSpan.FromSeconds(seconds).Ticks;
            time.Advance(10 * Second);
            (time.PauseBefore, time.PauseAfter) = (0, 0);
        }

        await simulation.IdleAsync();
        simulation.Log.Text.ShouldBeEmpty();
        time.Pauses.ShouldBeGreaterThanOrEqualTo(100);

        time.Advance(10 * Second);
        time.Set -= TimeSpan.FromHours(2).Ticks;
        time.Advance(10 * Second);
        await simulation.IdleAsync();
        simulation.Log.Text.ShouldBe(
            ["Warning: The wall clock moved back by 02:00:00 against elapsed time (it was set or adjusted): "
                + "cron entries follow the wall clock"]);
    }

    /// <summary>On Linux and macOS elapsed time stands still in sleep, so it looks like a clock that was set.</summary>
    [Theory]
    [InlineData("00:05:00", 1, 0)]
    [InlineData("08:00:00", 1, 1)]
    [InlineData("3.00:00:00", 1, 1)]
    [InlineData("400.00:00:00", 1, 1)]
    public async Task After_sleep_cron_entries_and_instants_are_back_within_10_s_once_each_and_delays_go_on(
        string text, int minutely, int daily)
    {
        var sleep = TimeSpan.Parse(text, null);
        var start = new DateTimeOffset(2026, 3, 4, 22, 0, 30, TimeSpan.Zero);
        await using var simulation = Simulation.Start(time: new TwoClockTime(start));
        var scheduler = simulation.Scheduler;
        scheduler.Schedule("minutely", CronExpression.Parse("* * * * *"), simulation.Record);
        scheduler.Schedule("daily", CronExpression.Parse("0 3 * * *"), simulation.Record);
        scheduler.Schedule("instant", start.AddMinutes(3), simulation.Record);
        scheduler.Schedule("delay", TimeSpan.FromMinutes(5), simulation.Record);
        scheduler.ScheduleEvery("every", TimeSpan.FromMinutes(4), simulation.Record);
        simulation.SetWallClock(sleep);
        await simulation.AdvanceAsync(10 * Second);

        var awake = start + sleep + (10 * Second);
        int Runs(string name) => simulation.Runs.Count(run => run.Run.Name == name && run.Time <= awake);
        (Runs("minutely"), Runs("daily"), Runs("instant"), Runs("delay"), Runs("every"))
            .ShouldBe((minutely, daily, 1, 0, 0));
        // What is missed is said by the runs.
        var warnings = simulation.Log.Of(LogLevel.Warning).Select(static line => line.Message);
        warnings.ShouldContain(
            $"The wall clock moved forward by {sleep:c} against elapsed time (it was set or adjusted, or the "
                + "machine slept): cron entries follow the wall clock");

        await simulation.AdvanceAsync(TimeSpan.FromMinutes(5) - (10 * Second));
        Runs("delay").ShouldBe(0);
        var late = simulation.Runs.Where(static run => run.Run.Name is "delay" or "every").ToArray();
        late.Select(static run => run.Run.Name).ShouldBe(["every", "delay"]);
        late.ShouldAllBe(static run => run.Run.Lateness == TimeSpan.Zero);
        simulation.Runs.Where(static run => run.Run.Name == "minutely").Skip(1)
            .ShouldAllBe(static run => run.Run.Lateness == TimeSpan.Zero);
        simulation.Log.Of(LogLevel.Warning)
            .Count(static line => line.Message.StartsWith("The wall clock", StringComparison.Ordinal)).ShouldBe(1);
    }

    /// <summary>A machine without a battery for its clock starts in 1970, until the network sets it.</summary>
    [Fact]
    public async Task From_1970_to_2026_each_entry_runs_once_for_its_latest_occurrence_and_goes_on_from_there()
    {
        await using var simulation = Simulation.Start(time: new TwoClockTime(new(1970, 1, 1, 0, 0, 5, TimeSpan.Zero)));
        var scheduler = simulation.Scheduler;
        string[] expressions =
            ["@yearly", "@monthly", "@weekly", "@daily", "@hourly", "* * * * *", "0 0 29 2 *", "0 0 29 2 SUN"];
        foreach (var cron in expressions)
        {
            scheduler.Schedule(cron, CronExpression.Parse(cron), simulation.Record);
        }

        scheduler.Schedule("in 2000", new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero), simulation.Record);
        scheduler.Schedule("in 2030", new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero), simulation.Record);
        scheduler.Schedule("delay", TimeSpan.FromSeconds(20), simulation.Record);
        simulation.SetWallClock(
            new DateTimeOffset(2026, 11, 25, 7, 0, 20, TimeSpan.Zero) - simulation.Time.GetUtcNow());
        await simulation.AdvanceAsync(10 * Second);

        string[] expected =
        [
            "@yearly due 2026-01-01 00:00",
            "@monthly due 2026-11-01 00:00",
            "@weekly due 2026-11-22 00:00",
            "@daily due 2026-11-25 00:00",
            "@hourly due 2026-11-25 07:00",
            "* * * * * due 2026-11-25 07:00",
            "0 0 29 2 * due 2024-02-29 00:00",
            "0 0 29 2 SUN due 2026-02-22 00:00",
            "in 2000 due 2000-01-01 00:00",
        ];
        simulation.Runs.Select(static run => $"{run.Run.Name} due {run.Run.Due:yyyy-MM-dd HH:mm}")
            .ShouldBe(expected, ignoreOrder: true);
        var warnings = simulation.Log.Of(LogLevel.Warning).Select(static line => line.Message).ToArray();
        warnings.Length.ShouldBe(9);
        warnings.ShouldContain("@yearly: missed 55 occurrences; running the one due 2026-01-01T00:00:00+00:00");
        warnings.ShouldContain("@monthly: missed 681 occurrences; running the one due 2026-11-01T00:00:00+00:00");
        warnings.ShouldContain(
            "@daily: missed more than 1,000 occurrences; running the one due 2026-11-25T00:00:00+00:00");
        warnings.ShouldContain("0 0 29 2 *: missed 13 occurrences; running the one due 2024-02-29T00:00:00+00:00");

        var before = simulation.Runs.Count;
        await simulation.AdvanceAsync(TimeSpan.FromMinutes(1));
        simulation.Runs.Skip(before).Select(static run => (run.Run.Name, run.Run.Lateness)).Order().ShouldBe(
            [("* * * * *", TimeSpan.Zero), ("delay", TimeSpan.Zero)]);
    }

    /// <summary>The loop notices the step just after the clocks were read for the new entry.</summary>
    [Fact]
    public async Task A_step_amid_the_scheduling_of_a_cron_entry_plans_it_by_the_new_time()
    {
        var time = new SteppingTime();
        await using var simulation = Simulation.Start(time: time);
        var loop = new Thread(() => time.Advance(TimeSpan.FromSeconds(10)));
        time.OnceRead = () =>
        {
            time.Set = TimeSpan.FromHours(-1);
            loop.Start();
            loop.Join(TimeSpan.FromMilliseconds(200)); // unless it waits for the lock
        };
        var entry = simulation.Scheduler.Schedule("beat", CronExpression.Parse("* * * * *"), simulation.Record);
        loop.Join();
        entry.Due.ShouldBe(Simulation.DefaultStart - TimeSpan.FromMinutes(59));
        await simulation.IdleAsync();
        simulation.Log.Of(LogLevel.Warning).ShouldHaveSingleItem();
    }

    /// <summary>The process was suspended for longer than the clock was set back by.</summary>
    [Theory]
    [InlineData("0 * * * *", 2)]
    [InlineData("0 0 * * *", 4)] // over 3 hours, fixed times are planned anew, too
    public async Task What_came_due_in_a_stall_runs_although_the_clock_was_set_back_meanwhile(string cron, int hours)
    {
        var time = new TwoClockTime(Simulation.DefaultStart.AddSeconds(-10));
        await using var simulation = Simulation.Start(time: time);
        simulation.Scheduler.Schedule("job", CronExpression.Parse(cron), simulation.Record);
        time.SetWallClock(TimeSpan.FromHours(-hours));
        await simulation.StallAsync(TimeSpan.FromHours(hours) + TimeSpan.FromMinutes(30));
        simulation.Runs.Select(static run => run.Run.Due).ShouldBe([Simulation.DefaultStart]);
    }

    /// <summary>Its wall clock is set just after it was read.</summary>
    private sealed class SteppingTime() : FakeTimeProvider(Simulation.DefaultStart)
    {
        public Action? OnceRead { get; set; }

        public TimeSpan Set { get; set; }

        public override DateTimeOffset GetUtcNow()
        {
            var now = base.GetUtcNow() + Set;
            var once = OnceRead;
            OnceRead = null;
            once?.Invoke();
            return now;
        }

        public override long GetTimestamp() => base.GetUtcNow().UtcTicks;
    }

    /// <summary>
    /// Stands still for a while between two readings, as a thread does that the system has suspended.
    /// </summary>
    private sealed class PausingTime() : FakeTimeProvider(Simulation.DefaultStart)
    {
        public long PauseBefore;
        public long PauseAfter;
        private long _paused;

        public int Pauses { get; private set; }

        /// <summary>How far the wall clock was set, in ticks.</summary>
        public long Set { get; set; }

        public override DateTimeOffset GetUtcNow()
        {
            Pause(PauseBefore);
            var now = base.GetUtcNow().AddTicks(_paused + Set);
            Pause(PauseAfter);
            return now;
        }

        public override long GetTimestamp() => base.GetUtcNow().UtcTicks + _paused;

        private void Pause(long ticks)
        {
            if (ticks == 0) return;
            Pauses++;
            _paused += ticks;
        }
    }
}
