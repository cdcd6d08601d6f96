using Heartbeat.Tests.Infra;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests.Faults;

/// <summary>
/// The published program, asked to verify a log, where its report cannot be written or a file not be read.
/// </summary>
/// <remarks>Turns red if what the console throws is taken for a log that can't be read.</remarks>
[Trait("Category", "Faults")]
[Trait("Length", "Short")]
public sealed class VerifyFaultTests
{
    [ProgramTheory]
    [InlineData("verify", "", 0, "")]
    [InlineData("verify --json", "", 0, "")]
    [InlineData("verify", ">/dev/full", 1, "heartbeat: output cannot be written: No space left on device\n")]
    [InlineData("verify --json", ">/dev/full", 1, "heartbeat: output cannot be written: No space left on device\n")]
    [InlineData("verify - /", "", 2, "")]
    [InlineData("verify /", "", 2, "heartbeat: nothing to verify: cannot read '/': it is a directory.\n")]
    [InlineData("verify --since tomorrow", "", 2,
        "heartbeat: --since must be as 2026-11-25T06:00Z, 2026-11-25 07:00 (local time) or now, found 'tomorrow'.\n")]
    public async Task Exits_as_its_help_says(string arguments, string redirection, int exitCode, string errors)
    {
        var lines = VerifyLog.Beats(new(2026, 11, 23, 22, 0, 0, TimeSpan.Zero), 3).Select(static beat => beat.Line);
        var shell = $"exec \"$0\" \"$@\" {redirection} <<END\n{string.Join('\n', lines)}\nEND";
        await using var program = ChildProgram.Start([], arguments.Split(' '), shell);
        (await program.ExitAsync(TimeSpan.FromSeconds(10))).ShouldBe(exitCode);
        (await program.ErrorsAsync()).ShouldBe(errors);
    }
}
