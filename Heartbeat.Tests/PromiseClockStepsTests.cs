using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <summary>Promise 6: when the wall clock is set, the beat is back soon, without a burst, and says so.</summary>
public sealed class PromiseClockStepsTests
{
    private const string CronName = "beat";
    private static readonly DateTimeOffset Start = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData("00:00:01")]
    [InlineData("00:01:00")]
    [InlineData("01:00:00")]
    [InlineData("1.00:00:00")]
    [InlineData("20454.00:00:00")]
    public async Task Set_forward_at_60_phases_the_missed_beats_are_one_and_one_warning_tells_how_many(string by)
    {
        var step = TimeSpan.Parse(by, null);
        for (var phase = 0; phase < 60; phase++)
        {
            var beats = await BeatAsync(phase, step);
            beats.Events.ShouldBe(beats.After.Concat(beats.Before)
                .Select(static beat => beat.Elapsed + TimeSpan.FromSeconds(10)), ignoreOrder: true);

            // Back within 11 s if one was missed: its latest occurrence. After that the grid.
            var last = Start.AddMinutes(1);
            var first = beats.After[0];
            var noticed = first.Time;
            var missed = (int)((first.Due - last) / Minute) - 1;
            first.Due.ShouldBe(new(noticed.Ticks - (noticed.Ticks % Minute.Ticks), TimeSpan.Zero));
            if (missed > 0) (first.Elapsed - beats.Step).ShouldBeLessThan(TimeSpan.FromSeconds(11));
            beats.After.Select(static beat => beat.Due)
                .ShouldBe(Enumerable.Range(0, beats.After.Count).Select(i => first.Due.AddMinutes(i)));
            beats.After.Skip(1).ShouldAllBe(beat => beat.Late <= (step < Minute ? step : TimeSpan.Zero));

            List<string> warnings = [];
            if (step > TimeSpan.FromSeconds(1)) warnings.Add(Forward($"{step:c}"));
            if (missed > 0)
            {
                warnings.Add($"Warning: beat: missed {Count(missed)}; running the one due "
                    + $"{first.Due:yyyy-MM-ddTHH:mm:ss}+00:00");
            }

            beats.Warnings.ShouldBe(warnings, ignoreOrder: true); // one is said by the run
            missed.ShouldBeInRange((int)(step / Minute) - 1, (int)(step / Minute));
        }
    }

    [Theory]
    [InlineData("00:00:01")]
    [InlineData("00:01:00")]
    [InlineData("01:00:00")]
    [InlineData("1.00:00:00")]
    public async Task Set_back_at_60_phases_the_beat_is_back_within_70_s_without_a_burst(string by)
    {
        var step = TimeSpan.Parse(by, null);
        for (var phase = 0; phase < 60; phase++)
        {
            var beats = await BeatAsync(phase, -step);
            beats.Events.ShouldBe(beats.After.Concat(beats.Before)
                .Select(static beat => beat.Elapsed + TimeSpan.FromSeconds(10)), ignoreOrder: true);
            (beats.After[0].Elapsed - beats.Step).ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(70));
            beats.After.ShouldAllBe(static beat => beat.Late == TimeSpan.Zero);
            var all = beats.Before.Concat(beats.After).ToArray();
            all.Zip(all.Skip(1)).ShouldAllBe(static pair =>
                pair.Second.Elapsed - pair.First.Elapsed >= TimeSpan.FromMinutes(1));
            beats.After.Select(static beat => beat.Due).ShouldBe(
                Enumerable.Range(0, beats.After.Count).Select(i => beats.After[0].Due.AddMinutes(i)));
            if (step < Minute) beats.After[0].Due.ShouldBe(Start.AddMinutes(2));
            beats.Warnings.ShouldBe(
                step < Minute ? [] : [Back($"{step:c}")]);
        }
    }

    /// <summary>
    /// The only step after which the beat may be longer away: repeating nothing means waiting it out.
    /// </summary>
    [Theory]
    [InlineData(30)]
    [InlineData(59)]
    public async Task Set_back_by_less_than_a_minute_at_60_phases_no_occurrence_is_repeated(int seconds)
    {
        for (var phase = 0; phase < 60; phase++)
        {
            var beats = await BeatAsync(phase, TimeSpan.FromSeconds(-seconds));
            (beats.After[0].Elapsed - beats.Before[^1].Elapsed).ShouldBe(TimeSpan.FromSeconds(60 + seconds));
            beats.Before.Concat(beats.After).Select(static beat => beat.Due).ShouldBe(
                Enumerable.Range(1, beats.After.Count + 1).Select(static minute => Start.AddMinutes(minute)));
            beats.Warnings.ShouldBe([Back($"00:00:{seconds}")]);
        }
    }

    [Theory]
    [InlineData("-00:00:59", "")]
    [InlineData("-00:02:00", "any, range, step")]
    [InlineData("-03:00:00", "any, range, step")]
    [InlineData("-03:00:01", "any, fixed, range, step")]
    [InlineData("-1.00:00:00", "any, fixed, range, step")]
    public async Task Set_back_by_up_to_3_hours_only_entries_with_a_star_a_range_or_a_step_are_repeated(
        string by, string repeated)
    {
        await using var simulation = Simulation.Start(time: new TwoClockTime(Start.AddSeconds(-1)));
        Entry[] entries =
        [
            Schedule(simulation, "any", "* * * * *"),
            Schedule(simulation, "fixed", "0,30 12 * * *"),
            Schedule(simulation, "range", "0 9-12 * * *"),
            Schedule(simulation, "step", "*/5 12 * * *"),
        ];
        await simulation.AdvanceAsync(TimeSpan.FromSeconds(1));
        simulation.Runs.Count.ShouldBe(entries.Length); // all of them, at 12:00
        simulation.SetWallClock(TimeSpan.Parse(by, null));
        await simulation.AdvanceAsync(TimeSpan.FromSeconds(10));
        var again = entries.Where(static entry => entry.Due <= Start).Select(static entry => entry.Name);
        string.Join(", ", again).ShouldBe(repeated);
    }

    [Fact]
    public async Task Two_steps_back_of_40_s_are_acted_on_like_one_of_80_s()
    {
        await using var simulation = Simulation.Start(time: new TwoClockTime(Start.AddSeconds(50)));
        var beat = Schedule(simulation, CronName, "* * * * *");
        await simulation.AdvanceAsync(TimeSpan.FromSeconds(10));
        simulation.SetWallClock(TimeSpan.FromSeconds(-40));
        await simulation.AdvanceAsync(TimeSpan.FromSeconds(10));
        beat.Due.ShouldBe(Start.AddMinutes(2));
        simulation.SetWallClock(TimeSpan.FromSeconds(-40));
        await simulation.AdvanceAsync(TimeSpan.FromSeconds(10));
        beat.Due.ShouldBe(Start.AddMinutes(1));
    }

    [Fact]
    public async Task A_wall_clock_that_drifts_slowly_is_followed_without_a_word_until_it_is_a_second_off()
    {
        await using var simulation = Simulation.Start(time: new TwoClockTime(Start));
        Schedule(simulation, CronName, "* * * * *");
        for (var i = 0; i < 10; i++)
        {
            simulation.SetWallClock(TimeSpan.FromMilliseconds(100));
            await simulation.AdvanceAsync(TimeSpan.FromSeconds(10));
        }

        simulation.Log.Of(LogLevel.Warning).ShouldBeEmpty();
        simulation.SetWallClock(TimeSpan.FromMilliseconds(100));
        await simulation.AdvanceAsync(TimeSpan.FromSeconds(10));
        simulation.Log.Of(LogLevel.Warning).ShouldHaveSingleItem().ToString().ShouldBe(Forward("00:00:01.1000000"));
    }

    /// <summary>A beat at 12:01, the step at a phase of that minute, and five minutes more.</summary>
    private static async Task<Beats> BeatAsync(int phase, TimeSpan step)
    {
        var beats = new List<Beat>();
        var events = new List<TimeSpan>();
        await using var simulation = Simulation.Start(time: new TwoClockTime(Start.AddSeconds(50)));
        var clock = simulation.Time;
        simulation.Scheduler.Schedule(CronName, CronExpression.Parse("* * * * *"), run =>
        {
            beats.Add(new(run.Due, clock.GetUtcNow(), TimeSpan.FromTicks(clock.GetTimestamp()), run.Lateness));
            simulation.Scheduler.Schedule("event", TimeSpan.FromSeconds(10), _ =>
            {
                events.Add(TimeSpan.FromTicks(clock.GetTimestamp()));
                return Task.CompletedTask;
            });
            return Task.CompletedTask;
        });
        await simulation.AdvanceAsync(TimeSpan.FromSeconds(10 + phase) + TimeSpan.FromMilliseconds(250));
        var before = beats.ToArray();
        before.ShouldHaveSingleItem().Due.ShouldBe(Start.AddMinutes(1));
        var stepped = TimeSpan.FromTicks(clock.GetTimestamp());
        simulation.SetWallClock(step);
        await simulation.AdvanceAsync(TimeSpan.FromMinutes(5));
        var warnings = simulation.Log.Text.Skip(1).ToArray();
        var all = beats.Count;
        await simulation.AdvanceAsync(TimeSpan.FromSeconds(10)); // for the last event
        return new(stepped, before, beats.Skip(1).Take(all - 1).ToArray(), events.Take(all).ToArray(), warnings);
    }

    private static string Forward(string by) =>
        $"Warning: The wall clock moved forward by {by} against elapsed time (it was set or adjusted, or the "
            + "machine slept): cron entries follow the wall clock";

    private static string Back(string by) =>
        $"Warning: The wall clock moved back by {by} against elapsed time (it was set or adjusted): cron entries "
            + "follow the wall clock";

    private static Entry Schedule(Simulation simulation, string name, string cron) =>
        simulation.Scheduler.Schedule(name, CronExpression.Parse(cron), simulation.Record);

    private static string Count(int missed) => missed switch
    {
        1 => "1 occurrence",
        <= 1_000 => $"{missed} occurrences",
        _ => "more than 1,000 occurrences",
    };

    private sealed record Beat(DateTimeOffset Due, DateTimeOffset Time, TimeSpan Elapsed, TimeSpan Late);

    private sealed record Beats(
        TimeSpan Step, IReadOnlyList<Beat> Before, IReadOnlyList<Beat> After, IReadOnlyList<TimeSpan> Events,
        IReadOnlyList<string> Warnings);
}
