using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

public sealed class OccurrencesTests
{
    private static readonly DateTimeOffset Start = Simulation.DefaultStart;

    /// <summary>Against counting on the fingers: hours of a day at minute 7, through the limit of 1,000.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(59, 0)]
    [InlineData(60, 1)]
    [InlineData(60 * 999, 999)]
    [InlineData((60 * 1_000) + 59, 1_000)]
    [InlineData(60 * 1_001, 1_001)]
    [InlineData((60 * 1_002) - 1, 1_001)]
    [InlineData(60 * 1_002, 1_001)] // the first that is not counted, exactly now
    [InlineData(60 * 100_000, 1_001)]
    [InlineData((60 * 100_001) - 1, 1_001)]
    public void The_latest_runs_the_ones_before_are_missed_and_the_next_is_to_come(int minutes, int missed)
    {
        var due = Start.AddMinutes(7);
        var latest = due.AddHours(minutes / 60);
        Since(due, "7 * * * *", due.AddMinutes(minutes))
            .ShouldBe(new(latest.UtcTicks, missed, latest.AddHours(1).UtcTicks));
    }

    [Fact]
    public void The_last_occurrence_of_all_has_no_next()
    {
        var last = new DateTimeOffset(9999, 12, 31, 23, 59, 0, TimeSpan.Zero);
        Since(last, "* * * * *", last.AddSeconds(5)).ShouldBe(new(last.UtcTicks, 0, Occurrences.Never));
    }

    private static Occurrences Since(DateTimeOffset due, string cron, DateTimeOffset now)
    {
        var expression = CronExpression.Parse(cron);
        return Occurrences.Since(
            due.UtcTicks, utc => expression.Next(new(utc, TimeSpan.Zero))?.UtcTicks ?? Occurrences.Never, now.UtcTicks);
    }

    [Theory]
    [InlineData(1, "1 occurrence")]
    [InlineData(2, "2 occurrences")]
    [InlineData(1_000, "1,000 occurrences")]
    [InlineData(1_001, "more than 1,000 occurrences")]
    public void Counts_are_put_into_words(int count, string text) => Occurrences.CountText(count).ShouldBe(text);
}
