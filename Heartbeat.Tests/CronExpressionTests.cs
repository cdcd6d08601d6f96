using System.Diagnostics;
using System.Globalization;
using Heartbeat.Scheduling;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Heartbeat.Tests;

public sealed class CronExpressionTests(ITestOutputHelper output)
{
    private const string Either =
        "a day that matches either day field is enough, as in crontab(5); Cronos requires both";
    private const string Both = "a day must match both day fields, as in crontab(5); to Kubernetes either is enough";

    [Theory]

    // Strictly after, and to the minute.
    [InlineData("* * * * *", "2025-01-01T00:00:00+00:00", "2025-01-01T00:01:00+00:00")]
    [InlineData("* * * * *", "2025-01-01T00:00:59.9999999+00:00", "2025-01-01T00:01:00+00:00")]
    [InlineData("* * * * *", "2025-12-31T23:59:30+00:00", "2026-01-01T00:00:00+00:00")]

    // Each form.
    [InlineData("*/20 * * * *", "2025-01-01T00:00:00+00:00", "2025-01-01T00:20:00+00:00")]
    [InlineData("50/5 7 * * *", "2025-01-01T07:50:00+00:00", "2025-01-01T07:55:00+00:00")]
    [InlineData("10-30/10 7 * * *", "2025-01-01T07:20:00+00:00", "2025-01-01T07:30:00+00:00")]
    [InlineData("0 0 * * 1/2,0", "2025-01-05T00:00:00+00:00", "2025-01-06T00:00:00+00:00")]
    [InlineData("0 0 * * 1/2,0", "2025-01-06T00:00:00+00:00", "2025-01-08T00:00:00+00:00")]
    [InlineData("0 0 * * fri-sun", "2025-01-03T00:00:00+00:00", "2025-01-04T00:00:00+00:00")]
    [InlineData("0 0 * * fri-sun", "2025-01-04T00:00:00+00:00", "2025-01-05T00:00:00+00:00")]
    [InlineData("0 0 * * fri-sun", "2025-01-05T00:00:00+00:00", "2025-01-10T00:00:00+00:00")]
    [InlineData("0 0 * * sun-sun", "2025-01-05T00:00:00+00:00", "2025-01-12T00:00:00+00:00")]
    [InlineData("0 0 * * 7/2", "2025-01-05T00:00:00+00:00", "2025-01-12T00:00:00+00:00")]
    [InlineData("0 0 * * 1/4", "2025-01-04T00:00:00+00:00", "2025-01-06T00:00:00+00:00")]
    [InlineData("0 0 ? jan,MAR ?", "2025-01-31T00:00:00+00:00", "2025-03-01T00:00:00+00:00")]
    [InlineData("@weekly", "2025-01-01T00:00:00+00:00", "2025-01-05T00:00:00+00:00")]

    // Either day suffices, unless one begins with a star.
    [InlineData("0 0 13 * FRI", "2025-01-01T00:00:00+00:00", "2025-01-03T00:00:00+00:00")]
    [InlineData("0 0 13 * */5", "2025-01-01T00:00:00+00:00", "2025-04-13T00:00:00+00:00")]
    [InlineData("0 0 29 2 *", "2096-02-29T00:00:00+00:00", "2104-02-29T00:00:00+00:00")]
    [InlineData("0 0 29 2 *", "1999-03-01T00:00:00+00:00", "2000-02-29T00:00:00+00:00")]
    [InlineData("0 0 29,30 2 *", "2001-02-28T00:00:00+00:00", "2004-02-29T00:00:00+00:00")]
    [InlineData("0 0 29 2-3 *", "2001-01-01T00:00:00+00:00", "2001-03-29T00:00:00+00:00")]
    [InlineData("0 0 29 2 1", "2001-01-01T00:00:00+00:00", "2001-02-05T00:00:00+00:00")]
    [InlineData("0 0 1 1 *", "9998-01-01T00:00:00+00:00", "9999-01-01T00:00:00+00:00")]
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
    [InlineData("0 2 * * *", "Europe/Dublin", "2025-10-26T01:00:00+00:00", "2025-10-26T02:00:00+00:00")]
    [InlineData("30 * * * *", "Europe/Dublin", "2025-10-26T01:30:00+01:00", "2025-10-26T01:30:00+00:00")]
    [InlineData("0 * * * *", "Europe/Dublin", "2025-10-26T01:30:00+01:00", "2025-10-26T01:00:00+00:00")]
    [InlineData("0 0 * * *", "Pacific/Apia", "2011-12-29T00:00:00-10:00", "2011-12-31T00:00:00+14:00")]
    public void Follows_the_zone(string expression, string zone, string after, string expected) =>
        Next(expression, zone, after).ShouldBe(expected);

