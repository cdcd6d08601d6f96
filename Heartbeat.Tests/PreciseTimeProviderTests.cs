using Heartbeat.Scheduling;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <summary>
/// What the timers of the machine's time refuse: what the platform's do. How they fire: see the tests on real threads.
/// </summary>
public sealed class PreciseTimeProviderTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly PreciseTimeProvider _time = new();

    public static TheoryData<TimeSpan> BadTimes =>
    [
        TimeSpan.MinValue, TimeSpan.FromMilliseconds(-2), TimeSpan.FromMilliseconds(-1) - TimeSpan.FromTicks(1),
        Longest + TimeSpan.FromTicks(1), TimeSpan.MaxValue,
    ];

    public static TheoryData<TimeSpan> GoodTimes => [Timeout.InfiniteTimeSpan, Longest, TimeSpan.FromDays(1)];

    [Theory]
    [MemberData(nameof(BadTimes))]
    public void A_time_out_of_the_range_of_timers_is_refused(TimeSpan time)
    {
        Should.Throw<ArgumentOutOfRangeException>(() => _time.CreateTimer(Fail, null, time, Longest))
            .ParamName.ShouldBe("dueTime");
        Should.Throw<ArgumentOutOfRangeException>(() => _time.CreateTimer(Fail, null, Longest, time))
            .ParamName.ShouldBe("period");
        using var timer = _time.CreateTimer(Fail, null, Longest, Longest);
        Should.Throw<ArgumentOutOfRangeException>(() => timer.Change(time, Longest)).ParamName.ShouldBe("dueTime");
        Should.Throw<ArgumentOutOfRangeException>(() => timer.Change(Longest, time)).ParamName.ShouldBe("period");
    }

    [Theory]
    [MemberData(nameof(GoodTimes))]
    public void A_time_within_it_is_taken(TimeSpan time)
    {
        using var timer = _time.CreateTimer(Fail, null, time, time);
        timer.Change(time, TimeSpan.Zero).ShouldBeTrue();
        timer.Dispose();
        timer.Change(time, time).ShouldBeFalse();
        timer.Dispose();
    }

    [Fact]
    public void A_timer_without_a_callback_is_refused() =>
        Should.Throw<ArgumentNullException>(() => _time.CreateTimer(null!, null, Longest, Longest))
            .ParamName.ShouldBe("callback");

    [Fact]
    public void The_clocks_are_those_of_the_machine()
    {
        _time.TimestampFrequency.ShouldBe(TimeProvider.System.TimestampFrequency);
        _time.LocalTimeZone.ShouldBe(TimeProvider.System.LocalTimeZone);
        var first = TimeProvider.System.GetTimestamp();
        var second = _time.GetTimestamp();
        second.ShouldBeInRange(first, TimeProvider.System.GetTimestamp());
    }

    private static void Fail(object? state) => throw new InvalidOperationException("The timer has fired.");
}
