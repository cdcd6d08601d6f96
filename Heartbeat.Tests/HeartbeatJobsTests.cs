using Heartbeat.Jobs;
using Heartbeat.Tests.Infra;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <remarks>
/// Sabotages caught: another cron expression; 11 s; another id for the event; an id in lower case; off taken for on;
/// the warning after the rest.
/// </remarks>
public sealed class HeartbeatJobsTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new(Simulation.DefaultStart);
    private readonly LogCapture _log;

    public HeartbeatJobsTests() => _log = new(_clock);

    [Theory]
    [InlineData(1, 1_440)]
    [InlineData(365, 525_600)]
    public async Task A_day_and_a_year_have_a_beat_each_minute_and_an_event_10_s_after_it(int days, int count)
    {
        var uuids = new UuidV1(_clock);
        using var beats = new BeatLog(_clock);
        await using var simulation =
            Simulation.Start(scheduler => HeartbeatJobs.Register(scheduler, uuids, beats), _clock);
        await simulation.AdvanceAsync(TimeSpan.FromDays(days) + TimeSpan.FromSeconds(10));
        beats.Fault.ShouldBeNull();
        beats.Timed.ShouldBe(count);
        beats.Events.ShouldBe(count);
    }

    [Fact]
    public async Task A_beat_is_two_lines_at_INFO_with_one_id_in_upper_case()
    {
        await using var simulation = Start("1");
        await simulation.AdvanceAsync(TimeSpan.FromSeconds(119));
        var text = _log.Text;
        text.Count.ShouldBe(3);
        text[0].ShouldBe(
            "Information: Scheduled heartbeat (timed): '* * * * *' in UTC, first due 2024-01-01T00:01:00+00:00");
        text[1].ShouldMatch("^Information: Heartbeat \\(timed\\): "
            + "UUID=[0-9A-F]{8}-[0-9A-F]{4}-1[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$");
        text[2].ShouldBe(text[1].Replace("timed", "event", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Off_schedules_nothing_and_says_how_to_turn_it_on()
    {
        await using var simulation = Start("off");
        await simulation.AdvanceAsync(TimeSpan.FromDays(1));
        _log.Text.ShouldBe(["Information: Heartbeat is off: set ENABLE_HEARTBEAT=1 to turn it on"]);
    }

    [Fact]
    public async Task An_unrecognized_switch_is_warned_of_once_and_first()
    {
        await using var simulation = Start("jawohl");
        await simulation.AdvanceAsync(TimeSpan.FromMinutes(5));
        _log.Of(LogLevel.Warning).ShouldHaveSingleItem().ShouldBe(_log.Lines[0]);
        _log.Text[0].ShouldBe(
            "Warning: ENABLE_HEARTBEAT='jawohl' is taken as on; the spellings are 1, true, yes, on; or 0, false, no, "
                + "off and nothing for off");
        _log.Lines.Count(static line => line.Message.StartsWith("Heartbeat (timed)", StringComparison.Ordinal))
            .ShouldBe(5);
    }

    public void Dispose() => _log.Dispose();

    private Simulation Start(string? enable) => Simulation.Start(
        scheduler => HeartbeatJobs.RegisterIfEnabled(enable, scheduler, new UuidV1(_clock), _log), _clock, _log);
}
