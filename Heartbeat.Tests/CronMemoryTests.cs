using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Heartbeat.Tests;

/// <summary>An expression gives the same answer to the same question, whatever it was asked before.</summary>
/// <remarks>
/// Fault: the memory of an expression. An object remembers for how long the offset stays the same; where nothing
/// changes it looks 402 days ahead, and the remembered span ends without a change. Catches: the jump past the end of
/// the span without a look at whether a set-back within 28 hours repeats what matched before.
/// </remarks>
public sealed class CronMemoryTests(ITestOutputHelper output)
{
    private const int TwoDays = 2 * 24 * 60;

    /// <summary>How far an object looks ahead where the offset stays the same, in minutes.</summary>
    private static readonly long Horizon =
        ZoneOffsets.Of(TimeZoneInfo.FindSystemTimeZoneById("Etc/GMT+5")).At(0).End / TimeSpan.TicksPerMinute;

    [Fact]
    public void The_second_pass_is_not_lost_by_an_expression_that_was_asked_402_days_before()
    {
        var cron = CronExpression.Parse("45-50 23 * * *", TimeZoneInfo.FindSystemTimeZoneById("Asia/Pyongyang"));
        _ = cron.Next(new(2014, 7, 8, 14, 55, 0, TimeSpan.Zero));
        var next = cron.Next(new(2015, 8, 14, 14, 52, 0, TimeSpan.Zero)).ShouldNotBeNull();
        next.ToString("O").ShouldBe("2015-08-14T23:45:00.0000000+08:30");
    }

    [Fact]
    public void Objects_of_18_ages_answer_as_fresh_ones_and_the_oracle_at_set_backs_of_some_zones_since_1970() =>
        Walk(zonesApart: 3, minutes: 120, agesApart: 7, others: 100);

    [LongFact]
    [Trait("Category", "Soak")]
    [Trait("Length", "Long")]
    public void Objects_of_2880_ages_answer_as_fresh_ones_and_the_oracle_at_each_set_back_of_all_zones_since_1970() =>
        Walk(zonesApart: 1, minutes: TwoDays, agesApart: 1, others: 1);

    /// <param name="zonesApart">One zone in so many is walked.</param>
    /// <param name="minutes">Objects' memories end at most so long before the set-back.</param>
    /// <param name="agesApart">Minutes from one age to the next.</param>
    /// <param name="others">
    /// Of the set-backs before which no memory can end one in so many is walked, with five ages.
    /// </param>
    private void Walk(int zonesApart, int minutes, int agesApart, int others)
    {
        var (zones, setBacks, quiet, objects) = (0, 0, 0, 0L);
        foreach (var zone in TimeZoneInfo.GetSystemTimeZones().Where((_, index) => index % zonesApart == 0))
        {
            var table = new CronOracleZone(zone, 1968, 2040);
            zones++;
            foreach (var (before, change) in table.Changes.Prepend(0).Zip(table.Changes))
            {
                if (change < DateTime.UnixEpoch.Ticks / TimeSpan.TicksPerMinute || change > table.End - 2 * TwoDays)
                {
                    continue;
                }

                if (table.OffsetAt(change) > table.OffsetAt(change - 1)) continue;
                var canEndBefore = change - before > Horizon;
                setBacks++;
                if (canEndBefore) quiet++;
                else if (setBacks % others != 0) continue;
                objects += canEndBefore
                    ? Ask(table, change, minutes, agesApart)
                    : Ask(table, change, TwoDays, TwoDays / 4);
            }
        }

        output.WriteLine($"{zones} zones, {setBacks} set-backs, {quiet} of them after {Horizon / 1440} quiet days: "
            + $"{objects} objects agree");
        zones.ShouldBeGreaterThan(400 / zonesApart);
        quiet.ShouldBeGreaterThan(60 / zonesApart);
    }

    /// <summary>Asks about the minutes before a set-back, and in each of its passes.</summary>
    private static long Ask(CronOracleZone table, long change, int minutes, int agesApart)
    {
        var (old, now) = (table.OffsetAt(change - 1), table.OffsetAt(change));
        long[] repeated = [change + now, change + (old + now) / 2, change + old - 1];   // local times
        var objects = 0L;
        foreach (var local in repeated)
        {
            foreach (var form in (string[])["{0}-{0} {1} * * *", "{0} {1} * * *"])
            {
                var text = string.Format(null, form, local % 60, local / 60 % 24);
                var oracle = new CronOracle(text);
                foreach (var asked in (long[])[local - old - 1440, local - old, change - 1])
                {
                    var after = Instant(asked);
                    var expected = oracle.Next(table, after);
                    var fresh = CronExpression.Parse(text, table.Zone).Next(after);
                    if (fresh != expected)
                    {
                        Assert.Fail($"'{text}' in {table.Zone.Id} after {after:O} gave {fresh:O}, not {expected:O}");
                    }

                    for (var end = change - minutes; end <= change; end += agesApart)
                    {
                        var cron = CronExpression.Parse(text, table.Zone);
                        _ = cron.Next(Instant(end - Horizon));
                        var found = cron.Next(after);
                        if (found != expected)
                        {
                            Assert.Fail($"'{text}' in {table.Zone.Id} after {after:O}, asked "
                                + $"{Instant(end - Horizon):O} before, gave {found:O}, not {expected:O}");
                        }

                        objects++;
                    }
                }
            }
        }

        return objects;
    }

    private static DateTimeOffset Instant(long minute) => new(minute * TimeSpan.TicksPerMinute, TimeSpan.Zero);
}
