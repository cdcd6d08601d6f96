using System.Diagnostics;
using Heartbeat.Jobs;
using Heartbeat.Tests.Infra;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Heartbeat.Tests;

public sealed class HeartbeatJobsTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1, 1_440)]
    [InlineData(365, 525_600)]
    public async Task A_day_and_a_year_have_a_beat_each_minute_and_an_event_10_s_after_it(int days, int beats)
    {
        var sw = Stopwatch.StartNew();
        var clock = new TestClock(Simulation.DefaultStart);
        var uuids = new UuidV1(clock);
        using var log = new BeatLog(clock);
        await using var simulation = Simulation.Start(scheduler => HeartbeatJobs.Register(scheduler, uuids, log), clock);
        await simulation.AdvanceAsync(TimeSpan.FromDays(days) + TimeSpan.FromSeconds(10));
        log.Timed.ShouldBe(beats);
        log.Events.ShouldBe(beats);
        output.WriteLine(sw.Elapsed.ToString());
    }
}
