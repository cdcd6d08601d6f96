using System.Globalization;
using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Heartbeat.Tests;

/// <summary>
/// Zones that code makes from rules: an offset that lasts for less than three days is refused with the zone.
/// </summary>
/// <remarks>
/// Catches: no check of the zone; a check that takes the times of the rules for UTC; one that forgets where two rules
/// meet; one that looks at one year.
/// </remarks>
public sealed class CronMadeZoneTests(ITestOutputHelper output)
{
    private const int FixedSeed = 20_110_103;
    private const long ThreeDays = 3 * 24 * 60;

    [Fact]
    public void A_zone_that_goes_forward_for_ten_hours_is_refused()
    {
        var zone = Zone(3, new(2020, 1, 1), 2030, Fixed(6, 10, 2), Fixed(6, 10, 13), name: "A day\n");
        var exception = Should.Throw<ArgumentException>(() => CronExpression.Parse("0 3 * * *", zone));
        exception.Message.ShouldBe(
            "Time zone 'A day<U+000A>' is not supported: it changes its offset twice within 3 days, at "
            + "2020-06-09T23:00:00Z and 2020-06-10T09:00:00Z. (Parameter 'zone')");
        exception.ParamName.ShouldBe("zone");
    }

    [Fact]
    public void A_zone_is_refused_for_a_single_year_in_which_it_goes_forward_for_ten_hours() =>
        IsAccepted(Zone(3, new(2020, 1, 1), 2020, Fixed(6, 10, 2), Fixed(6, 10, 13))).ShouldBeFalse();

    [Fact]
    public void A_zone_is_refused_for_ten_hours_on_the_last_Sunday_and_day_of_a_month() =>
        IsAccepted(Zone(
            3, new(2015, 1, 1), 2015, Floating(5, 5, DayOfWeek.Sunday, 2), Floating(5, 5, DayOfWeek.Sunday, 13)))
            .ShouldBeFalse();

    /// <remarks>Daylight saving to the end of 2019, and again from 10:00 on 1 January, the first Wednesday.</remarks>
    [Fact]
    public void A_zone_is_refused_for_ten_hours_of_standard_time_with_which_a_year_begins() =>
        IsAccepted(Zone(
            10, new(2019, 6, 1), 2020, Floating(1, 1, DayOfWeek.Wednesday, 10), Floating(1, 1, DayOfWeek.Tuesday, 10)))
            .ShouldBeFalse();

    /// <summary>East of Greenwich the day begins before that of UTC, and west of it after.</summary>
    [Theory]
    [InlineData(12)]
    [InlineData(-12)]
    public void A_zone_is_refused_for_ten_hours_of_daylight_saving_with_which_its_rule_begins(int offset) =>
        IsAccepted(Zone(offset, new(2020, 6, 10), 2030, Fixed(3, 1, 2), Fixed(6, 10, 10))).ShouldBeFalse();

    [Theory]
    [InlineData(2100, 12, 31)]
    [InlineData(2101, 1, 1)] // with what began in the year before
    public void A_zone_is_refused_for_two_days_of_daylight_saving_with_which_a_rule_of_a_century_ends(
        int year, int month, int day) =>
        IsAccepted(Zone(3, new(2000, 1, 1), new DateTime(year, month, day), Fixed(12, 30, 2), Fixed(6, 10, 2)))
            .ShouldBeFalse();

    [Theory]
    [InlineData(3, true)]      // to 03:00, an hour of which is the change itself: three days
    [InlineData(2.5, false)]
    public void An_offset_may_last_for_three_days_and_no_less(double end, bool isAccepted) =>
        IsAccepted(Zone(3, new(2020, 1, 1), 2030, Fixed(6, 10, 2), Fixed(6, 13, end))).ShouldBe(isAccepted);

    [Fact]
    public void A_zone_may_change_in_the_first_days_of_year_1() =>
        IsAccepted(Zone(3, new(1, 1, 1), 2030, Fixed(1, 3, 2), Fixed(6, 10, 2))).ShouldBeTrue();

