using Shouldly;
using Xunit;

namespace Heartbeat.Tests.Faults;

/// <summary>What the environment says, and in which language.</summary>
[Trait("Category", "Faults")]
[Trait("Length", "Short")]
public sealed class SwitchFaultTests
{
    private const string Off = "INFO: Heartbeat is off: set ENABLE_HEARTBEAT=1 to turn it on";
    private const string Scheduled = "INFO: Scheduled heartbeat (timed): '* * * * *' in UTC, first due ";

    /// <remarks>
    /// Turns red with <c>bool.TryParse</c>, without the trimming, and with a comparison that minds case.
    /// </remarks>
    [ProgramTheory]
    // off
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData(" ", false)]
    [InlineData("\t\n", false)]
    [InlineData("0", false)]
    [InlineData("false", false)]
    [InlineData("FALSE", false)]
    [InlineData(" no ", false)]
    [InlineData("off", false)]
    [InlineData("oFf", false)]
    // on
    [InlineData("1", true)]
    [InlineData("true", true)]
    [InlineData("TRUE", true)]
    [InlineData(" true ", true)]
    [InlineData("yes", true)]
    [InlineData("on", true)]
    public async Task Accepted_spellings_switch_without_a_warning(string? value, bool on)
    {
        var lines = await FirstLinesAsync(value);

        lines.Count.ShouldBe(1);
        lines[0].ShouldStartWith(on ? Scheduled : Off);
    }

    /// <remarks>Turns red if the value is not escaped, not cut, or cut before it is compared.</remarks>
    [ProgramTheory]
    [InlineData("2", "2")]
    [InlineData("truе", "tru<U+0435>")] // its last letter is Cyrillic
    [InlineData("оff", "<U+043E>ff")] // its first letter is Cyrillic
    [InlineData("ｏｎ", "<U+FF4F><U+FF4E>")] // full width
    [InlineData("tru\u0131", "tru<U+0131>")]
    [InlineData("1\nINFO: Heartbeat (event): UUID=0", "1<U+000A>INFO: Heartbeat (event): UUID=0")]
    [InlineData("\u001B[2J\u0007\r", "<U+001B>[2J<U+0007>")]
    [InlineData("no\u2028INFO: x", "no<U+2028>INFO: x")]
    public async Task Any_other_value_is_on_with_a_warning_that_cannot_forge_a_line(string value, string shown)
    {
        var lines = await FirstLinesAsync(value);

        lines.Count.ShouldBe(2);
        lines[0].ShouldBe(Warning(shown));
        lines[1].ShouldStartWith(Scheduled);
    }

    /// <remarks>Turns red if the value is not cut.</remarks>
    [ProgramFact]
    public async Task Value_of_64_KB_is_on_with_a_warning_that_is_cut()
    {
        var lines = await FirstLinesAsync(new string('1', 65_536));

        lines.Count.ShouldBe(2);
        lines[0].ShouldBe(Warning(new string('1', 64) + "..."));
        lines[1].ShouldStartWith(Scheduled);
    }

    /// <remarks>Turns red if letters or dates follow the culture, in a build that knows cultures.</remarks>
    [ProgramTheory]
    [InlineData("tr_TR.UTF-8")]
    [InlineData("ar_SA.UTF-8")]
    [InlineData("fa_IR.UTF-8")]
    public async Task Every_culture_has_the_same_words_digits_and_calendar(string culture)
    {
        using var clock = WallClock.BeforeABeat();
        await using var program = ChildProgram.Start(
            [("ENABLE_HEARTBEAT", "TRUE"), ("LOG_LEVEL", "INFORMATION"), ("LC_ALL", culture), ("LANG", culture)],
            clock: clock);

        var timed = await program.LineAsync(Beat.Timed, TimeSpan.FromSeconds(8));
        timed.ShouldBeOnTheMinute(clock.Shift);
        var stopped = await program.StopAsync();

        stopped.ShouldBeStopLineAtABeat(1, timed);
        program.Text.ShouldBe([$"{Scheduled}{Beat.InstantOf(timed):yyyy-MM-ddTHH:mm}:00+00:00", timed.Text, stopped]);
    }

    /// <summary>Starts and stops the program.</summary>
    /// <returns>What it said before the stop.</returns>
    private static async Task<IReadOnlyList<string>> FirstLinesAsync(string? value)
    {
        using var clock = WallClock.AfterABeat();
        await using var program = ChildProgram.Start(value is null ? [] : [("ENABLE_HEARTBEAT", value)], clock: clock);
        await program.LineAsync("INFO: ", TimeSpan.FromSeconds(5));
        (await program.StopAsync()).ShouldBe(Beat.StopLine(0));
        return [.. program.Text.SkipLast(1)];
    }

    private static string Warning(string shown) =>
        $"WARNING: ENABLE_HEARTBEAT='{shown}' is taken as on; "
        + "the spellings are 1, true, yes, on; or 0, false, no, off and nothing for off";
}
