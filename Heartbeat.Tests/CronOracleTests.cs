using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Xunit;
using Xunit.Abstractions;

namespace Heartbeat.Tests;

/// <summary>The cron engine against <see cref="CronOracle"/>, which looks at every minute.</summary>
/// <remarks>
/// Fault: cron against brute force. Catches: either and both days exchanged; a second pass in which fixed times run
/// again or periodic ones do not; a gap that swallows its occurrences or has two; next at the instant asked about; a
/// Sunday of 7 lost.
/// </remarks>
public sealed class CronOracleTests(ITestOutputHelper output)
{
    private const int FixedSeed = 19_700_101;
    private const int InstantsPerExpression = 3;

    private static readonly string[] AwkwardZones =
    [
        "Africa/Casablanca",      // summer time, but for Ramadan
        "Africa/El_Aaiun",
        "America/Havana",         // changes at midnight
        "America/New_York",
        "America/Nuuk",           // changed at 22:00 on a Saturday, then moved by an hour
        "America/Santiago",
        "America/Sao_Paulo",      // changed at midnight, until 2019
        "America/Scoresbysund",   // changed its offset on the day that summer time began
        "America/St_Johns",       // changed at one minute past midnight, until 2011
        "Antarctica/Troll",       // by 2 hours
        "Asia/Amman",             // for good in 2022
        "Asia/Gaza",              // twice a year, or four times
        "Asia/Kathmandu",         // +05:45
        "Asia/Tehran",
        "Australia/Lord_Howe",    // by 30 minutes
        "Europe/Dublin",          // saves time in winter, by minus one hour
        "Europe/Istanbul",
        "Europe/London",
        "Pacific/Apia",           // had no 2011-12-30
        "Pacific/Chatham",        // +12:45
    ];

    [Fact]
    public void Agrees_on_20_000_expressions_at_3_instants_in_UTC() => Compare(20_000, "UTC");

    [Fact]
    public void Agrees_on_500_expressions_at_3_instants_in_each_of_20_awkward_zones() => Compare(500, AwkwardZones);

    [LongFact]
    [Trait("Category", "Soak")]
    [Trait("Length", "Long")]
    public void Agrees_on_20_000_expressions_at_3_instants_in_each_of_20_awkward_zones() =>
        Compare(20_000, AwkwardZones);

    private void Compare(int expressions, params string[] zones)
    {
        var tables = zones.Select(static id => new CronOracleZone(TimeZoneInfo.FindSystemTimeZoneById(id))).ToList();
        foreach (var seed in (int[])[FixedSeed, Environment.TickCount])
        {
            var (cases, none) = (0, 0);
            foreach (var zone in tables)
            {
                var texts = new CronTexts(seed);
                for (var i = 0; i < expressions; i++)
                {
                    var text = texts.Expression();
                    var (cron, oracle) = (CronExpression.Parse(text, zone.Zone), new CronOracle(text));
                    for (var j = 0; j < InstantsPerExpression; j++)
                    {
                        var after = texts.Instant(zone);
                        var expected = oracle.Next(zone, after);
                        var found = cron.Next(after);
                        if (!Agrees(found, expected, zone))
                        {
                            Assert.Fail($"'{text}' in {zone.Zone.Id} after {after:O} gave {found:O}, not {expected:O} "
                                + $"(seed {seed})");
                        }

                        cases++;
                        if (expected is null) none++;
                    }
                }
            }

            output.WriteLine($"seed {seed}: {cases} cases in {zones.Length} zones agree, {none} with none until 2050");
        }
    }

    private static bool Agrees(DateTimeOffset? found, DateTimeOffset? expected, CronOracleZone zone) =>
        expected is { } next
            ? found?.EqualsExact(next) == true
            : found is null || found.Value.UtcTicks / TimeSpan.TicksPerMinute >= zone.End;
}
