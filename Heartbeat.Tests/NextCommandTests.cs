using Heartbeat.Cli;
using Heartbeat.Tests.Infra;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <remarks>
/// Sabotages caught: a gap noted where nothing is skipped; an overlap looked for in one direction; the passes
/// exchanged; the answer of .NET about local times believed, which misses Dublin; an instant without an offset
/// accepted.
/// </remarks>
[Collection(ConsoleCapture.Collection)]
public sealed class NextCommandTests
{
    private const string Quotes = "put it in quotes, as in: heartbeat next '0 9 * * MON-FRI'";
    private const string InstantShape =
        "--after must be an instant with an offset, as in 2026-03-28T12:00+01:00 or 2026-03-28T11:00Z; found ";

    [Fact]
    public void Shows_the_next_five_from_now_on_in_UTC() => Next("0 9 * * MON-FRI").ShouldBe(
    [
        "2026-11-25T09:00:00+00:00  Wed",
        "2026-11-26T09:00:00+00:00  Thu",
        "2026-11-27T09:00:00+00:00  Fri",
        "2026-11-30T09:00:00+00:00  Mon",
        "2026-12-01T09:00:00+00:00  Tue",
    ]);

    [Theory]
    [InlineData("0 3 * * *", "2026-03-29T03:00:00+02:00  Sun")]
    [InlineData("30 2 * * *",
        "2026-03-29T03:00:00+02:00  Sun  clocks go forward from 02:00 to 03:00: 02:30 does not exist and runs at the "
            + "end of the gap")]
    [InlineData("*/15 2-3 * * *",
        "2026-03-29T03:00:00+02:00  Sun  clocks go forward from 02:00 to 03:00: 02:00 does not exist and runs at the "
            + "end of the gap")]
    public void Notes_what_a_gap_moves(string expression, string line) =>
        Next("--zone", "Europe/Berlin", "--after", "2026-03-28T12:00Z", "-n", "1", expression).ShouldBe([line]);

    [Fact]
    public void Notes_a_gap_of_a_day() => Next(
        "-n", "1", "--zone", "Pacific/Apia", "--after", "2011-12-30T00:00Z", "0 12 * * *").ShouldBe(
    [
        "2011-12-31T00:00:00+14:00  Sat  clocks go forward from 2011-12-30 00:00 to 2011-12-31 00:00: "
        + "2011-12-30 12:00 does not exist and runs at the end of the gap",
    ]);

    [Fact]
    public void Notes_both_passes_of_an_overlap() =>
        Next("--zone", "Europe/Dublin", "--after", "2026-10-25T00:30+01:00", "*/30 0-2 * * *").ShouldBe(
        [
            "2026-10-25T01:00:00+01:00  Sun  clocks go back and show 01:00 twice: first pass",
            "2026-10-25T01:30:00+01:00  Sun  clocks go back and show 01:30 twice: first pass",
            "2026-10-25T01:00:00+00:00  Sun  clocks go back and show 01:00 twice: second pass",
            "2026-10-25T01:30:00+00:00  Sun  clocks go back and show 01:30 twice: second pass",
            "2026-10-25T02:00:00+00:00  Sun",
        ]);

    [Fact]
    public void Notes_that_a_fixed_time_runs_once_in_an_overlap() =>
        Next("--zone", "Europe/Dublin", "--after", "2026-10-24 12:00:00.5+01:00", "-n", "2", "30 1 * * *").ShouldBe(
        [
            "2026-10-25T01:30:00+01:00  Sun  clocks go back and show 01:30 twice: runs in the first pass only",
            "2026-10-26T01:30:00+00:00  Mon",
        ]);

    [Theory]
    [InlineData("0 0 13 * FRI",
        "note: a day that matches either day field is enough, as in crontab(5); Cronos requires both")]
    [InlineData("0 0 */2 * 1",
        "note: a day must match both day fields, as in crontab(5); to Kubernetes either is enough")]
    public void Notes_the_day_rule_where_programs_differ(string expression, string note) =>
        Next("-n", "1", expression)[^1].ShouldBe(note);

