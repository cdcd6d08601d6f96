using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

public sealed class ClocksTests
{
    [Theory]
    [InlineData(1_000, 0, false)] // a second of drift is no step
    [InlineData(-1_000, 0, false)]
    [InlineData(1_001, 1_001, false)]
    [InlineData(-1_001, -1_001, false)]
    [InlineData(3_600_000, 3_600_000, false)]
    [InlineData(-59_999, -59_999, false)]
    [InlineData(-60_000, -60_000, true)]
    [InlineData(-10_800_000, -10_800_000, true)]
    public void A_step_is_more_than_a_second_and_repeats_from_a_minute_back(int setMs, int driftMs, bool repeats)
    {
        var clock = new TwoClockTime(Simulation.DefaultStart);
        var clocks = new Clocks(clock);
        clock.Advance(TimeSpan.FromSeconds(5));
        clock.SetWallClock(TimeSpan.FromMilliseconds(setMs));
        var step = clocks.NoticeStep(clocks.Read()) ?? default;
        step.Drift.ShouldBe(TimeSpan.FromMilliseconds(driftMs));
        step.Repeats.ShouldBe(repeats);
        step.RepeatsFixedTimes.ShouldBeFalse();
        clocks.NoticeStep(clocks.Read()).ShouldBeNull(); // noticed once
    }

    [Theory]
    [InlineData(-10_800_000, false)] // 3 hours
    [InlineData(-10_800_001, true)]
    public void More_than_3_hours_back_repeats_fixed_times_too(int setMs, bool repeats)
    {
        var clock = new TwoClockTime(Simulation.DefaultStart);
        var clocks = new Clocks(clock);
        clock.SetWallClock(TimeSpan.FromMilliseconds(setMs));
        clocks.NoticeStep(clocks.Read())!.Value.RepeatsFixedTimes.ShouldBe(repeats);
    }

    [Fact]
    public void A_step_back_that_makes_up_for_one_forward_repeats_what_ran_in_between()
    {
        var clock = new TwoClockTime(Simulation.DefaultStart);
        var clocks = new Clocks(clock);
        clock.SetWallClock(TimeSpan.FromHours(1));
        clocks.NoticeStep(clocks.Read())!.Value.Repeats.ShouldBeFalse();
        clock.SetWallClock(TimeSpan.FromHours(-1));
        var step = clocks.NoticeStep(clocks.Read())!.Value;
        (step.Drift, step.Behind, step.Repeats).ShouldBe((TimeSpan.FromHours(-1), TimeSpan.FromHours(1), true));
    }

    /// <summary>
    /// The ticks of a clock that counts nanoseconds, as on Linux, and of others, after 100 years.
    /// </summary>
    [Theory]
    [InlineData(1_000_000_000)]
    [InlineData(10_000_000)]
    [InlineData(3_579_545)]
    public void Elapsed_time_is_exact_for_any_frequency(long frequency)
    {
        var time = new Counter(frequency);
        var clocks = new Clocks(time);
        time.Count += (TimeSpan.FromDays(36_525).Ticks / TimeSpan.TicksPerSecond * frequency) + (frequency / 5);
        clocks.ReadElapsed().ShouldBe((TimeSpan.FromDays(36_525) + TimeSpan.FromMilliseconds(200)).Ticks);
    }

    private sealed class Counter(long frequency) : TimeProvider
    {
        public long Count { get; set; } = 12_345;

        public override long TimestampFrequency => frequency;

        public override long GetTimestamp() => Count;
    }
}
