using System.Globalization;
using Heartbeat.Scheduling;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

public sealed class CronExpressionTests
{
    [Theory]

    // Strictly after, and to the minute.
    [InlineData("* * * * *", "2025-01-01T00:00:00+00:00", "2025-01-01T00:01:00+00:00")]
    [InlineData("* * * * *", "2025-01-01T00:00:59.9999999+00:00", "2025-01-01T00:01:00+00:00")]
    [InlineData("* * * * *", "2025-12-31T23:59:30+00:00", "2026-01-01T00:00:00+00:00")]

    // Each form.
    [InlineData("*/20 * * * *", "2025-01-01T00:00:00+00:00", "2025-01-01T00:20:00+00:00")]
    [InlineData("50/5 7 * * *", "2025-01-01T07:50:00+00:00", "2025-01-01T07:55:00+00:00")]
    [InlineData("10-30/10 7 * * *", "2025-01-01T07:20:00+00:00", "2025-01-01T07:30:00+00:00")]
    [InlineData("0 0 * * fri-sun", "2025-01-03T00:00:00+00:00", "2025-01-04T00:00:00+00:00")]
    [InlineData("0 0 * * fri-sun", "2025-01-04T00:00:00+00:00", "2025-01-05T00:00:00+00:00")]
    [InlineData("0 0 * * fri-sun", "2025-01-05T00:00:00+00:00", "2025-01-10T00:00:00+00:00")]
    [InlineData("0 0 ? jan,MAR ?", "2025-01-31T00:00:00+00:00", "2025-03-01T00:00:00+00:00")]
    [InlineData("@weekly", "2025-01-01T00:00:00+00:00", "2025-01-05T00:00:00+00:00")]

    // Either day suffices, unless one begins with a star.
    [InlineData("0 0 13 * FRI", "2025-01-01T00:00:00+00:00", "2025-01-03T00:00:00+00:00")]
    [InlineData("0 0 13 * */5", "2025-01-01T00:00:00+00:00", "2025-04-13T00:00:00+00:00")]
    [InlineData("0 0 29 2 *", "2096-02-29T00:00:00+00:00", "2104-02-29T00:00:00+00:00")]
    public void Finds_the_next_occurrence(string expression, string after, string expected) =>
        Next(expression, "UTC", after).ShouldBe(expected);

    [Theory]
    [InlineData("0 0 30 2 *", "2025-01-01T00:00:00+00:00")]
    [InlineData("0 0 31 2,4,6,9,11 *", "2025-01-01T00:00:00+00:00")]
    [InlineData("* * * * *", "9999-12-31T23:59:00+00:00")]
    [InlineData("0 0 29 2 *", "9996-02-29T00:00:00+00:00")]
    public void Has_no_next_occurrence(string expression, string after) =>
        Next(expression, "UTC", after).ShouldBeNull();

    [Theory]

    // Dublin goes forward at 01:00 and back at 02:00.
    [InlineData("30 1 * * *", "Europe/Dublin", "2025-03-29T12:00:00+00:00", "2025-03-30T02:00:00+01:00")]
    [InlineData("30 1 * * *", "Europe/Dublin", "2025-03-30T02:00:00+01:00", "2025-03-31T01:30:00+01:00")]
    [InlineData("30 1 * * *", "Europe/Dublin", "2025-10-25T12:00:00+01:00", "2025-10-26T01:30:00+01:00")]
    [InlineData("30 1 * * *", "Europe/Dublin", "2025-10-26T01:30:00+01:00", "2025-10-27T01:30:00+00:00")]
    [InlineData("30 1 * * *", "Europe/Dublin", "2025-10-26T01:00:00+00:00", "2025-10-27T01:30:00+00:00")]
    [InlineData("30 * * * *", "Europe/Dublin", "2025-10-26T01:30:00+01:00", "2025-10-26T01:30:00+00:00")]
    [InlineData("0 0 * * *", "Pacific/Apia", "2011-12-29T00:00:00-10:00", "2011-12-31T00:00:00+14:00")]
    public void Follows_the_zone(string expression, string zone, string after, string expected) =>
        Next(expression, zone, after).ShouldBe(expected);

    [Theory]
    [InlineData("60 * * * *", "Invalid cron expression '60 * * * *': minute must be 0-59, found '60'.")]
    [InlineData("* * * *", "Invalid cron expression '* * * *': five fields are needed (minute hour day-of-month month day-of-week), found 4.")]
    public void Says_what_is_wrong(string expression, string message) =>
        Should.Throw<CronFormatException>(() => CronExpression.Parse(expression)).Message.ShouldBe(message);

    private static string? Next(string expression, string zone, string after) =>
        CronExpression.Parse(expression, TimeZoneInfo.FindSystemTimeZoneById(zone))
            .Next(DateTimeOffset.Parse(after, CultureInfo.InvariantCulture))
            ?.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);
}