    [Fact]
    public void Ends_with_the_last_occurrence_of_all() =>
        Next("--after", "9999-12-31T23:58:59Z", "* * * * *").ShouldBe(["9999-12-31T23:59:00+00:00  Fri"]);

    [Theory]
    [InlineData("next needs an expression, as in: heartbeat next '0 9 * * MON-FRI'")]
    [InlineData("next takes one expression, found 5: " + Quotes, "0", "9", "*", "*", "*")]
    [InlineData("next has no option '--zne'; it has --zone, --after and -n.", "--zne", "UTC", "* * * * *")]
    [InlineData("--zone needs a value.", "* * * * *", "--zone")]
    [InlineData("unknown time zone 'Europe/Berln': did you mean Europe/Berlin?", "--zone", "Europe/Berln", "* * * * *")]
    [InlineData("unknown time zone '../passwd\u0000': write it as in Europe/Berlin.", "--zone", "../passwd\0",
        "* * * * *")]
    [InlineData(InstantShape + "'now'.", "--after", "now", "* * * * *")]
    [InlineData(InstantShape + "'2026-03-28T12:00'.", "--after", "2026-03-28T12:00", "* * * * *")]
    [InlineData(InstantShape + "'2026-02-30T12:00Z'.", "--after", "2026-02-30T12:00Z", "* * * * *")]
    [InlineData("-n must be from 1 to 1000; found '0'.", "-n", "0", "* * * * *")]
    [InlineData("-n must be from 1 to 1000; found '1001'.", "-n", "1001", "* * * * *")]
    [InlineData("-n must be from 1 to 1000; found ' 5'.", "-n", " 5", "* * * * *")]
    [InlineData("Invalid cron expression '60 * * * *': minute must be 0-59, found '60'.", "60 * * * *")]
    [InlineData(
        "Invalid cron expression '-5 * * * *': minute must be 0-59, found '-5'; a range has two ends, as in '9-17'.",
        "-5 * * * *")]
    [InlineData("'0 0 31 2 *' never occurs: no such day in that month (first day 31, longest month 29 days).",
        "0 0 31 2 *")]
    [InlineData("'* * * * *' does not occur after 9999-12-31T23:59:00+00:00.", "--after", "9999-12-31T23:59Z",
        "* * * * *")]
    public void Refuses_in_one_sentence(string message, params string[] arguments) =>
        Should.Throw<UsageException>(() => Next(arguments)).Message.ShouldBe(
            message.Replace("\0", "<U+0000>", StringComparison.Ordinal));

    [Fact]
    public void Says_that_a_machine_without_zone_data_has_none() =>
        NextCommand.Unknown("Europe/Berlin", ["UTC"]).Message.ShouldBe(
            "this machine has no time zone data: install it (Debian: tzdata), or leave out --zone for UTC.");

    [Fact]
    public async Task Is_a_command_of_the_program()
    {
        using var console = new ConsoleCapture();
        (await Program.Main(["next", "-n", "1", "--after", "2026-11-25T08:00Z", "0 9 * * *"])).ShouldBe(0);
        console.Lines.ShouldBe(["2026-11-25T09:00:00+00:00  Wed"]);
        (await Program.Main(["next", "0 0 30 2 *"])).ShouldBe(2);
        console.Lines.ShouldBeEmpty();
        console.Error.ReplaceLineEndings("\n").ShouldBe(
            "heartbeat: '0 0 30 2 *' never occurs: no such day in that month (first day 30, longest month 29 days).\n");
    }

    private static string[] Next(params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        NextCommand.Run(arguments, output, new FakeTimeProvider(new(2026, 11, 25, 8, 0, 0, TimeSpan.Zero)));
        return output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
