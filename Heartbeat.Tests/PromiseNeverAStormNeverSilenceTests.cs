using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <summary>Promise 4: what a stall made miss becomes one run and one WARNING.</summary>
public sealed class PromiseNeverAStormNeverSilenceTests
{
    private static readonly DateTimeOffset Start = Simulation.DefaultStart;

    [Theory]
    [InlineData("00:01:00", "00:01:00", null)]
    [InlineData("00:01:59.999", "00:01:00", null)]
    [InlineData("00:02:00", "00:02:00", "1 occurrence")]
    [InlineData("00:03:30", "00:03:00", "2 occurrences")]
    [InlineData("16:40:59", "16:40:00", "999 occurrences")]
    [InlineData("16:41:00", "16:41:00", "1,000 occurrences")]
    [InlineData("16:42:00", "16:42:00", "more than 1,000 occurrences")]
    [InlineData("20454.00:00:00", "20454.00:00:00", "more than 1,000 occurrences")]
    public async Task A_stall_over_many_minutes_is_one_run_and_one_warning(string stall, string latest, string? missed)
    {
        var due = Start + TimeSpan.Parse(latest, null);
        await using var simulation = Simulation.Start();
        simulation.Scheduler.Schedule("minute", CronExpression.Parse("* * * * *"), simulation.Record);
        await simulation.StallAsync(TimeSpan.Parse(stall, null));
        simulation.Runs.ShouldHaveSingleItem().Run.Due.ShouldBe(due);

        await simulation.AdvanceAsync(TimeSpan.FromMinutes(2));
        simulation.Runs.Skip(1).Select(static run => (run.Time, run.Run.Due, run.Run.Lateness)).ShouldBe(
        [
            (due.AddMinutes(1), due.AddMinutes(1), TimeSpan.Zero),
            (due.AddMinutes(2), due.AddMinutes(2), TimeSpan.Zero),
        ]);
        simulation.Log.Text.Skip(1).ShouldBe(missed is null
            ? []
            : [$"Warning: minute: missed {missed}; running the one due {due:yyyy-MM-ddTHH:mm:ss}+00:00"]);
    }

    [Fact]
    public async Task Overdue_one_shots_all_run_once_each()
    {
        await using var simulation = Simulation.Start();
        for (var i = 1; i <= 100; i++)
        {
            simulation.Scheduler.Schedule($"delay {i}", TimeSpan.FromMinutes(i), simulation.Record);
        }

        for (var i = 1; i <= 100; i++)
        {
            simulation.Scheduler.Schedule($"instant {i}", Start.AddMinutes(i), simulation.Record);
        }

        await simulation.StallAsync(TimeSpan.FromHours(2));
        simulation.Runs.Select(static run => run.Run.Name).Order().ShouldBe(
            Enumerable.Range(1, 100).SelectMany(static i => new[] { $"delay {i}", $"instant {i}" }).Order());
        simulation.Runs.ShouldAllBe(run => run.Run.Lateness == Start.AddHours(2) - run.Run.Due);
        await simulation.AdvanceAsync(TimeSpan.FromHours(2));
        simulation.Runs.Count.ShouldBe(200);
        simulation.Log.Text.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stall_over_a_beat_and_its_event_is_one_of_each()
    {
        await using var simulation = Simulation.Start();
        simulation.Scheduler.Schedule("beat", CronExpression.Parse("* * * * *"), run =>
        {
            simulation.Scheduler.Schedule("event", TimeSpan.FromSeconds(10), simulation.Record);
            return simulation.Record(run);
        });
        await simulation.AdvanceAsync(TimeSpan.FromSeconds(65));
        await simulation.StallAsync(TimeSpan.FromSeconds(75));
        await simulation.AdvanceAsync(TimeSpan.FromSeconds(50));
        simulation.Runs.OrderBy(static run => run.Time).ThenBy(static run => run.Run.Name)
            .Select(static run => (run.Run.Name, run.Time - Start, run.Run.Lateness)).ShouldBe(
        [
            ("beat", TimeSpan.FromSeconds(60), TimeSpan.Zero),
            ("beat", TimeSpan.FromSeconds(140), TimeSpan.FromSeconds(20)),
            ("event", TimeSpan.FromSeconds(140), TimeSpan.FromSeconds(70)),
            ("event", TimeSpan.FromSeconds(150), TimeSpan.Zero),
            ("beat", TimeSpan.FromSeconds(180), TimeSpan.Zero),
            ("event", TimeSpan.FromSeconds(190), TimeSpan.Zero),
        ]);
    }

    [Fact]
    public void Of_250_million_missed_minutes_none_is_looked_at_without_need()
    {
        var end = new DateTimeOffset(2500, 1, 1, 0, 0, 59, TimeSpan.Zero);
        var cron = CronExpression.Parse("* * * * *");
        var asked = 0;
        Occurrences.Since(Start.UtcTicks, NextAfter, end.UtcTicks)
            .ShouldBe(new(end.AddSeconds(-59).UtcTicks, Occurrences.CountLimit + 1, end.AddSeconds(1).UtcTicks));
        asked.ShouldBeLessThan(Occurrences.CountLimit + 100);

        long NextAfter(long utc)
        {
            asked++;
            return cron.Next(new(utc, TimeSpan.Zero))!.Value.UtcTicks;
        }
    }
}
