using Shouldly;
using Xunit;

namespace Heartbeat.Tests.Faults;

/// <summary>Signals at any time.</summary>
/// <remarks>
/// Until the program has its handlers, some ten milliseconds after its start, a signal has the system's meaning and
/// ends it with 128 and its number: no program can change that. From the first line of the log on it ends with 0.
/// </remarks>
[Trait("Category", "Faults")]
[Trait("Length", "Short")]
public sealed class StopFaultTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    /// <remarks>
    /// Turns red if handlers are registered after the first line, and if a signal meets a program that is half up and
    /// is lost.
    /// </remarks>
    [ProgramFact]
    public async Task SIGTERM_from_0_to_300_ms_after_the_start_always_ends_the_program()
    {
        var codes = new int[100];
        await Parallel.ForAsync(0, codes.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (run, _) =>
        {
            using var clock = WallClock.AfterABeat();
            await using var program = ChildProgram.Start([ChildProgram.On], clock: clock);
            await Task.Delay(TimeSpan.FromMilliseconds(3 * run), CancellationToken.None);
            program.Send(Signal.Terminate);
            codes[run] = await program.ExitAsync(ChildProgram.IdleStop);
            if (program.Lines.Count > 0) codes[run].ShouldBe(0, $"{3 * run} ms: {program}");
            if (codes[run] == 0) program.Text[^1].ShouldBe(Beat.StopLine(0), program.ToString());
        });

        codes.ShouldAllBe(static code => code == 0 || code == 143);
        codes[^10..].ShouldAllBe(static code => code == 0);
    }

    /// <remarks>Turns red with a late registration, and with a signal left out.</remarks>
    [ProgramTheory]
    [InlineData(Signal.Hangup)]
    [InlineData(Signal.Interrupt)]
    [InlineData(Signal.Quit)]
    [InlineData(Signal.Terminate)]
    public async Task Each_of_the_four_signals_right_after_the_first_line_ends_the_program_with_0(Signal signal)
    {
        for (var run = 0; run < 10; run++)
        {
            using var clock = WallClock.AfterABeat();
            await using var program = ChildProgram.Start([ChildProgram.On], clock: clock);
            await program.LineAsync("INFO: Scheduled", Soon);
            (await program.StopAsync(signal)).ShouldBe(Beat.StopLine(0));
        }
    }

    /// <remarks>
    /// Turns red if a job that is going is not waited for, and if one that schedules at that moment fails.
    /// </remarks>
    [ProgramFact]
    public async Task SIGTERM_during_a_beat_drops_its_event_or_refuses_it_and_nothing_fails()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(static async _ =>
        {
            using var clock = WallClock.BeforeABeat();
            await using var program = ChildProgram.Start([ChildProgram.On], clock: clock);
            var timed = await program.LineAsync(Beat.Timed, Soon);
            (await program.StopAsync()).ShouldBeStopLineAtABeat(1, timed);
        }));
    }

    /// <remarks>
    /// Turns red with a delay that does not know of the stop: the event runs, or the stop waits for it.
    /// </remarks>
    [ProgramFact]
    public async Task SIGTERM_between_a_beat_and_its_event_drops_the_event_and_names_it()
    {
        using var clock = WallClock.BeforeABeat();
        await using var program = ChildProgram.Start([ChildProgram.On], clock: clock);
        var timed = await program.LineAsync(Beat.Timed, Soon);
        await Task.Delay(TimeSpan.FromSeconds(5));

        (await program.StopAsync()).ShouldBe(Beat.StopLine(1, timed));
        program.Lines.Count.ShouldBe(3);
    }

    /// <remarks>Turns red if the stop counts the run that is going as one to come.</remarks>
    [ProgramFact]
    public async Task SIGTERM_during_an_event_leaves_nothing_to_drop()
    {
        using var clock = WallClock.BeforeABeat();
        await using var program = ChildProgram.Start([ChildProgram.On], clock: clock);
        await program.LineAsync(Beat.Event, Soon + TimeSpan.FromSeconds(10));

        (await program.StopAsync()).ShouldBe(Beat.StopLine(2));
    }

    /// <remarks>
    /// A pipe that is full holds the stop up, for as long as its last line may take. Turns red if the second signal is
    /// taken like the first.
    /// </remarks>
    [ProgramTheory]
    [InlineData(Signal.Terminate, 143)]
    [InlineData(Signal.Interrupt, 130)]
    public async Task Second_signal_ends_the_program_at_once(Signal signal, int exitCode)
    {
        using var clock = WallClock.AfterABeat();
        await using var program = ChildProgram.Start(
            [ChildProgram.On], clock: clock, reading: Reading.OneLineThenNothing);
        await program.LineAsync("INFO: Scheduled", Soon);
        program.FillOutput();

        var end = program.ExitAsync(ChildProgram.IdleStop);
        while (!end.IsCompleted)
        {
            program.Send(signal); // again and again, since two that are pending together are one
            await Task.WhenAny(end, Task.Delay(TimeSpan.FromMilliseconds(100)));
        }

        (await end).ShouldBe(exitCode);
    }

    /// <remarks>Turns red with a registration that does not look at what the parent has decided.</remarks>
    [ProgramTheory]
    [InlineData("""exec nohup "$0" "$@" """, Signal.Hangup)]
    [InlineData("""trap "" INT QUIT; exec "$0" "$@" """, Signal.Interrupt)]
    [InlineData("""trap "" INT QUIT; exec "$0" "$@" """, Signal.Quit)]
    [InlineData("""trap "" TERM; exec "$0" "$@" """, Signal.Terminate)]
    public async Task Signal_that_the_parent_ignores_stays_ignored(string shell, Signal signal)
    {
        using var clock = WallClock.BeforeABeat();
        await using var program = ChildProgram.Start([ChildProgram.On], shell: shell, clock: clock);
        await program.LineAsync("INFO: Scheduled", Soon);
        program.Send(signal);

        var timed = await program.LineAsync(Beat.Timed, Soon);
        program.Send(signal == Signal.Terminate ? Signal.Interrupt : Signal.Terminate);
        (await program.ExitAsync(ChildProgram.IdleStop)).ShouldBe(0);
        program.Text[^1].ShouldBeStopLineAtABeat(1, timed);
    }
}
