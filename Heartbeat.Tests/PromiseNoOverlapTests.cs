using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <summary>
/// Promise 8: an occurrence that comes due while the run before is going is skipped, with one WARNING.
/// </summary>
public sealed class PromiseNoOverlapTests
{
    [Fact]
    public async Task Skips_a_run_while_the_previous_one_is_running()
    {
        var first = new TaskCompletionSource();
        await using var simulation = Simulation.Start();
        simulation.Scheduler.Schedule("slow", CronExpression.Parse("* * * * *"), async run =>
        {
            await simulation.Record(run);
            if (run.Due == Simulation.DefaultStart.AddMinutes(1)) await first.Task;
        });
        simulation.Step(TimeSpan.FromMinutes(3)); // runs at 1, skips 2 and 3
        simulation.Time.Advance(TimeSpan.FromMinutes(3)); // a stall on top: skips 4 to 6 as one
        first.SetResult();
        await simulation.IdleAsync();
        await simulation.AdvanceAsync(TimeSpan.FromMinutes(2));

        simulation.Runs.Select(static run => run.Run.Due.Minute).ShouldBe([1, 7, 8]);
        simulation.Log.Text.Skip(1).ShouldBe(
        [
            "Warning: slow: skipped 1 occurrence, the last due 2024-01-01T00:02:00+00:00: the run due "
                + "2024-01-01T00:01:00+00:00 is still running",
            "Warning: slow: skipped 1 occurrence, the last due 2024-01-01T00:03:00+00:00: the run due "
                + "2024-01-01T00:01:00+00:00 is still running",
            "Warning: slow: skipped 3 occurrences, the last due 2024-01-01T00:06:00+00:00: the run due "
                + "2024-01-01T00:01:00+00:00 is still running",
        ]);
    }

    [Fact]
    public async Task One_shots_and_other_entries_with_the_same_job_may_overlap()
    {
        var going = 0;
        var most = 0;
        var all = new TaskCompletionSource();
        await using var simulation = Simulation.Start(scheduler =>
        {
            for (var i = 0; i < 3; i++) scheduler.Schedule("cron", CronExpression.Parse("* * * * *"), Job);
            for (var i = 0; i < 3; i++) scheduler.Schedule("once", TimeSpan.FromMinutes(1), Job);
        });
        await simulation.AdvanceAsync(TimeSpan.FromMinutes(1));
        most.ShouldBe(6);

        async Task Job(JobRun run)
        {
            most = Math.Max(most, Interlocked.Increment(ref going));
            if (Volatile.Read(ref going) == 6) all.SetResult();
            await all.Task;
        }
    }
}
