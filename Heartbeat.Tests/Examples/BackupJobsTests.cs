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
    public async Task Backs_up_in_the_night_of_each_working_day()
    {
        var time = new FakeTimeProvider(new(2026, 11, 27, 0, 0, 0, TimeSpan.Zero)); // a Friday
        using var log = new LogCapture(time);
        using var scheduler = new Scheduler(time, log.CreateLogger<Scheduler>());
        BackupJobs.Register(scheduler, log);
        _ = scheduler.RunAsync(CancellationToken.None);
        var end = time.GetUtcNow().AddDays(4);
        while (scheduler.Next is { } next && next <= end)
        {
            time.Advance(next - time.GetUtcNow());
            await scheduler.WhenIdle();
        }

        log.Text.Skip(1).ShouldBe(["Information: Backed up 2026-11-27", "Information: Backed up 2026-11-30"]);
    }
}
