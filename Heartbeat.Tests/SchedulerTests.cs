using System.Globalization;
using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <summary>What the scheduler is for, and how its jobs are tested. The Promise…Tests prove the rest.</summary>
public sealed partial class SchedulerTests
{
    /// <summary>The README's example of a test: start, advance a day, assert.</summary>
    [Fact]
    public async Task A_backup_runs_each_night()
    {
        await using var simulation = Simulation.Start(BackupJobs.Register);
        await simulation.AdvanceAsync(TimeSpan.FromDays(2));
        simulation.Log.Text.ShouldBe(
        [
            "Information: Scheduled backup: '30 2 * * *' in UTC, first due 2024-01-01T02:30:00+00:00",
            "Information: Backed up for 2024-01-01",
            "Information: Backed up for 2024-01-02",
        ]);
    }

    [Fact]
    public async Task A_job_is_told_its_name_its_due_time_and_how_late_it_is()
    {
        var zone = TimeZoneInfo.CreateCustomTimeZone("two", TimeSpan.FromHours(2), "two", "two");
        await using var simulation = Simulation.Start();
        simulation.Scheduler.Schedule("noon", CronExpression.Parse("0 12 * * *", zone), simulation.Record)
            .Due.ShouldBe(new DateTimeOffset(2024, 1, 1, 12, 0, 0, TimeSpan.FromHours(2)));
        await simulation.AdvanceAsync(TimeSpan.FromHours(9.5));
        await simulation.StallAsync(TimeSpan.FromHours(1));
        var (time, run) = simulation.Runs.ShouldHaveSingleItem();
        time.ShouldBe(new(2024, 1, 1, 10, 30, 0, TimeSpan.Zero));
        run.Name.ShouldBe("noon");
        run.Due.EqualsExact(new(2024, 1, 1, 12, 0, 0, TimeSpan.FromHours(2))).ShouldBeTrue();
        run.Lateness.ShouldBe(TimeSpan.FromMinutes(30));
    }

    /// <summary>Before it runs, while it waits for a thread, and in its run.</summary>
    [Theory]
    [InlineData("02:00")]
    [InlineData("-12:00")]
    [InlineData("14:00")]
    [InlineData("05:45")]
    [InlineData("00:00")]
    public async Task A_one_shot_at_an_instant_keeps_the_offset_that_was_given(string text)
    {
        var offset = TimeSpan.Parse(text, CultureInfo.InvariantCulture);
        var due = Simulation.DefaultStart.AddHours(1).ToOffset(offset);
        await using var simulation = Simulation.Start();
        var entry = simulation.Scheduler.Schedule("instant", due, simulation.Record);
        entry.Due!.Value.EqualsExact(due).ShouldBeTrue();
        using (var pool = new BlockedPool())
        {
            simulation.Time.Advance(TimeSpan.FromHours(1));
            entry.Due!.Value.EqualsExact(due).ShouldBeTrue();
        }

        await simulation.IdleAsync();
        simulation.Runs.ShouldHaveSingleItem().Run.Due.EqualsExact(due).ShouldBeTrue();
    }

    [Fact]
    public async Task A_one_shot_is_given_its_argument()
    {
        var given = new List<int>();
        await using var simulation = Simulation.Start();
        for (var i = 0; i < 3; i++)
        {
            simulation.Scheduler.Schedule("one", TimeSpan.FromSeconds(i), i, (argument, _) =>
            {
                given.Add(argument);
                return Task.CompletedTask;
            });
        }

        await simulation.AdvanceAsync(TimeSpan.FromSeconds(2));
        given.ShouldBe([0, 1, 2]);
    }

    [Fact]
    public async Task An_expression_that_restricts_both_days_is_pointed_out()
    {
        await using var simulation = Simulation.Start();
        simulation.Scheduler.Schedule("either", CronExpression.Parse("0 0 13 * FRI"), simulation.Record);
        simulation.Log.Text.ShouldBe(
        [
            "Information: Scheduled either: '0 0 13 * FRI' in UTC, first due 2024-01-05T00:00:00+00:00",
            "Information: either: '0 0 13 * FRI': a day that matches either day field is enough, as in crontab(5); "
                + "Cronos requires both",
        ]);
    }

    [Fact]
    public async Task Each_run_is_logged_at_debug_level()
    {
        using var log = new LogCapture(TimeProvider.System) { Level = LogLevel.Debug };
        await using var simulation = Simulation.Start(logging: log);
        simulation.Scheduler.Schedule("one", TimeSpan.FromMilliseconds(1.5), simulation.Record);
        await simulation.StallAsync(TimeSpan.FromMilliseconds(2));
        log.Text.ShouldBe(["Debug: one ran: due 2024-01-01T00:00:00.001+00:00, started 0.500 ms late, took 0.000 ms"]);
    }

    private static partial class BackupJobs
    {
        public static void Register(Scheduler scheduler, ILogger log) =>
            scheduler.Schedule("backup", CronExpression.Parse("30 2 * * *"), run =>
            {
                LogDone(log, run.Due);
                return Task.CompletedTask;
            });

        [LoggerMessage(1, LogLevel.Information, "Backed up for {Day:yyyy-MM-dd}")]
        private static partial void LogDone(ILogger logger, DateTimeOffset day);
    }
}