    /// <remarks>Found by a random zone.</remarks>
    [Fact]
    public void A_gap_ends_at_the_full_minute_where_the_platform_ends_it_a_tick_before()
    {
        var zone = EndsYearsEarly(Floating(1, 2, DayOfWeek.Wednesday, 1));
        zone.GetUtcOffset(new DateTime(2016, 12, 31, 23, 30, 0, DateTimeKind.Utc).AddTicks(-1))
            .ShouldBe(TimeSpan.FromHours(2.5), "or .NET has been mended");
        CronExpression.Parse("30 1 1 1 *", zone).Next(new(2016, 12, 31, 12, 0, 0, TimeSpan.Zero))!.Value.ToString("O")
            .ShouldBe("2017-01-01T02:00:00.0000000+02:30");
    }

    [Fact]
    public void A_zone_is_refused_for_a_day_of_daylight_saving_that_ends_a_tick_before_the_year() =>
        IsAccepted(EndsYearsEarly(Fixed(12, 31, 1))).ShouldBeFalse();

    [Fact]
    public void All_zones_of_the_machine_are_accepted()
    {
        foreach (var zone in TimeZoneInfo.GetSystemTimeZones())
        {
            CronExpression.Parse("0 3 * * *", zone).Zone.ShouldBe(zone);
        }
    }

    [Fact]
    public void Of_20_random_zones_each_agrees_with_the_oracle_or_is_refused_as_it_changes_twice_in_three_days() =>
        Try(20);

    [LongFact]
    [Trait("Category", "Soak")]
    [Trait("Length", "Long")]
    public void Of_1_000_random_zones_each_agrees_with_the_oracle_or_is_refused_as_it_changes_twice_in_three_days() =>
        Try(1_000);

    private void Try(int count)
    {
        foreach (var seed in (int[])[FixedSeed, Environment.TickCount])
        {
            var (random, texts, accepted, refused) = (new Random(seed), new CronTexts(seed), 0, 0);
            output.WriteLine($"seed {seed}");
            while (accepted + refused < count)
            {
                if (Make(random) is not { } zone) continue;
                var table = new CronOracleZone(zone, 2008, 2040, samplesADay: 49);
                var shortest = table.Changes.Zip(table.Changes.Skip(1), static (one, next) => next - one)
                    .DefaultIfEmpty(ThreeDays).Min();
                if (!IsAccepted(zone))
                {
                    if (shortest >= ThreeDays) Assert.Fail($"{Describe(zone)} is refused (seed {seed})");
                    refused++;
                    continue;
                }

                if (shortest < ThreeDays)
                {
                    Assert.Fail($"{Describe(zone)} is accepted, with an offset for {shortest} minutes (seed {seed})");
                }

                accepted++;
                for (var i = 0; i < 20; i++)
                {
                    var (text, after) = (texts.Expression(), texts.Instant(table));
                    var (found, expected) =
                        (CronExpression.Parse(text, zone).Next(after), new CronOracle(text).Next(table, after));
                    if (found != expected
                        && (expected is not null || found!.Value.UtcTicks / TimeSpan.TicksPerMinute < table.End))
                    {
                        Assert.Fail($"'{text}' after {after:O} gave {found:O}, not {expected:O}, in {Describe(zone)} "
                            + $"(seed {seed})");
                    }
                }
            }

            output.WriteLine($"{accepted} zones accepted, {refused} refused");
            accepted.ShouldBePositive();
            refused.ShouldBePositive();
        }
    }

