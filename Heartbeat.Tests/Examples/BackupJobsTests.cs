using Heartbeat.Scheduling;
using Heartbeat.Tests.Examples.Jobs;
using Heartbeat.Tests.Infra;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests.Examples;

public sealed class BackupJobsTests
{
    [Fact]
    public async Task Backs_up_each_night_and_checks_it_in_the_morning()
    {
        var time = new FakeTimeProvider(new(2026, 11, 26, 0, 0, 0, TimeSpan.Zero)); // a Thursday
        var end = time.GetUtcNow().AddDays(4);
        using var log = new LogCapture(time);
        using var scheduler = new Scheduler(time, log.CreateLogger<Scheduler>());
        new BackupJobs(scheduler, log).Register();
        _ = scheduler.RunAsync(CancellationToken.None);

        while (scheduler.Next is { } next && next <= end)
        {
            time.Advance(next - time.GetUtcNow());
            await scheduler.WhenIdle();
        }

        log.Text.ShouldBe(
        [
            "Information: Scheduled backup: '30 2 * * MON-FRI' in UTC, first due 2026-11-26T02:30:00+00:00",
            "Information: Backed up for 2026-11-26",
            "Information: Checked the backup of 2026-11-26",
            "Information: Backed up for 2026-11-27",
            "Information: Checked the backup of 2026-11-27",
        ]);
    }
}
