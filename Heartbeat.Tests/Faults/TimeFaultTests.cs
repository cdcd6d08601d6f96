using System.Globalization;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests.Faults;

/// <summary>The wall clock is set while the program runs, and the program is stopped for a while.</summary>
/// <remarks>
/// All children run at once, since each takes a minute or two of real time; each test then looks at one of them. The
/// clock is set right after a beat, while its event is pending: that event must come 10 s of elapsed time after the
/// beat.
/// </remarks>
[Trait("Category", "Faults")]
[Trait("Length", "Short")]
public sealed class TimeFaultTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FirstIn = TimeSpan.FromSeconds(5) + Beat.Slack;
    private static readonly TimeSpan NoticeIn = TimeSpan.FromSeconds(10) + Beat.Slack;
    private static readonly TimeSpan Suspension = TimeSpan.FromSeconds(75);

    private static readonly Dictionary<string, Func<Task>> Scenarios = new()
    {
        ["forward 1 s"] = () => SetALittleAsync(TimeSpan.FromSeconds(1), warned: null),
        ["forward 1 min"] = () => SetForwardAsync(Minute, missed: null),
        ["forward 1 h"] = () => SetForwardAsync(TimeSpan.FromHours(1), "59 occurrences"),
        ["forward 1 day"] = () => SetForwardAsync(TimeSpan.FromDays(1), "more than 1,000 occurrences"),
        ["forward 56 years"] = () => SetForwardAsync(TimeSpan.FromDays(56 * 365), "more than 1,000 occurrences"),
        ["back 1 s"] = () => SetALittleAsync(TimeSpan.FromSeconds(-1), warned: null),
        ["back 30 s"] = () => SetALittleAsync(TimeSpan.FromSeconds(-30), warned: true),
        ["back 90 s"] = () => SetBackAsync(TimeSpan.FromSeconds(90)),
        ["back 1 h"] = () => SetBackAsync(TimeSpan.FromHours(1)),
        ["back 1 day"] = () => SetBackAsync(TimeSpan.FromDays(1)),
        ["stopped over an event and a beat"] = StoppedOverAnEventAndABeatAsync,
        ["stopped over two beats"] = StoppedOverTwoBeatsAsync,
    };

    private static readonly Dictionary<string, Task> Running =
        Scenarios.ToDictionary(static scenario => scenario.Key, static scenario => Task.Run(scenario.Value));

    [ProgramTheory]
    [Trait("Fault", "clock set forward")]
    [InlineData("forward 1 s")]
    [InlineData("forward 1 min")]
    [InlineData("forward 1 h")]
    [InlineData("forward 1 day")]
    [InlineData("forward 56 years")]
    public Task Wall_clock_set_forward_gives_one_beat_within_11_s_and_then_the_grid(string step) => Running[step];

    [ProgramTheory]
    [Trait("Fault", "clock set back")]
    [InlineData("back 1 s")]
    [InlineData("back 30 s")]
    [InlineData("back 90 s")]
    [InlineData("back 1 h")]
    [InlineData("back 1 day")]
    public Task Wall_clock_set_back_gives_the_next_beat_within_70_s_and_repeats_none_after_less_than_a_minute(
        string step) => Running[step];

    [ProgramTheory]
    [Trait("Fault", "stopped process")]
    [InlineData("stopped over an event and a beat")]
    [InlineData("stopped over two beats")]
    public Task Program_that_was_stopped_for_75_s_catches_up_once_and_goes_on(string scenario) => Running[scenario];

    /// <summary>
    /// Steps after which no occurrence is missed or repeated: the next full minute, on the new time, is next.
    /// </summary>
    /// <param name="step">How far the clock is set.</param>
    /// <param name="warned">
    /// Whether a line says so; <see langword="null"/> where the step is just at the tolerance of 1 s.
    /// </param>
    private static async Task SetALittleAsync(TimeSpan step, bool? warned)
    {
        using var clock = WallClock.BeforeABeat();
        await using var program = ChildProgram.Start([ChildProgram.On], clock: clock);
        var timed = await SetAfterABeatAsync(program, clock, step);

        var next = await program.LineAsync(Beat.Timed, Minute - step + Beat.Slack, 2);
        next.ShouldBeOnTheMinute(clock.Shift);
        (Beat.InstantOf(next) - Beat.InstantOf(timed)).ShouldBeInRange(Minute - Beat.Slack, Minute + Beat.Slack);
        (await program.StopAsync()).ShouldBeStopLineAtABeat(3, next);

        var warnings = Warnings(program);
        warnings.Length.ShouldBeInRange(warned == true ? 1 : 0, warned == false ? 0 : 1, program.ToString());
        foreach (var warning in warnings) ShouldTellOf(warning, step);
        Kinds(program).ShouldBe("timed event timed");
    }

    private static async Task SetBackAsync(TimeSpan step)
    {
        using var clock = WallClock.BeforeABeat();
        await using var program = ChildProgram.Start([ChildProgram.On], clock: clock);
        var timed = await SetAfterABeatAsync(program, clock, -step);

        var next = await program.LineAsync(Beat.Timed, TimeSpan.FromSeconds(70), 2);
        next.ShouldBeOnTheMinute(clock.Shift);
        next.Text.ShouldNotBe(timed.Text);
        (await program.StopAsync()).ShouldBeStopLineAtABeat(3, next);

        ShouldTellOf(Warnings(program).ShouldHaveSingleItem(), -step);
        Kinds(program).ShouldBe("timed event timed");
    }

    private static async Task SetForwardAsync(TimeSpan step, string? missed)
    {
        using var clock = WallClock.BeforeABeat();
        await using var program = ChildProgram.Start([ChildProgram.On], clock: clock);
        await SetAfterABeatAsync(program, clock, step);

        var caughtUp = await program.LineAsync(Beat.Timed, NoticeIn, 2);
        caughtUp.ShouldBeOfNow(clock.Shift);
        var its = await program.LineAsync(Beat.Event + caughtUp.Text[Beat.Timed.Length..], NoticeIn);
        its.ShouldBeTheEventOf(caughtUp, clock.Shift);
        var next = await program.LineAsync(Beat.Timed, Minute + Beat.Slack, 3);
        next.ShouldBeOnTheMinute(clock.Shift);
        (await program.StopAsync()).ShouldBeStopLineAtABeat(5, next);

        var warnings = Warnings(program);
        ShouldTellOf(warnings[0], step);
        warnings[1..].ShouldBe(missed is null ? [] : [MissedLine(missed, caughtUp)]);
        program.Lines.Count(static line => line.Text.StartsWith("INFO: ", StringComparison.Ordinal))
            .ShouldBe(7, program.ToString());
    }

    /// <summary>Waits for the first beat, sets the clock, and sees the event come in spite of it.</summary>
    private static async Task<Line> SetAfterABeatAsync(ChildProgram program, WallClock clock, TimeSpan step)
    {
        var timed = await program.LineAsync(Beat.Timed, FirstIn);
        var shift = clock.Shift;
        timed.ShouldBeOnTheMinute(shift);
        await EndOfRunAsync();
        clock.Shift += step;
        (await program.LineAsync(Beat.Event, NoticeIn)).ShouldBeTheEventOf(timed, shift);
        return timed;
    }

    private static async Task StoppedOverAnEventAndABeatAsync()
    {
        using var clock = WallClock.BeforeABeat();
        await using var program = ChildProgram.Start([ChildProgram.On], clock: clock);
        var timed = await program.LineAsync(Beat.Timed, FirstIn);

        await SuspendAsync(program);
        var late = await program.LineAsync(Beat.Event, Beat.Slack);
        late.Text.ShouldBe(Beat.Event + timed.Text[Beat.Timed.Length..]);
        var caughtUp = await program.LineAsync(Beat.Timed, Beat.Slack, 2);
        caughtUp.ShouldBeOfNow(clock.Shift);
        (await program.LineAsync(Beat.Event, NoticeIn, 2)).ShouldBeTheEventOf(caughtUp, clock.Shift);
        var next = await program.LineAsync(Beat.Timed, Minute + Beat.Slack, 3);
        next.ShouldBeOnTheMinute(clock.Shift);
        (await program.StopAsync()).ShouldBeStopLineAtABeat(5, next);

        Warnings(program).ShouldBeEmpty();
        program.Lines.Count.ShouldBe(7, program.ToString());
    }

    private static async Task StoppedOverTwoBeatsAsync()
    {
        using var clock = WallClock.BeforeABeat();
        await using var program = ChildProgram.Start([ChildProgram.On], clock: clock);
        await program.LineAsync("INFO: Scheduled", FirstIn);

        await SuspendAsync(program);
        var caughtUp = await program.LineAsync(Beat.Timed, Beat.Slack);
        caughtUp.ShouldBeOfNow(clock.Shift);
        (await program.LineAsync(Beat.Event, NoticeIn)).ShouldBeTheEventOf(caughtUp, clock.Shift);
        (await program.StopAsync()).ShouldBe("INFO: Stopped: 2 runs started, 0 failed; no one-shot was pending");

        Warnings(program).ShouldBe([MissedLine("1 occurrence", caughtUp)]);
        Kinds(program).ShouldBe("timed event");
    }

    /// <summary>
    /// Lets the run end whose line has just come: caught in it, the next one would overlap and be skipped.
    /// </summary>
    private static Task EndOfRunAsync() => Task.Delay(TimeSpan.FromSeconds(1));

    private static async Task SuspendAsync(ChildProgram program)
    {
        await EndOfRunAsync();
        program.Send(Signal.Stop);
        await Task.Delay(Suspension);
        program.Send(Signal.Continue);
    }

    private static string[] Warnings(ChildProgram program) =>
        [.. program.Text.Where(static line => line.StartsWith("WARNING: ", StringComparison.Ordinal))];

    private static string Kinds(ChildProgram program) => string.Join(' ', program.Text
        .Where(static line => line.StartsWith("INFO: Heartbeat (", StringComparison.Ordinal))
        .Select(static line => line[17..22]));

    private static string MissedLine(string missed, Line caughtUp) =>
        $"WARNING: heartbeat (timed): missed {missed}; running the one due "
            + $"{Beat.InstantOf(caughtUp):yyyy-MM-ddTHH:mm}:00+00:00";

    /// <summary>The two clocks cannot be read at one instant, so the line is exact to some microseconds only.</summary>
    private static void ShouldTellOf(string warning, TimeSpan step)
    {
        var beginning = $"WARNING: The wall clock moved {(step > TimeSpan.Zero ? "forward" : "back")} by ";
        var end = " against elapsed time (it was set or adjusted"
            + $"{(step > TimeSpan.Zero ? ", or the machine slept" : "")}): cron entries follow the wall clock";
        warning.ShouldStartWith(beginning);
        warning.ShouldEndWith(end);
        TimeSpan.Parse(warning[beginning.Length..^end.Length], CultureInfo.InvariantCulture)
            .ShouldBe(step.Duration(), TimeSpan.FromMilliseconds(50), warning);
    }
}
