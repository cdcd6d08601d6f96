using System.Text;
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
        verified.Output.ShouldBe("""
            All alive: nothing missing.
            480 beats, 480 events, 1 process: 2026-11-23 22:00 to 2026-11-24 05:59 UTC.

            7B4E4C2AD94E  2026-11-23 22:00 to 2026-11-24 05:59  480 beats, 480 events; at most 0.5 ms after the minute

                        00    03    06    09    12    15    18    21
            2026-11-23  ............................................####
            2026-11-24  ############....................................

            30 minutes a character, UTC: # all there, + half of a pair missing, - beats missing, x no beat, . not in the log

            """);
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
        verified.Output.ShouldBe("""
            Not all alive: 7 beats missed, 3 minutes down.
            470 beats, 470 events, 2 processes, 1 restart: 2026-11-23 22:00 to 2026-11-24 05:59 UTC.

            7B4E4C2AD94E  2026-11-23 22:00 to 2026-11-24 04:40  394 beats, 394 events; 7 beats missed: 2026-11-24 03:11 to 03:17; 1 beat not on the minute, by up to 30.0 s (2026-11-24 03:18)
            91C0A2D3E4F5  2026-11-24 04:44 to 05:59  76 beats, 76 events; restart; 3 minutes down: 2026-11-24 04:41 to 04:43; at most 0.5 ms after the minute

                        00    03    06    09    12    15    18    21
            2026-11-23  ............................................####
            2026-11-24  ######-##-##....................................

            30 minutes a character, UTC: # all there, + half of a pair missing, - beats missing, x no beat, . not in the log

            """);
        verified.ExitCode.ShouldBe(1);
    }

    [Fact]
    public void Two_machines_in_one_log_are_judged_each_on_its_own()
    {
        var one = Beats(Evening, 480);
        var other = Beats(Evening.AddTicks(700), 480, node: 0xA3550F1E2B77).Where((_, index) => index is < 300 or >= 380);
        var lines = one.Concat(other).OrderBy(static beat => beat.Time).Select(static beat => $"{beat.Time.AddMilliseconds(250):yyyy-MM-ddTHH:mm:ss.fffffff}Z {beat.Line}");
        var verified = Verify(lines);
        verified.Output.ShouldBe("""
            Not all alive: 40 beats missed.
            920 beats, 920 events, 2 processes, 2 side by side: 2026-11-23 22:00 to 2026-11-24 05:59 UTC.

            1  7B4E4C2AD94E  2026-11-23 22:00 to 2026-11-24 05:59  480 beats, 480 events; at most 0.5 ms after the minute; lines 250.0 ms late on average, at most 250.0 ms (2026-11-23 22:00)
            2  A3550F1E2B77  2026-11-23 22:00 to 2026-11-24 05:59  440 beats, 440 events; 40 beats missed: 2026-11-24 00:30 to 01:09; at most 0.6 ms after the minute; lines 250.0 ms late on average, at most 250.0 ms (2026-11-23 22:00)

                           00    03    06    09    12    15    18    21
            2026-11-23  1  ............................................####
            2026-11-23  2  ............................................####
            2026-11-24  1  ############....................................
            2026-11-24  2  #x-#########....................................

            30 minutes a character, UTC: # all there, + half of a pair missing, - beats missing, x no beat, . not in the log

            """);
        verified.ExitCode.ShouldBe(1);
    }

    [Fact]
    public void Whatever_is_odd_is_told()
    {
        var lines = Beats(Evening, 30).Select(static beat => beat.Line).ToList();
        lines.RemoveAt(0);
        lines.RemoveAt(lines.Count - 1);
        lines.RemoveAt(20);
        lines.Insert(11, lines[10]);
        lines.Insert(9, lines[9][..50]);
        lines.AddRange(Beats(Evening.AddMinutes(25), 8, sequence: 6).Select(static beat => beat.Line));
        var again = Evening.AddMinutes(28).AddSeconds(2);
        lines.AddRange([Timed(again, sequence: 6), Event(again, sequence: 6)]);
        var verified = Verify(lines);
        verified.Output.ShouldBe("""
            Not all alive: 2 beats without an event.
            38 beats, 37 events, 1 process: 2026-11-23 22:01 to 22:32 UTC.
            The log is cut at its start: it begins with the event of a beat that is not in it.
            1 damaged line skipped.

            7B4E4C2AD94E  2026-11-23 22:01 to 22:32  38 beats, 37 events; 2 beats without an event: 2026-11-23 22:10, 2026-11-23 22:29; 1 event from before the log; 1 duplicate line; 1 second beat in its minute; 1 step back of the clock; 1 beat not on the minute, by up to 2.0 s (2026-11-23 22:28)

                        00    03    06    09    12    15    18    21
            2026-11-23  ............................................+#..

            30 minutes a character, UTC: # all there, + half of a pair missing, - beats missing, x no beat, . not in the log

            """);
    }

    [Fact]
    public void Days_without_a_beat_take_one_line()
    {
        var lines = Beats(Evening, 3).Concat(Beats(Evening.AddDays(5), 3)).Select(static beat => beat.Line);
        Verify(lines).Output.ShouldBe("""
            Not all alive: 7,197 beats missed.
            6 beats, 6 events, 1 process: 2026-11-23 22:00 to 2026-11-28 22:02 UTC.

            7B4E4C2AD94E  2026-11-23 22:00 to 2026-11-28 22:02  6 beats, 6 events; 7,197 beats missed: 2026-11-23 22:03 to 2026-11-28 21:59; at most 0.5 ms after the minute

                        00    03    06    09    12    15    18    21
            2026-11-23  ............................................-xxx
                        4 days without a beat
            2026-11-28  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx#...

            30 minutes a character, UTC: # all there, + half of a pair missing, - beats missing, x no beat, . not in the log

            """);
    }

    [Fact]
    public void Colours_are_for_those_who_see_them()
    {
        var log = string.Join('\n', Beats(Evening, 3).Select(static beat => beat.Line));
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(log));
        using var output = new StringWriter();
        VerifyCommand.Run([], new(input, output, TextWriter.Null, HasColours: true, ShowsProgress: false), new FakeTimeProvider()).ShouldBe(0);
        output.ToString().ShouldStartWith("\e[32mAll alive: nothing missing.\e[0m" + Environment.NewLine + "3 beats");
        Verify(log).Output.ShouldNotContain("\e");
    }
}