    /// <remarks>
    /// Fault: the end of time. Catches: an addition past the end of time; a search that goes on after year 9999.
    /// </remarks>
    [Theory]
    [InlineData("UTC", "9999-12-31T23:59:00Z")]
    [InlineData("Pacific/Kiritimati", "9999-12-31T09:59:00Z")]
    [InlineData("Etc/GMT+12", "9999-12-31T23:59:00Z")]
    public void Ends_with_the_last_minute_that_can_be_written(string zone, string last)
    {
        var end = DateTimeOffset.Parse(last, CultureInfo.InvariantCulture);
        var cron = CronExpression.Parse("* * * * *", TimeZoneInfo.FindSystemTimeZoneById(zone));
        cron.Next(end.AddTicks(-1)).ShouldBe(end);
        cron.Next(end).ShouldBeNull();
        cron.Next(DateTimeOffset.MaxValue).ShouldBeNull();
        cron.Next(DateTimeOffset.MaxValue.AddTicks(-1)).ShouldBeNull();
        cron.Next(DateTimeOffset.MinValue).ShouldNotBeNull().ShouldBeGreaterThan(DateTimeOffset.MinValue);
    }

    /// <remarks>Fault: the begin of time. Catches: a local time before it.</remarks>
    [Theory]
    [InlineData("UTC", "0001-01-01T00:01:00Z")]
    [InlineData("Etc/GMT+12", "0001-01-01T12:00:00Z")]
    public void Begins_with_the_first_minute_that_can_be_written(string zone, string first) =>
        CronExpression.Parse("* * * * *", TimeZoneInfo.FindSystemTimeZoneById(zone)).Next(DateTimeOffset.MinValue)
            .ShouldBe(DateTimeOffset.Parse(first, CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("*/5 0 * * *", true)]
    [InlineData("5-9 0 * * *", true)]
    [InlineData("5/9 0 * * *", true)]
    [InlineData("5 1,2-3 * * *", true)]
    [InlineData("@hourly", true)]
    [InlineData("0,15,30,45 6,18 */2 1-6 MON-FRI", false)]
    [InlineData("@daily", false)]
    public void Is_periodic_with_a_star_a_range_or_a_step_in_minute_or_hour(string expression, bool isPeriodic) =>
        CronExpression.Parse(expression).IsPeriodic.ShouldBe(isPeriodic);

    [Theory]
    [InlineData("0 0 13 * FRI", true)]
    [InlineData("0 0 1-31 * 0-6", true)]
    [InlineData("0 0 13,* * FRI", true)]
    [InlineData("0 0 * * FRI", false)]
    [InlineData("0 0 */2 * FRI", false)]
    [InlineData("0 0 13 * *,5", false)]
    [InlineData("0 0 13 * ?", false)]
    [InlineData("@weekly", false)]
    public void Either_day_suffices_unless_a_day_field_begins_with_a_star(string expression, bool eitherSuffices) =>
        CronExpression.Parse(expression).EitherDaySuffices.ShouldBe(eitherSuffices);

    [Theory]
    [InlineData("0 0 13 * FRI", Either)]
    [InlineData("0 0 5,* * MON", Either)]     // Kubernetes: Mondays
    [InlineData("0 0 */2 * 1", Both)]
    [InlineData("0 0 1-7 * */2", Both)]
    [InlineData("0 0 */2 * */3", Both)]
    [InlineData("0 0 */2 * *", null)]
    [InlineData("0 0 *,5 * 1", null)]
    [InlineData("0 0 */1 * 1", null)]
    [InlineData("0 0 ? * 1", null)]
    [InlineData("0 0 13 * *", null)]
    [InlineData("@weekly", null)]
    public void Tells_how_the_day_fields_combine_where_programs_differ(string expression, string? rule) =>
        CronExpression.Parse(expression).DayRule.ShouldBe(rule);

    [Theory]
    [InlineData("0 0 30 2 *", "no such day in that month (first day 30, longest month 29 days)")]
    [InlineData("0 0 31 2,4,6,9,11 *", "no such day in that month (first day 31, longest month 30 days)")]
    [InlineData("0 0 29 2 *", null)]
    [InlineData("0 0 31 2 MON", null)]
    [InlineData("0 0 30,31 4 *", null)]
    public void Tells_why_there_is_never_an_occurrence(string expression, string? reason) =>
        CronExpression.Parse(expression).NeverBecause.ShouldBe(reason);

    [Fact]
    public void Is_in_UTC_unless_a_zone_is_given_and_is_printed_as_written()
    {
        var dublin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Dublin");
        CronExpression.Parse("@daily").Zone.ShouldBe(TimeZoneInfo.Utc);
        CronExpression.Parse("@daily", dublin).Zone.ShouldBe(dublin);
        CronExpression.Parse("  @Daily\t").ToString().ShouldBe("  @Daily\t");
    }

    [Fact]
    public void Next_allocates_nothing_in_UTC_and_one_small_object_for_each_change_of_the_offset()
    {
        LeastAllocatedInAYear(TimeZoneInfo.Utc).ShouldBe(0);
        LeastAllocatedInAYear(TimeZoneInfo.FindSystemTimeZoneById("America/New_York")).ShouldBeLessThan(400);
    }

    /// <remarks>Catches: a search that goes day by day, or to the end of time for a date that never comes.</remarks>
    [Theory]
    [InlineData("0 0 30 2 *", "UTC")]
    [InlineData("0 0 31 2,4,6,9,11 *", "America/New_York")]
    [InlineData("0 0 29 2 */7", "UTC")]                  // a Sunday, 40 years later
    [InlineData("0 0 29 2 */7", "America/New_York")]     // and 80 changes of the clock
    public void Looks_no_longer_than_10_milliseconds(string expression, string zone)
    {
        var cron = CronExpression.Parse(expression, TimeZoneInfo.FindSystemTimeZoneById(zone));
        var after = new DateTimeOffset(2088, 3, 1, 0, 0, 0, TimeSpan.Zero);
        var fastest = Enumerable.Range(0, 20).Min(_ =>
        {
            var start = Stopwatch.GetTimestamp();
            cron.Next(after)?.Year.ShouldBe(2128);
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        });
        fastest.ShouldBeLessThan(10);
        output.WriteLine($"{fastest:0.0000} ms");
    }

    /// <remarks>Catches: a remembered offset whose parts are written one by one.</remarks>
    [Fact]
    public void Many_threads_may_ask_the_same_expression()
    {
        var cron = CronExpression.Parse("30 * * * *", TimeZoneInfo.FindSystemTimeZoneById("Australia/Lord_Howe"));
        var start = new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var answers = Enumerable.Range(0, 3_000).Select(i => cron.Next(start.AddHours(i * 185 % 15_000)));
        var expected = answers.ToList();
        Parallel.For(0, 4, _ => answers.ShouldBe(expected));
    }

    /// <summary>
    /// A collection that another thread asks for meanwhile charges this one with what it had set aside: the least is
    /// what counts.
    /// </summary>
    private static long LeastAllocatedInAYear(TimeZoneInfo zone) =>
        Enumerable.Range(0, 5).Min(_ => AllocatedInAYear(zone));

    private static long AllocatedInAYear(TimeZoneInfo zone)
    {
        var cron = CronExpression.Parse("*/10 * * * *", zone);
        var next = cron.Next(new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 365 * 24 * 6; i++) next = cron.Next(next!.Value);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static string? Next(string expression, string zone, string after) =>
        CronExpression.Parse(expression, TimeZoneInfo.FindSystemTimeZoneById(zone))
            .Next(DateTimeOffset.Parse(after, CultureInfo.InvariantCulture))
            ?.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);
}
