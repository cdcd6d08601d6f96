using Shouldly;
using Xunit;

namespace Heartbeat.Tests.Faults;

/// <summary>The published program through one real beat, on the machine's own clock: 75 s at most.</summary>
[Trait("Category", "Smoke")]
[Trait("Category", "Faults")]
[Trait("Length", "Short")]
public sealed class SmokeTest
{
    /// <remarks>
    /// Turns red if the minute is not kept, a line differs, the delay is not 10 s, or the end is not told.
    /// </remarks>
    [ProgramFact]
    public async Task One_beat_is_two_lines_with_one_id_ten_seconds_apart_and_SIGTERM_ends_the_program_with_0()
    {
        var slack = TimeSpan.FromMilliseconds(250);
        await using var program = ChildProgram.Start([ChildProgram.On]);
        var started = DateTimeOffset.UtcNow;

        var timed = await program.LineAsync(Beat.Timed, TimeSpan.FromSeconds(62));
        var its = await program.LineAsync(Beat.Event, TimeSpan.FromSeconds(12));
        var stopped = await program.StopAsync();

        timed.ShouldBeOnTheMinute(slack: slack);
        (Beat.InstantOf(timed) - started).ShouldBeLessThan(TimeSpan.FromMinutes(1) + slack);
        its.ShouldBeTheEventOf(timed, slack: slack);
        stopped.ShouldMatch("^INFO: Stopped: [0-9,]+ runs started, 0 failed; ");
        // Others may have jobs too.
        program.Text.Where(static line => line.Contains("eartbeat", StringComparison.Ordinal))
            .ShouldBe([Beat.ScheduledLine(timed), timed.Text, its.Text]);
    }
}
