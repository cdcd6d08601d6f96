using Shouldly;
using Xunit;

namespace Heartbeat.Tests.Faults;

/// <summary>Nobody takes what the program writes.</summary>
/// <remarks>
/// A log line that is lost shows in the exit code, and in one line on stderr unless the pipe is full. Turns red with
/// <c>Console.WriteLine</c> in the jobs or the loop (a full pipe blocks it, a full disk ends the program), with a flush
/// or a report at the end that waits for ever, and if a failed write goes unnoticed.
/// </remarks>
[Trait("Category", "Faults")]
[Trait("Length", "Short")]
public sealed class OutputFaultTests
{
    /// <summary>A pipe holds so much.</summary>
    private const string FillPipe = "head -c 65536 /dev/zero";

    private const string Lost = "heartbeat: log lines are lost, since stdout cannot be written: ";

    private static readonly Dictionary<string, (string? Shell, Reading Reading, int Code, string Error)> Outputs = new()
    {
        ["reader gone"] = (null, Reading.OneLineThenClose, 0, ""),
        ["closed"] = ("""exec "$0" "$@" >&-""", Reading.Nothing, 1, $"{Lost}it is closed\n"),
        ["all three closed"] = ("""exec "$0" "$@" <&- >&- 2>&-""", Reading.Nothing, 1, ""),
        ["full disk"] = ("""exec "$0" "$@" >/dev/full""", Reading.Nothing, 1, $"{Lost}No space left on device\n"),
        ["full pipe that nobody reads"] = ($"{FillPipe}; exec \"$0\" \"$@\"", Reading.Nothing, 1, ""),
        ["full pipe for stderr too"] = ($"{FillPipe}; exec \"$0\" \"$@\" 2>&1", Reading.Nothing, 1, ""),
        ["read-only"] = ("""exec "$0" "$@" 1</dev/null""", Reading.Nothing, 1, $"{Lost}it is closed\n"),
    };

    private static readonly Dictionary<(string Output, string Format), Task> Running = (
        from output in Outputs.Keys
        from format in new[] { "plain", "json" }
        select (output, format)).ToDictionary(
            static each => each, static each => Task.Run(() => BeatAndStopAsync(each.output, each.format)));

    [ProgramTheory]
    [InlineData("reader gone", "plain")]
    [InlineData("closed", "plain")]
    [InlineData("all three closed", "plain")]
    [InlineData("full disk", "plain")]
    [InlineData("full pipe that nobody reads", "plain")]
    [InlineData("full pipe for stderr too", "plain")]
    [InlineData("read-only", "plain")]
    [InlineData("reader gone", "json")]
    [InlineData("closed", "json")]
    [InlineData("all three closed", "json")]
    [InlineData("full disk", "json")]
    [InlineData("full pipe that nobody reads", "json")]
    [InlineData("full pipe for stderr too", "json")]
    [InlineData("read-only", "json")]
    public Task Program_lives_on_through_a_beat_and_stops_as_told_when_its_output_is(string output, string format) =>
        Running[(output, format)];

    /// <remarks>Turns red if a closed stdout swallows what is written to it.</remarks>
    [ProgramTheory]
    [InlineData("--help", ">/dev/full", "No space left on device")]
    [InlineData("--version", ">&-", "it is closed")]
    public async Task One_answer_that_cannot_be_written_is_a_sentence_on_stderr(
        string argument, string redirection, string reason)
    {
        var shell = $"exec \"$0\" \"$@\" {redirection}";
        await using var program = ChildProgram.Start([], [argument], shell, reading: Reading.Nothing);
        (await program.ExitAsync(TimeSpan.FromSeconds(5))).ShouldBe(1);
        (await program.ErrorsAsync()).ShouldBe($"heartbeat: output cannot be written: {reason}\n");
    }

    /// <remarks>Turns red if an exception of the console ends the program.</remarks>
    [ProgramTheory]
    [InlineData("--help", ">/dev/full 2>/dev/full", 1)]
    [InlineData("--version", ">/dev/full 2>/dev/full", 1)]
    [InlineData("--nonsense", ">/dev/full 2>/dev/full", 2)]
    [InlineData("--help", ">&- 2>&-", 1)]
    [InlineData("--version", ">&- 2>&-", 1)]
    [InlineData("--nonsense", ">&- 2>&-", 2)]
    public async Task One_answer_is_given_without_an_abort_when_nothing_takes_it(
        string argument, string redirection, int exitCode)
    {
        var shell = $"exec \"$0\" \"$@\" {redirection}";
        await using var program = ChildProgram.Start([], [argument], shell, reading: Reading.Nothing);
        (await program.ExitAsync(TimeSpan.FromSeconds(5))).ShouldBe(exitCode);
    }

    private static async Task BeatAndStopAsync(string output, string format)
    {
        var (shell, reading, exitCode, errors) = Outputs[output];
        using var clock = WallClock.BeforeABeat();
        await using var program = ChildProgram.Start(
            [ChildProgram.On, ("LOG_FORMAT", format)], shell: shell, clock: clock, reading: reading);

        // 5 s to the beat, 10 s to its event, and some: the program can tell nobody when they have come.
        await Should.ThrowAsync<TimeoutException>(() => program.ExitAsync(TimeSpan.FromSeconds(17)));
        program.ProcessorTime.ShouldBeLessThan(TimeSpan.FromSeconds(1), "it spins");
        program.Send(Signal.Terminate);
        (await program.ExitAsync(TimeSpan.FromSeconds(6))).ShouldBe(exitCode, output);
        (await program.ErrorsAsync()).ShouldBe(errors);
    }
}
