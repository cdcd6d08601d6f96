using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Heartbeat.Tests;

/// <summary>What holds in every zone that the machine knows, from 2020 to 2037 unless a name says otherwise.</summary>
/// <remarks>
/// Fault: zones. Catches: an offset asked for by local time, or <see cref="TimeZoneInfo.IsAmbiguousTime(DateTime)"/>
/// believed; a stride so long that a Ramadan is missed; a gap that swallows a day's run.
/// </remarks>
public sealed class CronZoneTests(ITestOutputHelper output)
{
    private const int FixedSeed = 20_370_101;

    private static readonly TimeZoneInfo[] Zones = [.. TimeZoneInfo.GetSystemTimeZones()];
    private static readonly DateTimeOffset Start = Utc(2020, 1, 1);
    private static readonly DateTimeOffset End = Utc(2038, 1, 1);

    [Theory]
    [InlineData("0 0 * * *")]
    [InlineData("30 2 * * *")]
    public void A_daily_expression_runs_once_on_each_local_day_in_all_zones(string expression)
    {
        var runs = 0;
        foreach (var zone in Zones)
        {
            var day = -1;
            foreach (var run in Occurrences(expression, zone, Start, End))
            {
                var date = DateOnly.FromDateTime(run.DateTime).DayNumber;
                if (day >= 0) date.ShouldBe(day + 1, $"'{expression}' in {zone.Id} at {run:O}");
                day = date;
                runs++;
            }
        }

        ReportZones($"{runs} runs of '{expression}'");
    }

    [Fact]
    public void An_hourly_expression_counts_the_real_hours_of_2025_in_all_zones() =>
        CountHours(Utc(2025, 1, 1), Utc(2026, 1, 1));

    [LongFact]
    [Trait("Category", "Soak")]
    public void An_hourly_expression_counts_the_real_hours_of_2020_to_2037_in_all_zones() => CountHours(Start, End);

    [Fact]
    public void A_minutely_expression_runs_each_real_minute_around_each_change_in_all_zones()
    {
        var changes = 0;
        foreach (var zone in Zones)
        {
            for (var (day, next) = (Start, Start); day < End; day = next)
            {
                next = day.AddDays(1);
                if (zone.GetUtcOffset(day) == zone.GetUtcOffset(next)) continue;
                var hour = day;
                while (zone.GetUtcOffset(hour.AddHours(1)) == zone.GetUtcOffset(day)) hour = hour.AddHours(1);
                CountMinutes(zone, hour.AddHours(-3), hour.AddHours(4));
                changes++;
            }
        }

        changes.ShouldBeGreaterThan(1_000);
        ReportZones($"{changes} changes");
    }

    [LongFact]
    [Trait("Category", "Soak")]
    public void A_minutely_expression_runs_each_real_minute_of_2025_in_all_zones()
    {
        foreach (var zone in Zones) CountMinutes(zone, Utc(2025, 1, 1), Utc(2026, 1, 1));
        ReportZones("a year of minutes each");
    }

    [Fact]
    public void Next_is_later_than_the_instant_asked_about_in_all_zones()
    {
        foreach (var seed in (int[])[FixedSeed, Environment.TickCount])
        {
            var texts = new CronTexts(seed);
            var random = new Random(seed);
            foreach (var zone in Zones)
            {
                for (var i = 0; i < 20; i++)
                {
                    var text = texts.Expression();
                    var cron = CronExpression.Parse(text, zone);
                    var at = new DateTimeOffset(random.NextInt64(DateTime.MaxValue.Ticks), TimeSpan.Zero);
                    for (var steps = 0; steps < 10 && cron.Next(at) is { } next; steps++)
                    {
                        if (next <= at) Assert.Fail($"'{text}' in {zone.Id} after {at:O} gave {next:O} (seed {seed})");
                        at = next;
                    }
                }
            }

            ReportZones($"seed {seed}: 20 expressions each");
        }
    }

