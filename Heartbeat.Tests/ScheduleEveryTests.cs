using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <summary>Entries that run again and again in elapsed time, on the grid of the call that scheduled them.</summary>
public sealed class ScheduleEveryTests
{
    private static readonly DateTimeOffset Start = Simulation.DefaultStart;

    [Theory]
    [InlineData("00:00:00.001")]
    [InlineData("00:00:00.0010001")]
    [InlineData("00:00:00.0333333")]
    [InlineData("00:00:07")]
    [InlineData("1.00:00:00")]
    [InlineData("60.00:00:00")] // longer than a timer can be set for
    public async Task The_first_run_is_due_after_one_period_and_the_others_on_the_grid(string text)
    {
        var period = TimeSpan.Parse(text, null);
        await using var simulation = Simulation.Start();
        await simulation.AdvanceAsync(TimeSpan.FromTicks(12_345)); // the grid is that of the call, not of the scheduler
        var start = simulation.Time.GetUtcNow();
        var entry = simulation.Scheduler.ScheduleEvery("every", period, simulation.Record);
        (entry.Name, entry.Due).ShouldBe(("every", start + period));
        await simulation.AdvanceAsync(5 * period);
        await simulation.AdvanceAsync(TimeSpan.FromMilliseconds(1)); // what is due within it starts at its end

        simulation.Runs.Select(static run => run.Run.Due).Take(5)
            .ShouldBe(Enumerable.Range(1, 5).Select(i => start + (i * period)));
        simulation.Runs.ShouldAllBe(static run =>
            run.Time >= run.Run.Due && run.Run.Lateness == run.Time - run.Run.Due);
        simulation.Runs.ShouldAllBe(static run => run.Run.Lateness < TimeSpan.FromMilliseconds(1));
        simulation.Log.Text.ShouldBe(
            [$"Information: Scheduled every: every {period:c}, first due {start + period:yyyy-MM-ddTHH:mm:ss}+00:00"]);
    }

    [Fact]
    public async Task A_stall_is_one_run_and_one_WARNING_and_then_the_grid()
    {
        await using var simulation = Simulation.Start();
        simulation.Scheduler.ScheduleEvery("every", TimeSpan.FromSeconds(10), simulation.Record);
        await simulation.StallAsync(TimeSpan.FromSeconds(57));
        await simulation.AdvanceAsync(TimeSpan.FromSeconds(13));

        simulation.Runs.Select(static run => (run.Run.Due - Start, run.Run.Lateness)).ShouldBe(
        [
            (TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(7)),
            (TimeSpan.FromSeconds(60), TimeSpan.Zero),
            (TimeSpan.FromSeconds(70), TimeSpan.Zero),
        ]);
        simulation.Log.Text.Skip(1).ShouldBe(
            ["Warning: every: missed 4 occurrences; running the one due 2024-01-01T00:00:50+00:00"]);
    }

    /// <summary>10.8 million occurrences: none is looked at without need.</summary>
    [Theory(Timeout = 300_000)]
    [InlineData(3)]
    [InlineData(24)]
    [InlineData(24 * 365 * 100)]
    public async Task A_period_of_1_ms_over_a_stall_of_hours_is_one_run(int hours)
    {
        await using var simulation = Simulation.Start();
        simulation.Scheduler.ScheduleEvery("every", TimeSpan.FromMilliseconds(1), simulation.Record);
        await simulation.StallAsync(TimeSpan.FromHours(hours));
        await simulation.AdvanceAsync(TimeSpan.FromMilliseconds(3));

        var end = Start.AddHours(hours);
        simulation.Runs.Select(static run => run.Run.Due)
            .ShouldBe(Enumerable.Range(0, 4).Select(ms => end.AddMilliseconds(ms)));
        simulation.Log.Text.Skip(1).ShouldBe(
            ["Warning: every: missed more than 1,000 occurrences; running the one due "
                + $"{end:yyyy-MM-ddTHH:mm:ss}+00:00"]);
    }

    [Fact]
    public async Task Occurrences_that_come_due_while_a_run_is_going_are_skipped()
    {
        var end = new TaskCompletionSource();
        await using var simulation = Simulation.Start();
        simulation.Scheduler.ScheduleEvery("every", TimeSpan.FromSeconds(10), async run =>
        {
            await simulation.Record(run);
            if (run.Due == Start.AddSeconds(10)) await end.Task;
        });
        simulation.Step(TimeSpan.FromSeconds(20)); // runs, then skips one
        simulation.Time.Advance(TimeSpan.FromSeconds(25)); // two more at once
        end.SetResult();
        await simulation.IdleAsync();
        await simulation.AdvanceAsync(TimeSpan.FromSeconds(15));

        simulation.Runs.Select(static run => run.Run.Due - Start).ShouldBe(
            [TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(60)]);
        const string Running = "the run due 2024-01-01T00:00:10+00:00 is still running";
        simulation.Log.Text.Skip(1).ShouldBe(
        [
            $"Warning: every: skipped 1 occurrence, the last due 2024-01-01T00:00:20+00:00: {Running}",
            $"Warning: every: skipped 2 occurrences, the last due 2024-01-01T00:00:40+00:00: {Running}",
        ]);
    }

