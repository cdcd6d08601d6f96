using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <summary>Promise 12: bad input is refused by the call that brings it, and the text says what is allowed.</summary>
/// <remarks>Texts of cron expressions: see their own tests.</remarks>
public sealed class PromiseClearRefusalsTests : IDisposable
{
    private static readonly Func<JobRun, Task> Job = static _ => Task.CompletedTask;

    private readonly LogCapture _log = new(TimeProvider.System);
    private readonly Scheduler _scheduler;

    public PromiseClearRefusalsTests() =>
        _scheduler = new(new TwoClockTime(Simulation.DefaultStart), _log.CreateLogger<Scheduler>());

    public static TheoryData<TimeSpan> BadDelays =>
    [
        TimeSpan.FromTicks(-1),
        TimeSpan.FromMilliseconds(-1), // never, for the platform's timers
        TimeSpan.MinValue,
        TimeSpan.MaxValue,
        DateTimeOffset.MaxValue - Simulation.DefaultStart + TimeSpan.FromTicks(1),
    ];

    [Theory]
    [MemberData(nameof(BadDelays))]
    public void A_delay_that_is_negative_or_ends_after_the_calendar_is_refused(TimeSpan delay)
    {
        var exception = Should.Throw<ArgumentOutOfRangeException>(() => _scheduler.Schedule("job", delay, Job));
        exception.ParamName.ShouldBe("delay");
        exception.ActualValue.ShouldBe(delay);
        exception.Message.ShouldStartWith("The delay of job 'job' must be from zero to 2913173.23:59:59.9999999.");
    }

    [Fact]
    public void The_longest_delay_ends_with_the_calendar()
    {
        var longest = DateTimeOffset.MaxValue - Simulation.DefaultStart;
        _scheduler.Schedule("job", longest, Job).Due.ShouldBe(DateTimeOffset.MaxValue);
    }

    [Fact]
    public void A_cron_expression_without_an_occurrence_is_refused() =>
        Should.Throw<ArgumentException>(() =>
            _scheduler.Schedule("job", CronExpression.Parse("0 0 30 2 *"), Job)).Message.ShouldBe(
            "Cron expression '0 0 30 2 *' of job 'job' never occurs: "
                + "no such day in that month (first day 30, longest month 29 days). (Parameter 'cron')");

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \t")]
    public void A_job_without_a_name_is_refused(string? name)
    {
        Should.Throw<ArgumentException>(() => _scheduler.Schedule(name!, TimeSpan.Zero, Job))
            .ParamName.ShouldBe("name");
        Should.Throw<ArgumentException>(() => _scheduler.Schedule(name!, DateTimeOffset.MinValue, Job))
            .ParamName.ShouldBe("name");
        Should.Throw<ArgumentException>(() => _scheduler.Schedule(name!, CronExpression.Parse("* * * * *"), Job))
            .ParamName.ShouldBe("name");
    }

    [Fact]
    public void A_job_that_is_null_is_refused()
    {
        Should.Throw<ArgumentNullException>(() => _scheduler.Schedule("job", TimeSpan.Zero, null!))
            .ParamName.ShouldBe("job");
        Should.Throw<ArgumentNullException>(() => _scheduler.Schedule("job", TimeSpan.Zero, 1, null!))
            .ParamName.ShouldBe("job");
        Should.Throw<ArgumentNullException>(() => _scheduler.Schedule("job", DateTimeOffset.MinValue, null!))
            .ParamName.ShouldBe("job");
        Should.Throw<ArgumentNullException>(() => _scheduler.Schedule("job", CronExpression.Parse("* * * * *"), null!))
            .ParamName.ShouldBe("job");
        Should.Throw<ArgumentNullException>(() => _scheduler.Schedule("job", (CronExpression)null!, Job))
            .ParamName.ShouldBe("cron");
    }

    public void Dispose()
    {
        _scheduler.Dispose();
        _log.Dispose();
    }
}