    /// <remarks>
    /// In Dublin winter time is the exception, by minus one hour: the hour that comes twice is not ambiguous to .NET,
    /// and the one that is left out not invalid. In Apia the whole of 2011-12-30 was left out.
    /// </remarks>
    [Fact]
    public void What_a_zone_says_about_local_times_can_not_be_trusted_and_what_it_says_about_UTC_can()
    {
        var dublin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Dublin");
        dublin.IsAmbiguousTime(new(2025, 10, 26, 1, 30, 0)).ShouldBeFalse("or .NET has been mended");
        dublin.IsInvalidTime(new(2025, 3, 30, 1, 30, 0)).ShouldBeFalse("or .NET has been mended");
        dublin.GetUtcOffset(Utc(2025, 10, 26, 0, 30)).ShouldBe(TimeSpan.FromHours(1));
        dublin.GetUtcOffset(Utc(2025, 10, 26, 1, 30)).ShouldBe(TimeSpan.Zero);
        Occurrences("*/30 * * * *", dublin, Utc(2025, 10, 25, 23, 30), Utc(2025, 10, 26, 2))
            .Select(static run => $"{run:HH:mmzzz}")
            .ShouldBe(["01:00+01:00", "01:30+01:00", "01:00+00:00", "01:30+00:00", "02:00+00:00"]);
        Occurrences("30 1 * * *", dublin, Utc(2025, 3, 29, 12), Utc(2025, 3, 31, 12))
            .Select(static run => $"{run:dd HH:mmzzz}")
            .ShouldBe(["30 02:00+01:00", "31 01:30+01:00"]);

        var apia = TimeZoneInfo.FindSystemTimeZoneById("Pacific/Apia");
        apia.IsInvalidTime(new(2011, 12, 30, 12, 0, 0)).ShouldBeFalse("or .NET has been mended");
        apia.GetUtcOffset(Utc(2011, 12, 30, 9, 59)).ShouldBe(TimeSpan.FromHours(-10));
        apia.GetUtcOffset(Utc(2011, 12, 30, 10, 0)).ShouldBe(TimeSpan.FromHours(14));
        Occurrences("0 12 * * *", apia, Utc(2011, 12, 28, 12), Utc(2012, 1, 1))
            .Select(static run => $"{run:dd HH:mmzzz}")
            .ShouldBe(["28 12:00-10:00", "29 12:00-10:00", "31 00:00+14:00", "31 12:00+14:00", "01 12:00+14:00"]);
    }

    /// <remarks>
    /// Where a gap ends past the hour, as in Chatham (02:45 to 03:45), the hours that were left out run at its end: one
    /// more than there are real hours. In Lord Howe, which changes by half an hour, it is the one lost in the overlap.
    /// </remarks>
    private void CountHours(DateTimeOffset start, DateTimeOffset end)
    {
        foreach (var zone in Zones)
        {
            var changesByHalf = zone.Id is "Australia/Lord_Howe" or "Australia/LHI";
            var hours = 0;
            foreach (var run in Occurrences("0 * * * *", zone, start, end))
            {
                var isAtGap = zone.GetUtcOffset(run.AddMinutes(-1)) < run.Offset;
                (run.Minute == 0 || isAtGap).ShouldBeTrue($"{run:O} in {zone.Id}");
                if (run.Minute == 0 || changesByHalf) hours++;
            }

            hours.ShouldBe((int)(end - start).TotalHours, zone.Id);
        }

        ReportZones($"{(end - start).TotalHours} hours each");
    }

    private static void CountMinutes(TimeZoneInfo zone, DateTimeOffset start, DateTimeOffset end)
    {
        var minute = start;
        foreach (var run in Occurrences("* * * * *", zone, start, end))
        {
            minute = minute.AddMinutes(1);
            if (run != minute) Assert.Fail($"the minute before {minute:O} is followed by {run:O} in {zone.Id}");
        }

        minute.ShouldBe(end);
    }

    /// <summary>Those later than the start, up to and with the end; each in its zone's offset.</summary>
    private static IEnumerable<DateTimeOffset> Occurrences(
        string expression, TimeZoneInfo zone, DateTimeOffset start, DateTimeOffset end)
    {
        var cron = CronExpression.Parse(expression, zone);
        for (var (at, next) = (start, cron.Next(start)); next <= end; (at, next) = (next.Value, cron.Next(next.Value)))
        {
            if (next <= at) Assert.Fail($"{next:O} is not later than {at:O} in {zone.Id}");
            if (next.Value.Offset != zone.GetUtcOffset(next.Value)) Assert.Fail($"{next:O} is no time in {zone.Id}");
            yield return next.Value;
        }
    }

    private static DateTimeOffset Utc(int year, int month, int day, int hour = 0, int minute = 0) =>
        new(year, month, day, hour, minute, 0, TimeSpan.Zero);

    private void ReportZones(string what)
    {
        output.WriteLine($"{Zones.Length} zones: {what}");
        Zones.Length.ShouldBeGreaterThan(400, "the machine has no zone data");
    }
}
