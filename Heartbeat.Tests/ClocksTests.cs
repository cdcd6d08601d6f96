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

    [Fact]
    public void Two_steps_back_of_40_s_each_count_like_one_of_80_s_and_a_third_starts_anew()
    {
        var clock = new TwoClockTime(Simulation.DefaultStart);
        var clocks = new Clocks(clock);
        int[] behind = [40, 80, 40];
        foreach (var seconds in behind)
        {
            clock.SetWallClock(TimeSpan.FromSeconds(-40));
            clocks.NoticeStep(clocks.Read()).ShouldBe(new(TimeSpan.FromSeconds(-40), TimeSpan.FromSeconds(seconds)));
        }
    }

    /// <summary>A thread that was suspended just before or after it read the wall clock.</summary>
    [Theory]
    [InlineData(5, 0, 1_001)]
    [InlineData(5, 0, -1_001)]
    [InlineData(0, 5, 1_001)]
    [InlineData(0, 5, -1_001)]
    public void A_pause_within_a_reading_is_no_step_and_the_next_is_exact_again(int before, int after, int setMs)
    {
        var time = new Pausing { Before = TimeSpan.FromSeconds(before), After = TimeSpan.FromSeconds(after) };
        var clocks = new Clocks(time);
        clocks.NoticeStep(clocks.Read()).ShouldBeNull();
        (time.Before, time.After) = (default, default);
        clocks.NoticeStep(clocks.Read()).ShouldBeNull();
        time.Apart = TimeSpan.FromMilliseconds(setMs);
        clocks.NoticeStep(clocks.Read())!.Value.Drift.ShouldBe(time.Apart);
    }

    /// <summary>While a thread was suspended for 5 s the wall clock was anywhere within them.</summary>
    [Theory]
    [InlineData(1_000, null)]
    [InlineData(1_001, 1_001)]
    [InlineData(-6_000, null)]
    [InlineData(-6_001, -1_001)]
    public void Beside_a_pause_of_5_s_a_step_is_what_is_certainly_over_a_second(int setMs, int? driftMs)
    {
        var time = new Pausing();
        var clocks = new Clocks(time);
        (time.Before, time.Apart) = (TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(setMs));
        (clocks.NoticeStep(clocks.Read())?.Drift.TotalMilliseconds).ShouldBe(driftMs);
    }

    [Fact]
    public void Drifts_of_under_a_second_add_up()
    {
        var clock = new TwoClockTime(Simulation.DefaultStart);
        var clocks = new Clocks(clock);
        clock.SetWallClock(TimeSpan.FromMilliseconds(600));
        clocks.NoticeStep(clocks.Read()).ShouldBeNull();
        clock.SetWallClock(TimeSpan.FromMilliseconds(600));
        clocks.NoticeStep(clocks.Read())!.Value.Drift.ShouldBe(TimeSpan.FromMilliseconds(1_200));
    }

    [Fact]
    public void An_estimate_is_right_but_for_a_step_that_was_not_noticed_yet()
    {
        var clock = new TwoClockTime(Simulation.DefaultStart);
        var clocks = new Clocks(clock);
        clock.Advance(TimeSpan.FromSeconds(5));
        var exact = clocks.Read();
        exact.ShouldBe(new(Simulation.DefaultStart.AddSeconds(5).UtcTicks, TimeSpan.FromSeconds(5).Ticks));
        clocks.Estimate().ShouldBe(exact);
        clock.SetWallClock(TimeSpan.FromHours(1));
        clocks.Estimate().ShouldBe(exact);
        clocks.NoticeStep(clocks.Read()).ShouldNotBeNull();
        clocks.Estimate().ShouldBe(clocks.Read());
    }

    [Fact]
    public void A_reading_tells_both_clocks_and_when_the_wall_clock_shows_a_time_of_either()
    {
        var end = DateTimeOffset.MaxValue.UtcTicks;
        var now = new ClockReading(Utc: 1_000, Elapsed: 300);
        (now.On(Clock.Wall), now.On(Clock.Elapsed)).ShouldBe((1_000, 300));
        (now.UtcAt(350, Clock.Wall).UtcTicks, now.UtcAt(350, Clock.Elapsed).UtcTicks).ShouldBe((350, 1_050));
        now.UtcAt(end, Clock.Elapsed).ShouldBe(DateTimeOffset.MaxValue);
    }

    /// <summary>The ticks of a clock that counts nanoseconds, as on Linux, and of others, after 100 years.</summary>
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

    /// <summary>A clock that is read with a pause before and after, as by a thread that is suspended.</summary>
    private sealed class Pausing : TimeProvider
    {
        private TimeSpan _elapsed;

        public TimeSpan Before { get; set; }

        public TimeSpan After { get; set; }

        /// <summary>How far the wall clock was set.</summary>
        public TimeSpan Apart { get; set; }

        public override DateTimeOffset GetUtcNow()
        {
            _elapsed += Before;
            var now = Simulation.DefaultStart + _elapsed + Apart;
            _elapsed += After;
            return now;
        }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _elapsed.Ticks;
    }
}