    [Fact]
    public async Task It_can_be_cancelled_before_its_first_run_between_runs_and_within_one()
    {
        Entry? within = null;
        await using var simulation = Simulation.Start();
        var never = simulation.Scheduler.ScheduleEvery("never", TimeSpan.FromSeconds(1), simulation.Record);
        var between = simulation.Scheduler.ScheduleEvery("between", TimeSpan.FromSeconds(1), simulation.Record);
        within = simulation.Scheduler.ScheduleEvery("within", TimeSpan.FromSeconds(1), run =>
        {
            if (run.Due == Start.AddSeconds(3)) within!.Cancel().ShouldBeTrue();
            return simulation.Record(run);
        });
        (never.Cancel(), never.Cancel(), never.Due).ShouldBe((true, false, null));
        await simulation.AdvanceAsync(TimeSpan.FromSeconds(2.5));
        between.Due.ShouldBe(Start.AddSeconds(3));
        (between.Cancel(), between.Cancel(), between.Due).ShouldBe((true, false, null));
        await simulation.AdvanceAsync(TimeSpan.FromSeconds(10));

        simulation.Runs.Select(static run => $"{run.Run.Name} {run.Time:ss}").Order().ShouldBe(
            ["between 01", "between 02", "within 01", "within 02", "within 03"]);
        (within.Cancel(), within.Due).ShouldBe((false, null));
        simulation.Log.Of(LogLevel.Error).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("08:00:00")]
    [InlineData("-08:00:00")]
    [InlineData("20454.00:00:00")]
    [InlineData("-00:00:30")]
    public async Task It_goes_by_elapsed_time_when_the_wall_clock_is_set(string text)
    {
        var by = TimeSpan.Parse(text, null);
        var elapsed = new List<TimeSpan>();
        await using var simulation = Simulation.Start(time: new TwoClockTime(Start));
        var time = (TwoClockTime)simulation.Time;
        var entry = simulation.Scheduler.ScheduleEvery("every", TimeSpan.FromSeconds(7), run =>
        {
            elapsed.Add(time.Elapsed);
            return simulation.Record(run);
        });
        await simulation.AdvanceAsync(TimeSpan.FromSeconds(10));
        simulation.SetWallClock(by);
        entry.Due.ShouldBe(Start.AddSeconds(14) + by);
        await simulation.AdvanceAsync(TimeSpan.FromSeconds(60));

        elapsed.ShouldBe(Enumerable.Range(1, 10).Select(static i => TimeSpan.FromSeconds(7 * i)));
        simulation.Runs.Skip(1).ShouldAllBe(static run => run.Time == run.Run.Due && run.Run.Lateness == TimeSpan.Zero);
        simulation.Log.Of(LogLevel.Warning).Count.ShouldBe(1); // the step; nothing is missed
    }

    public static TheoryData<TimeSpan> BadPeriods =>
    [
        TimeSpan.MinValue,
        TimeSpan.FromMilliseconds(-1), // never, for the platform's timers
        TimeSpan.Zero,
        TimeSpan.FromTicks(1),
        TimeSpan.FromMilliseconds(1) - TimeSpan.FromTicks(1),
        DateTimeOffset.MaxValue - Start + TimeSpan.FromTicks(1),
        TimeSpan.MaxValue,
    ];

    [Theory]
    [MemberData(nameof(BadPeriods))]
    public async Task A_period_below_1_ms_or_one_that_ends_after_the_calendar_is_refused(TimeSpan period)
    {
        await using var simulation = Simulation.Start();
        var exception = Should.Throw<ArgumentOutOfRangeException>(() =>
            simulation.Scheduler.ScheduleEvery("job", period, simulation.Record));
        (exception.ParamName, exception.ActualValue).ShouldBe(("period", period));
        exception.Message.ShouldStartWith("The period of job 'job' must be from 1 ms to 2913173.23:59:59.9999999.");
        simulation.Log.Text.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_longest_period_ends_with_the_calendar_and_is_waited_for()
    {
        await using var simulation = Simulation.Start();
        var entry = simulation.Scheduler.ScheduleEvery("job", DateTimeOffset.MaxValue - Start, simulation.Record);
        entry.Due.ShouldBe(DateTimeOffset.MaxValue);
        await simulation.AdvanceAsync(TimeSpan.FromMinutes(1));
        simulation.Runs.ShouldBeEmpty();
        entry.Cancel().ShouldBeTrue();
    }

    [Fact]
    public async Task Other_bad_input_is_refused_too()
    {
        await using var simulation = Simulation.Start();
        var scheduler = simulation.Scheduler;
        Should.Throw<ArgumentException>(() => scheduler.ScheduleEvery(" ", TimeSpan.FromSeconds(1), simulation.Record))
            .ParamName.ShouldBe("name");
        Should.Throw<ArgumentNullException>(() =>
            scheduler.ScheduleEvery(null!, TimeSpan.FromSeconds(1), simulation.Record)).ParamName.ShouldBe("name");
        Should.Throw<ArgumentNullException>(() => scheduler.ScheduleEvery("job", TimeSpan.FromSeconds(1), null!))
            .ParamName.ShouldBe("job");
        scheduler.Dispose();
        Should.Throw<ObjectDisposedException>(() =>
            scheduler.ScheduleEvery("job", TimeSpan.FromSeconds(1), simulation.Record))
            .Message.ShouldStartWith("The scheduler has stopped: it takes no more entries.");
    }
}
