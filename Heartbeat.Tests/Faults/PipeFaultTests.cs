using Shouldly;
using Xunit;

namespace Heartbeat.Tests.Faults;

/// <summary>Ctrl+C at a terminal: every process of a pipe gets the signal, and not only the program.</summary>
/// <remarks>Turns red without the -i of tee: it then ends before the program's last line comes.</remarks>
[Trait("Category", "Faults")]
[Trait("Length", "Short")]
public sealed class PipeFaultTests
{
    private const char CtrlC = '\u0003';

    [ProgramFact]
    public async Task Ctrl_C_at_a_pipe_into_tee_that_ignores_it_keeps_the_line_of_the_stop()
    {
        var log = Path.GetTempFileName();
        try
        {
            using var clock = WallClock.AfterABeat();
            // script makes a terminal, in which it runs the pipe, and passes on what is typed.
            await using var program = ChildProgram.Start(
                [ChildProgram.On], shell: $"""exec script -q -e -c "'$0' | tee -i '{log}'" /dev/null""", clock: clock);
            var scheduled = await program.LineAsync("INFO: Scheduled", TimeSpan.FromSeconds(10));

            program.Type(CtrlC);

            await program.ExitAsync(ChildProgram.IdleStop);
            (await File.ReadAllLinesAsync(log)).ShouldBe(
                [scheduled.Text, Beat.StopLine(0)], program.ToString());
        }
        finally
        {
            File.Delete(log);
        }
    }
}