    /// <summary>
    /// A zone of one to three rules, half of them with transitions close to each other; null if .NET refuses it.
    /// </summary>
    private static TimeZoneInfo? Make(Random random)
    {
        var rules = new List<TimeZoneInfo.AdjustmentRule>();
        var start = new DateTime(2010, 1, 1).AddDays(random.Next(700));
        try
        {
            for (var left = random.Next(1, 4); left > 0; left--)
            {
                var end = left == 1 && random.Next(2) == 0
                    ? DateTime.MaxValue.Date
                    : start.AddDays(random.Next(20, 2_000));
                var (daylight, standard) = (Transition(random), Transition(random));
                if (random.Next(2) == 0) standard = Near(daylight, random);
                rules.Add(TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
                    start, end, HalfHours(-4, 4, random), daylight, standard,
                    random.Next(2) == 0 ? default : HalfHours(-3, 3, random)));
                if (left > 1) start = end.AddDays(random.Next(2) == 0 ? 1 : random.Next(1, 9));
            }

            return TimeZoneInfo.CreateCustomTimeZone(
                "Made", HalfHours(-20, 20, random), "Made", "Made", "Made", [.. rules]);
        }
        catch (Exception e) when (e is ArgumentException or InvalidTimeZoneException)
        {
            return null;
        }
    }

    private static TimeZoneInfo Zone(
        int offset, DateTime first, int lastYear, TimeZoneInfo.TransitionTime daylight,
        TimeZoneInfo.TransitionTime standard, string name = "Made") =>
        Zone(offset, first, new DateTime(lastYear, 12, 31), daylight, standard, name);

    private static TimeZoneInfo Zone(
        int offset, DateTime first, DateTime last, TimeZoneInfo.TransitionTime daylight,
        TimeZoneInfo.TransitionTime standard, string name = "Made") => TimeZoneInfo.CreateCustomTimeZone(
            name, TimeSpan.FromHours(offset), name, name, name, [TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
                first, last, TimeSpan.FromHours(1), daylight, standard)]);

    /// <summary>
    /// A zone whose clocks go forward by two hours at 23:59:59.9999999 when a year ends, as .NET takes midnight on the
    /// second Wednesday in January for the end of the year.
    /// </summary>
    private static TimeZoneInfo EndsYearsEarly(TimeZoneInfo.TransitionTime daylight) =>
        TimeZoneInfo.CreateCustomTimeZone("Made", TimeSpan.FromHours(4), "Made", "Made", "Made",
            [TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
                new(2014, 6, 1), new(2019, 6, 30), TimeSpan.FromHours(-2), daylight,
                Floating(1, 2, DayOfWeek.Wednesday, 0), TimeSpan.FromHours(-1.5))]);

    private static TimeZoneInfo.TransitionTime Floating(int month, int week, DayOfWeek day, double hour) =>
        TimeZoneInfo.TransitionTime.CreateFloatingDateRule(At(hour), month, week, day);

    private static bool IsAccepted(TimeZoneInfo zone)
    {
        try
        {
            _ = CronExpression.Parse("* * * * *", zone);
            return true;
        }
        catch (ArgumentException e) when (e.ParamName == "zone")
        {
            return false;
        }
    }

    private static TimeSpan HalfHours(int least, int most, Random random) =>
        TimeSpan.FromMinutes(30 * random.Next(least, most + 1));

    private static TimeZoneInfo.TransitionTime Transition(Random random) => random.Next(2) == 0
        ? Fixed(
            random.Next(4) == 0 ? 1 + (11 * random.Next(2)) : random.Next(1, 13),
            random.Next(1, 32), random.Next(48) / 2.0)
        : TimeZoneInfo.TransitionTime.CreateFloatingDateRule(
            At(random.Next(48) / 2.0), random.Next(1, 13), random.Next(1, 6), (DayOfWeek)random.Next(7));

    private static TimeZoneInfo.TransitionTime Near(TimeZoneInfo.TransitionTime other, Random random) =>
        other.IsFixedDateRule
            ? Fixed(other.Month, Math.Clamp(other.Day + random.Next(-5, 6), 1, 31), random.Next(48) / 2.0)
            : TimeZoneInfo.TransitionTime.CreateFloatingDateRule(
                At(random.Next(48) / 2.0), other.Month, Math.Clamp(other.Week + random.Next(-1, 2), 1, 5),
                (DayOfWeek)random.Next(7));

    private static TimeZoneInfo.TransitionTime Fixed(int month, int day, double hour) =>
        TimeZoneInfo.TransitionTime.CreateFixedDateRule(At(hour), month, day);

    private static DateTime At(double hour) => DateTime.MinValue.AddHours(hour);

    private static string Describe(TimeZoneInfo zone) =>
        zone.BaseUtcOffset + string.Concat(zone.GetAdjustmentRules().Select(static rule => string.Create(
            CultureInfo.InvariantCulture,
            $" [{rule.DateStart:d} {rule.DateEnd:d} {rule.DaylightDelta} {rule.BaseUtcOffsetDelta} "
                + $"{Describe(rule.DaylightTransitionStart)} {Describe(rule.DaylightTransitionEnd)}]")));

    private static string Describe(TimeZoneInfo.TransitionTime time) => string.Create(
        CultureInfo.InvariantCulture,
        $"{time.Month}/{(time.IsFixedDateRule ? time.Day : $"{time.Week} {time.DayOfWeek}")} {time.TimeOfDay:HH:mm}");
}
