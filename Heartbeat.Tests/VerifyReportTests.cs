using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Heartbeat.Cli.Verify;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;
using static Heartbeat.Tests.Infra.VerifyLog;

namespace Heartbeat.Tests;

public sealed class VerifyReportTests
{
    private static readonly DateTimeOffset Evening = new(2026, 11, 23, 22, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_good_night_is_alive()
    {
        var verified = Verify(Beats(Evening, 480).Select(static beat => beat.Line));
        verified.Output.ShouldBe(Joined("""
            All alive up to the last beat: nothing missing.
            480 beats, 480 events, 1 process: 2026-11-23 22:00 to 2026-11-24 05:59 UTC.
            The lines tell no time: nothing is known after the last beat.

            7B4E4C2AD94E  2026-11-23 22:00 to 2026-11-24 05:59  480 beats, 480 events; at most 0.5 ms after the minute

                        00    03    06    09    12    15    18    21
            2026-11-23  ............................................####
            2026-11-24  ############....................................

            30 minutes a character, UTC: # all there, + half of a pair missing, - beats missing, x no beat, \
            . not in the log

            """));
        verified.ExitCode.ShouldBe(0);
    }

    [Fact]
    public void A_stall_of_7_minutes_and_a_restart_are_named()
    {
        // The late beat is the one with which the scheduler makes up for the minutes it was stopped.
        var late = Evening.AddMinutes(318).AddSeconds(30);
        var lines = Beats(Evening, 311).Concat(Beats(late.AddTicks(-5_000), 1))
            .Concat(Beats(Evening.AddMinutes(319), 82))
            .Concat(Beats(Evening.AddMinutes(404), 76, node: 0x91C0A2D3E4F5));
        var verified = Verify(lines.Select(static beat => beat.Line));
        verified.Output.ShouldBe(Joined("""
            Not all alive: 3 minutes down, 7 beats missed; 1 restart.
            470 beats, 470 events, 2 processes: 2026-11-23 22:00 to 2026-11-24 05:59 UTC.
            The lines tell no time: nothing is known after the last beat.

            7B4E4C2AD94E  2026-11-23 22:00 to 2026-11-24 04:40  394 beats, 394 events; \
            7 beats missed: 2026-11-24 03:11 to 03:17; at most 30.0 s after the minute (2026-11-24 03:18)
            91C0A2D3E4F5  2026-11-24 04:44 to 05:59  76 beats, 76 events; restart; \
            3 minutes down: 2026-11-24 04:41 to 04:43; at most 0.5 ms after the minute

                        00    03    06    09    12    15    18    21
            2026-11-23  ............................................####
            2026-11-24  ######-##-##....................................

            30 minutes a character, UTC: # all there, + half of a pair missing, - beats missing, x no beat, \
            . not in the log

            """));
        verified.ExitCode.ShouldBe(1);
    }

    [Fact]
    public void A_restart_follows_the_last_that_had_ended()
    {
        var lines = Beats(Evening, 60).Concat(Beats(Evening.AddMinutes(10), 10, node: 0x91C0A2D3E4F5))
            .Concat(Beats(Evening.AddMinutes(70), 50, node: 0xA3550F1E2B77)).OrderBy(static beat => beat.Time);
        string[] all = [.. lines.Select(static beat => $"{beat.Time:yyyy-MM-ddTHH:mm:ssZ} {beat.Line}")];
        var restart = Verify(all, "--json").Json.GetProperty("processes").EnumerateArray()
            .Single(static process => process.GetProperty("node").GetString() == "A3550F1E2B77");
        restart.GetProperty("restartOf").GetString().ShouldBe("7B4E4C2AD94E");
        Verify(all).Output.ShouldContain("beats missed at the end; 1 restart.");
        Verify(all, "--since", "2026-11-23T23:30Z").Output.ShouldNotContain("restart"); // it came before
    }

    [Fact]
    public void One_line_alone_does_not_fall_silent()
    {
        string[] lines =
        [
            $"2026-11-23T22:00:00Z {Timed(Evening)}", $"2026-11-23T22:00:10Z {Event(Evening)}",
            "2026-11-23T23:00:00Z another line",
        ];
        Verify([lines[0], lines[2]]).Output.ShouldStartWith("Not all alive: 1 beat without an event.");
        Verify(lines).Output.ShouldStartWith("Not all alive: 59 beats missed at the end.");
    }

    [Fact]
    public void A_log_whose_last_beat_tells_no_time_is_known_up_to_it()
    {
        var lines = Beats(Evening, 10)
            .Select(static (beat, at) => at < 10 ? $"{beat.Time:yyyy-MM-ddTHH:mm:ssZ} {beat.Line}" : beat.Line);
        Verify(lines).Output.ShouldContain("The lines tell no time: nothing is known after the last beat.");
    }

    /// <remarks>Times without a year are near the last beat of all, and not near the first.</remarks>
    [Fact]
    public void A_file_without_a_beat_goes_on_where_the_last_beats_end()
    {
        static IEnumerable<string> Syslog(IEnumerable<(DateTimeOffset Time, string Line)> beats) => beats.Select(
            static beat => string.Create(
                CultureInfo.InvariantCulture, $"{beat.Time:MMM dd HH:mm:ss} night x: {beat.Line}"));

        var verified = VerifyFiles(
        [
            ("a", string.Join('\n', Syslog(Beats(Evening.AddMonths(-11), 10)))),
            ("b", string.Join('\n', Syslog(Beats(Evening, 10, node: 0x91C0A2D3E4F5)))),
            ("c", "Nov 23 22:09:30 night y: another line\nNov 23 23:00:00 night y: another line"),
        ]);
        verified.Output.ShouldContain("50 beats missed at the end");
    }

    [Fact]
    public void Two_machines_in_one_log_are_judged_each_on_its_own()
    {
        var one = Beats(Evening, 480);
        var other = Beats(Evening.AddTicks(700), 480, node: 0xA3550F1E2B77)
            .Where((_, index) => index is < 300 or >= 380);
        var lines = one.Concat(other).OrderBy(static beat => beat.Time)
            .Select(static beat => $"{beat.Time.AddMilliseconds(250):yyyy-MM-ddTHH:mm:ss.fffffff}Z {beat.Line}");
        var verified = Verify(lines);
        verified.Output.ShouldBe(Joined("""
            Not all alive: 40 beats missed.
            920 beats, 920 events, 2 processes, 2 side by side: 2026-11-23 22:00 to 2026-11-24 05:59 UTC.

            2  A3550F1E2B77  2026-11-23 22:00 to 2026-11-24 05:59  440 beats, 440 events; \
            40 beats missed: 2026-11-24 00:30 to 01:09; at most 0.6 ms after the minute
            1  7B4E4C2AD94E  2026-11-23 22:00 to 2026-11-24 05:59  480 beats, 480 events; \
            at most 0.5 ms after the minute

                           00    03    06    09    12    15    18    21
            2026-11-23  1  ............................................####
            2026-11-23  2  ............................................####
            2026-11-24  1  ############....................................
            2026-11-24  2  #x-#########....................................

            30 minutes a character, UTC: # all there, + half of a pair missing, - beats missing, x no beat, \
            . not in the log

            """));
        verified.ExitCode.ShouldBe(1);
    }

    [Fact]
    public void Whatever_is_unusual_is_told()
    {
        var lines = Beats(Evening, 30).Select(static beat => beat.Line).ToList();
        lines.RemoveAt(0);
        lines.RemoveAt(lines.Count - 1);
        lines.RemoveAt(20);
        lines.Insert(11, lines[10]);
        lines.Insert(9, lines[9][..50]);
        lines.Insert(9, "INFO: Heartbeat (timed): UUID={Uuid}");
        lines.AddRange(Beats(Evening.AddMinutes(30), 3, sequence: 6).Select(static beat => beat.Line));
        var again = Evening.AddMinutes(31).AddSeconds(2);
        lines.AddRange([Timed(again, sequence: 6), Event(again, sequence: 6)]);
        var verified = Verify(lines);
        verified.Output.ShouldBe(Joined("""
            Not all alive: 2 beats without an event.
            32 beats, 31 events, 1 process: 2026-11-23 22:00 to 22:32 UTC.
            The lines tell no time: nothing is known after the last beat.
            1 line damaged.
            1 line with {Uuid} in place of a UUID: the logger did not render the message.

            7B4E4C2AD94E  2026-11-23 22:00 to 22:32  32 beats, 31 events; \
            2 beats without an event: 2026-11-23 22:10, 2026-11-23 22:29; 1 event from before the log; \
            3 lines repeated; at most 2.0 s after the minute (2026-11-23 22:31)

                        00    03    06    09    12    15    18    21
            2026-11-23  ............................................+#..

            30 minutes a character, UTC: # all there, + half of a pair missing, - beats missing, x no beat, \
            . not in the log

            """));
    }

    [Fact]
    public void Days_without_a_beat_take_one_line()
    {
        var lines = Beats(Evening, 3).Concat(Beats(Evening.AddDays(5), 3)).Select(static beat => beat.Line);
        Verify(lines).Output.ShouldBe(Joined("""
            Not all alive: 7,197 beats missed.
            6 beats, 6 events, 1 process: 2026-11-23 22:00 to 2026-11-28 22:02 UTC.
            The lines tell no time: nothing is known after the last beat.

            7B4E4C2AD94E  2026-11-23 22:00 to 2026-11-28 22:02  6 beats, 6 events; \
            7,197 beats missed: 2026-11-23 22:03 to 2026-11-28 21:59; at most 0.5 ms after the minute

                        00    03    06    09    12    15    18    21
            2026-11-23  ............................................-xxx
                        4 days without a beat
            2026-11-28  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx#...

            30 minutes a character, UTC: # all there, + half of a pair missing, - beats missing, x no beat, \
            . not in the log

            """));
    }

    [Fact]
    public void Hours_without_a_beat_at_the_end_are_not_a_day()
    {
        var lines = Beats(Evening, 3).Append((Evening.AddHours(9), "INFO: the last line"))
            .Select(static line => $"{line.Item1:yyyy-MM-ddTHH:mm:ss.fff}Z {line.Item2}");
        Verify(lines).Output.ShouldBe(Joined("""
            Not all alive: 537 beats missed at the end.
            3 beats, 3 events, 1 process: 2026-11-23 22:00 to 22:02 UTC.

            7B4E4C2AD94E  2026-11-23 22:00 to 22:02  3 beats, 3 events; 537 beats missed at the end: 2026-11-23 22:03 \
            to 2026-11-24 06:59; at most 0.5 ms after the minute

                        00    03    06    09    12    15    18    21
            2026-11-23  ............................................-xxx
            2026-11-24  xxxxxxxxxxxxxx..................................

            30 minutes a character, UTC: # all there, + half of a pair missing, - beats missing, x no beat, \
            . not in the log

            """));
    }

    [Fact]
    public void More_than_a_month_is_shown_by_week()
    {
        var lines = Beats(Evening, 3 * 24 * 60).Concat(Beats(Evening.AddDays(40), 24 * 60))
            .Select(static beat => beat.Line);
        var output = Verify(lines).Output;
        output[output.IndexOf("            Mon", StringComparison.Ordinal)..].ShouldBe(Joined("""
                        Mon    Tue    Wed    Thu    Fri    Sat    Sun
            2026-11-23  ......####################-xxxxxxxxxxxxxxxxxxxxx
                        4 weeks without a beat
            2026-12-28  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-#######

            3.5 hours a character, UTC: # all there, + half of a pair missing, - beats missing, x no beat, \
            . not in the log

            """));
    }

    [Fact]
    public void Of_a_fleet_of_100_the_one_that_died_is_all_there_is_to_see()
    {
        var lines = Enumerable.Range(0, 100)
            .SelectMany(static number =>
                Beats(Evening.AddTicks(number * 700), number == 72 ? 68 : 480, node: 0x7B0000000000 + number))
            .OrderBy(static beat => beat.Time)
            .Select(static beat => $"{beat.Time:yyyy-MM-ddTHH:mm:ss.fffffff}Z {beat.Line}");
        var verified = Verify(lines);
        verified.Output.ShouldBe(Joined("""
            Not all alive: 411 beats missed at the end.
            47,588 beats, 47,588 events, 100 processes, 100 side by side: 2026-11-23 22:00 to 2026-11-24 05:59 UTC.

             73  7B0000000048  2026-11-23 22:00 to 23:07  68 beats, 68 events; \
            411 beats missed at the end: 2026-11-23 23:08 to 2026-11-24 05:58; at most 5.5 ms after the minute
            99 processes with nothing missing: 47,520 beats, 47,520 events

                             00    03    06    09    12    15    18    21
            2026-11-23   73  ............................................##-x
            2026-11-24   73  xxxxxxxxxxxx....................................

            30 minutes a character, UTC: # all there, + half of a pair missing, - beats missing, x no beat, \
            . not in the log

            """));
        verified.ExitCode.ShouldBe(1);
    }

    [Fact]
    public void A_fleet_with_nothing_missing_takes_one_line()
    {
        var lines = Enumerable.Range(0, 21)
            .SelectMany(static number => Beats(Evening, 3, node: 0x7B0000000000 + number))
            .Select(static beat => beat.Line);
        Verify(lines).Output.ShouldBe("""
            All alive up to the last beat: nothing missing.
            63 beats, 63 events, 21 processes, 21 side by side: 2026-11-23 22:00 to 22:02 UTC.
            The lines tell no time: nothing is known after the last beat.

            21 processes with nothing missing: 63 beats, 63 events

            """);
    }

    [Fact]
    public void What_was_asked_about_is_told_and_judged_to_its_ends()
    {
        var time = new FakeTimeProvider(Evening.AddHours(2).AddSeconds(7));
        time.SetLocalTimeZone(TimeZoneInfo.CreateCustomTimeZone("here", TimeSpan.FromHours(1), "here", "here"));
        using var input = new MemoryStream(
            Encoding.UTF8.GetBytes(string.Join('\n', Beats(Evening, 60).Select(static beat => beat.Line))));
        using var output = new StringWriter { NewLine = "\n" };
        new VerifyCommand(input, output, hasColours: false, time)
            .Run(["--since", "2026-11-23 22:55", "--until", "now"]).ShouldBe(1);
        output.ToString().ShouldBe(Joined("""
            Not all alive: 5 beats missed at the start, 60 beats missed at the end.
            60 beats, 60 events, 1 process: 2026-11-23 22:00 to 22:59 UTC.
            Since 2026-11-23 21:55:00 UTC: '2026-11-23 22:55' in local time, UTC+01:00.
            Until 2026-11-24 00:00:07 UTC: now.

            7B4E4C2AD94E  2026-11-23 22:00 to 22:59  60 beats, 60 events; \
            5 beats missed at the start: 2026-11-23 21:55 to 21:59; 60 beats missed at the end: 2026-11-23 23:00 to \
            23:59; at most 0.5 ms after the minute

                        00    03    06    09    12    15    18    21
            2026-11-23  ...........................................x##xx

            30 minutes a character, UTC: # all there, + half of a pair missing, - beats missing, x no beat, \
            . not in the log

            """));
    }

    [Fact]
    public void The_documentation_names_each_field_of_the_JSON_and_no_other()
    {
        var lines = Beats(Evening, 5).Where(static (_, index) => index != 4)
            .Select(static beat => $"{beat.Time:yyyy-MM-ddTHH:mm:ss.fff}Z {beat.Line}");
        var fields = new SortedSet<string>(StringComparer.Ordinal);
        Collect(Verify(lines, "--json", "--since", "2026-11-23T20:00Z", "--until", "2026-11-23T23:00Z").Json, fields);
        var text = Read("../docs/verify.md");
        text = text[text.IndexOf("## The fields", StringComparison.Ordinal)..];
        var told = text.Split('\n').Where(static line => line.StartsWith("| ", StringComparison.Ordinal))
            .SelectMany(static line => line.Split('|')[1].Split('`').Where(static (_, index) => index % 2 == 1))
            .Concat(["instant", "meaning", "count", "ranges", "from", "to"]);
        fields.ShouldBe(new SortedSet<string>(told, StringComparer.Ordinal));
        foreach (var name in fields) text.ShouldContain(name);
    }

    [Fact]
    public void Colours_are_for_those_who_see_them()
    {
        var log = string.Join('\n', Beats(Evening, 3).Select(static beat => beat.Line));
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(log));
        using var output = new StringWriter();
        new VerifyCommand(input, output, hasColours: true, new FakeTimeProvider()).Run([]).ShouldBe(0);
        output.ToString().ShouldStartWith("\e[32mAll alive up to the last beat: nothing missing.\e[0m"
            + Environment.NewLine + "3 beats");
        Verify(log).Output.ShouldNotContain("\e");
    }

    private static void Collect(JsonElement element, SortedSet<string> fields)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray()) Collect(item, fields);
        }

        if (element.ValueKind != JsonValueKind.Object) return;
        foreach (var property in element.EnumerateObject())
        {
            fields.Add(property.Name);
            Collect(property.Value, fields);
        }
    }

    /// <summary>The text, with each line that ends with a backslash joined to the next one.</summary>
    private static string Joined(string text) => text.Replace("\\\n", "", StringComparison.Ordinal);

    private static string Read(string name, [CallerFilePath] string here = "") =>
        File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, name));
}
