using Heartbeat.Jobs;
using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <summary>The heartbeat on the platform's own fake clock, which knows nothing of this scheduler.</summary>
/// <remarks>By the lines that the documentation gives to users.</remarks>
public sealed class FakeTimeProviderTests
{
    [Fact]
    public async Task A_day_has_1440_beats_on_the_second_and_as_many_events_10_s_after_them()
    {
        var clock = new FakeTimeProvider(Simulation.DefaultStart);
        using var beats = new BeatLog(clock);
        using var scheduler = new Scheduler(clock, NullLogger<Scheduler>.Instance);
        HeartbeatJobs.Register(scheduler, new UuidV1(clock), beats);
        using var stop = new CancellationTokenSource();
        var run = scheduler.RunAsync(stop.Token);
        var ten = TimeSpan.FromSeconds(10);
        while (clock.GetUtcNow() < Simulation.DefaultStart + TimeSpan.FromDays(1) + ten)
        {
            clock.Advance(ten);
            await scheduler.WhenIdle();
        }

        beats.Fault.ShouldBeNull();
        beats.Timed.ShouldBe(1_440);
        beats.Events.ShouldBe(1_440);
        beats.Last.ShouldBe(Simulation.DefaultStart + TimeSpan.FromDays(1));
        await stop.CancelAsync();
        (await run).ShouldBeTrue();
    }
}
