using System.Globalization;
using Heartbeat.Tests.Infra;
using Shouldly;
using Xunit;
using static Heartbeat.Tests.Infra.VerifyLog;
using Layout = (System.Func<System.DateTimeOffset, string, string> Line, bool HasTimes);

namespace Heartbeat.Tests;

/// <summary>
/// The layouts that logs have where people keep them, each with a good log, one with losses, and a death.
/// </summary>
public sealed class VerifyLayoutTests
{
    private static readonly DateTimeOffset Night = new(2026, 11, 25, 7, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// The name of a layout, what makes a line of a time and a message, and whether its lines tell their time.
    /// </summary>
    private static readonly Dictionary<string, Layout> Layouts = new()
    {
        ["plain"] = (static (_, message) => message, false),
        ["docker compose"] = (static (_, message) => $"heartbeat-1  | {message}", false),
        ["Serilog, time of day"] = (static (time, message) => $"[{time:HH:mm:ss} INF] {message}", false),
        ["docker logs -t"] = (static (time, message) => $"{time:yyyy-MM-ddTHH:mm:ss.fffffff}00Z {message}", true),
        ["docker json-file"] = (
            static (time, message) =>
                $$"""{"log":"{{message}}\n","stream":"stdout","time":"{{time:yyyy-MM-ddTHH:mm:ss.fffffff}}00Z"}""",
            true),
        ["docker json-file of JSON"] = (
            static (time, message) =>
                $$$"""{"log":"{\"Message\":\"{{{message}}}\",\"State\":{\"Message\":\"{{{message}}}\","""
                + $$$"""\"{OriginalFormat}\":\"Heartbeat (timed): UUID={Uuid}"""
                + $$$"""\"}}\n","stream":"stdout","time":"{{{time:yyyy-MM-ddTHH:mm:ss.fffffff}}}00Z"}""",
            true),
        ["docker compose -t, two services"] = (
            static (time, message) => $"{(IsOther(message) ? "gateway-long-name-1" : "heartbeat-1")}  | "
                + $"{time:yyyy-MM-ddTHH:mm:ss.fffffff}00Z {message}",
            true),
        ["Kubernetes"] = (static (time, message) => $"{time:yyyy-MM-ddTHH:mm:ss.fffffff}00Z stdout F {message}", true),
        ["kubectl logs --prefix --timestamps"] = (
            static (time, message) => $"[pod/{(IsOther(message) ? "gateway-7d4b9c6f5-x2x" : "heartbeat-0")}/app] "
                + $"{time:yyyy-MM-ddTHH:mm:ss.fffffff}00Z {message}",
            true),
        ["journalctl"] = (static (time, message) => $"{time:MMM dd HH:mm:ss} night heartbeat[42]: {message}", true),
        ["journalctl -o short-iso"] = (
            static (time, message) => $"{time:yyyy-MM-ddTHH:mm:ss}+0000 night heartbeat[42]: {message}",
            true),
        ["journalctl -o short-precise"] = (
            static (time, message) => $"{time:MMM dd HH:mm:ss.ffffff} night heartbeat[42]: {message}",
            true),
        ["syslog, RFC 3164"] = (
            static (time, message) =>
                $"<{(IsOther(message) ? 5 : 14)}>{time:MMM dd HH:mm:ss} night heartbeat[42]: {message}",
            true),
        ["syslog, RFC 5424"] = (
            static (time, message) => $"<{(IsOther(message) ? 5 : 14)}>1 {time:yyyy-MM-ddTHH:mm:ss.fff}Z "
                + $"night heartbeat 42 - - {message}",
            true),
        ["rsyslog, local offset"] = (
            static (time, message) => $"{time.ToOffset(TimeSpan.FromHours(-5)):yyyy-MM-ddTHH:mm:ss.ffffffzzz} "
                + $"night heartbeat[42]: {message}",
            true),
        ["Filebeat"] = (
            static (time, message) => $$$"""{"@timestamp":"{{{time:yyyy-MM-ddTHH:mm:ss.fff}}}Z","@metadata":"""
                + $$$"""{"beat":"filebeat"},"message":"{{{message}}}","log":{"offset":0}}""",
            true),
        ["Filebeat, keys sorted"] = (
            static (time, message) =>
                $$"""{"host":"night","message":"{{message}}","timestamp":"{{time:yyyy-MM-ddTHH:mm:ss.fff}}Z"}""",
            true),
        ["Vector"] = (
            static (time, message) =>
                $$"""{"file":"/var/log/heartbeat","host":"night","message":"{{message}}","source_type":"file","time"""
                + $$"""stamp":"{{time:yyyy-MM-ddTHH:mm:ss.ffffff}}000Z"}""",
            true),
        ["PM2"] = (static (time, message) => $"{time:yyyy-MM-ddTHH:mm:ss}: {message}", true),
        ["PM2, JSON"] = (
            static (time, message) => $$"""{"message":"{{message}}"""
                + $$"""\n","timestamp":"{{time:yyyy-MM-ddTHH:mm:ss.fff}}Z","type":"out","process_id":0}""",
            true),
        ["logcli"] = (
            static (time, message) => $$"""{{time:yyyy-MM-ddTHH:mm:ss}}Z {job="heartbeat"} {{message}}""",
            true),
        ["logcli, JSON"] = (
            static (time, message) => $$$"""{"labels":{"job":"heartbeat"},"line":"{{{message}}}","time"""
                + $$$"""stamp":"{{{time:yyyy-MM-ddTHH:mm:ss.fffffff}}}00Z"}""",
            true),
        ["Python"] = (static (time, message) => $"{time:yyyy-MM-dd HH:mm:ss,fff} INFO root: {message}", true),
        ["log4j"] = (static (time, message) => $"{time:yyyy-MM-dd HH:mm:ss,fff} [main] INFO Beat - {message}", true),
        ["Serilog"] = (static (time, message) => $"{time:yyyy-MM-dd HH:mm:ss.fff} +00:00 [INF] {message}", true),
        ["NLog"] = (static (time, message) => $"{time:yyyy-MM-dd HH:mm:ss.ffff}|INFO|Beat|{message}", true),
        ["JSON console"] = (
            static (time, message) => $$$"""{"Timestamp":"{{{time:yyyy-MM-ddTHH:mm:ss.fff}}}Z","EventId":"""
                + $$$"""20,"Message":"{{{message}}}","State":"""
                + $$$"""{"Message":"{{{message}}}","{OriginalFormat}":"Heartbeat (timed): UUID={Uuid}"}}""",
            true),
        ["a clock 3 min ahead"] = (
            static (time, message) => $"{time.AddMinutes(3):yyyy-MM-ddTHH:mm:ss.fff}Z {message}",
            true),
        ["a clock 3 min behind"] = (
            static (time, message) => $"{time.AddMinutes(-3):yyyy-MM-ddTHH:mm:ss.fff}Z {message}",
            true),
        ["ingested 70 s late"] = (
            static (time, message) => $"{time.AddSeconds(70):yyyy-MM-ddTHH:mm:ss.fff}Z {message}",
            true),
        ["local time with a wrong Z"] = (
            static (time, message) => $"{time.AddHours(-8):yyyy-MM-ddTHH:mm:ss.fff}Z {message}",
            true),
        ["local time without an offset"] = (
            static (time, message) => $"{time.AddHours(2):yyyy-MM-ddTHH:mm:ss} {message}",
            true),
        ["local time set back in the night"] = (
            static (time, message) =>
                $"{time.AddHours(time < Night.AddMinutes(0.5) ? 2 : 1):yyyy-MM-dd HH:mm:ss,fff} {message}",
            true),
        ["local time set forward in the night"] = (
            static (time, message) =>
                $"{time.AddHours(time < Night.AddMinutes(0.5) ? 1 : 2):yyyy-MM-dd HH:mm:ss,fff} {message}",
            true),
    };

    public static TheoryData<string> Names => [.. Layouts.Keys];

    public static TheoryData<string> NamesWithTimes =>
        [.. Layouts.Where(static layout => layout.Value.HasTimes).Select(static layout => layout.Key)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_good_log_is_alive(string layout)
    {
        var verified = Verify(Lines(layout, Beats(Night, 10), Others(0, 10)), "--json");
        Words(verified).ShouldBe("missed 0, at the end 0, without an event 0");
        verified.ExitCode.ShouldBe(0);
        verified.Json.GetProperty("processes")[0].GetProperty("knownAfterLast").GetBoolean()
            .ShouldBe(Layouts[layout].HasTimes);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_log_with_losses_has_them_named(string layout)
    {
        var beats = Beats(Night, 10).Where(static (_, line) => line is not (6 or 7 or 11));
        var verified = Verify(Lines(layout, beats, Others(0, 10)), "--json");
        Words(verified).ShouldBe("missed 1, at the end 0, without an event 1");
        verified.ExitCode.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_process_that_died_is_seen_where_the_lines_tell_their_time(string layout)
    {
        // 07:02 to 14:59; the log ends with a line that tells no time.
        var verified = Verify(Lines(layout, Beats(Night, 2), Others(0, 480))
            .Concat(["Killed", "", "   at Jobs.Run() in line 5:10:15"]), "--json");
        var missed = Layouts[layout].HasTimes ? 478 : 0;
        Words(verified).ShouldBe($"missed 0, at the end {missed}, without an event 0");
        verified.ExitCode.ShouldBe(missed > 0 ? 1 : 0);
    }

    [Theory]
    [MemberData(nameof(NamesWithTimes))]
    public void The_order_of_the_lines_does_not_matter(string layout)
    {
        // Lines in disorder do not tell when a local clock was set.
        if (layout.Contains("in the night", StringComparison.Ordinal)) return;
        var lines = Lines(layout, Beats(Night, 2), Others(0, 480)).ToList();
        var orders = new[]
        {
            lines.AsEnumerable().Reverse(),
            lines.Order(StringComparer.Ordinal),
            lines.OrderByDescending(static line => line.Contains("(event)", StringComparison.Ordinal)),
        };
        foreach (var order in orders)
        {
            Words(Verify(order, "--json")).ShouldBe("missed 0, at the end 478, without an event 0");
        }
    }

    /// <remarks>Only where a time that a message tells can be told from that of the line.</remarks>
    [Theory]
    [InlineData("docker logs -t")]
    [InlineData("docker json-file")]
    [InlineData("Vector")]
    [InlineData("journalctl")]
    [InlineData("rsyslog, local offset")]
    [InlineData("Python")]
    [InlineData("kubectl logs --prefix --timestamps")]
    public void Times_in_messages_are_not_those_of_the_log(string layout)
    {
        var others = Others(0, 10).Select(static line =>
            line with { Message = "INFO: GET, until 2031-01-01T00:00:00Z, 2031-01-01 00:00:00, Jan 01 00:00:00" });
        var verified = Verify(Lines(layout, Beats(Night, 10), others), "--json");
        Words(verified).ShouldBe("missed 0, at the end 0, without an event 0");
    }

    [Fact]
    public void A_log_without_a_year_may_go_past_its_end()
    {
        var evening = new DateTimeOffset(2027, 12, 31, 23, 50, 0, TimeSpan.Zero);
        var lines = Beats(evening, 5).Append((evening.AddHours(8), "INFO: GET /"))
            .Select(static line => Layouts["journalctl"].Line(line.Item1, line.Item2)).ToList();
        Words(Verify(lines, "--json")).ShouldBe("missed 0, at the end 475, without an event 0");
        lines.Reverse();
        Words(Verify(lines[1..], "--json")).ShouldBe("missed 0, at the end 0, without an event 0");
    }

    [Theory]
    [InlineData("log.1", "log")]
    [InlineData("log", "log.1")]
    public void A_death_before_the_rotation_is_seen_as_in_one_log(params string[] order)
    {
        var withTimes = Layouts.Where(static layout => layout.Value.HasTimes).Select(static layout => layout.Key);
        foreach (var layout in withTimes)
        {
            var files = new Dictionary<string, string>
            {
                ["log.1"] = Text(Lines(layout, Beats(Night, 2), Others(0, 2))),
                ["log"] = Text(Lines(layout, [], Others(2, 480))),
            };
            var verified = VerifyFiles(order.Select(name => (name, files[name])), "--json");
            Words(verified).ShouldBe("missed 0, at the end 478, without an event 0", layout);
            Words(Verify(files["log.1"] + files["log"], "--json"))
                .ShouldBe("missed 0, at the end 478, without an event 0", layout);
        }
    }

    [Fact]
    public void A_death_before_the_rotation_is_seen_beside_one_that_lives()
    {
        var alive = Beats(Night, 480, node: 0xA3550F1E2B77).ToList();
        var text = Lines("docker logs -t", Beats(Night, 2).Concat(alive), []).ToList();
        var verified =
            VerifyFiles([("log.1", Text(text[..4].Concat(text[4..40]))), ("log", Text(text[40..]))], "--json");
        verified.Json.GetProperty("processes")[0].GetProperty("missedAtEnd").GetProperty("count").GetInt32()
            .ShouldBe(477);
        verified.ExitCode.ShouldBe(1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(null)]
    public void Another_program_may_change_the_clock_sequence_as_it_likes(int? sequence)
    {
        // As Python's uuid1() with a MAC address: 30 days, a clock sequence for each call.
        var random = new Random(7);
        var lines = Enumerable.Range(0, 43_200)
            .SelectMany(minute =>
                Beats(Night.AddMinutes(minute), 1, node: 0x0242AC110002, sequence ?? random.Next(1 << 14)));
        var verified = Verify(lines.Select(static beat => beat.Line), "--json");
        Words(verified).ShouldBe("missed 0, at the end 0, without an event 0");
        var process = verified.Json.GetProperty("processes")[0];
        $"{process.GetProperty("kind")} {process.GetProperty("beats")}".ShouldBe("computer 43200");
    }

    [Theory]
    [InlineData(4_259)]
    [InlineData(20_000)]
    public void A_long_log_may_be_in_any_order(int minutes)
    {
        var lines = Beats(Night, minutes).Select(static beat => $"{beat.Time:yyyy-MM-ddTHH:mm:ss.fff}Z {beat.Line}")
            .ToList();
        var expected = Verify(lines, "--json").Output;
        Words(Verify(lines, "--json")).ShouldBe("missed 0, at the end 0, without an event 0");
        Verify(lines.AsEnumerable().Reverse(), "--json").Output.ShouldBe(expected);
        Verify(lines.OrderByDescending(static line => line.Contains("(event)", StringComparison.Ordinal)),
            "--json").Output.ShouldBe(expected);
        Verify(lines.OrderBy(static line => line[^36..], StringComparer.Ordinal), "--json").Output.ShouldBe(expected);
    }

    /// <summary>Another line each half minute.</summary>
    private static IEnumerable<Other> Others(int from, int to)
    {
        for (var half = from * 2; half < to * 2; half++)
        {
            yield return new(Night.AddSeconds((half * 30) + 12), "INFO: GET / in 12 ms");
        }
    }

    private static bool IsOther(string message) => message.Contains("GET", StringComparison.Ordinal);

    private static IEnumerable<string> Lines(
        string layout, IEnumerable<(DateTimeOffset Time, string Line)> beats, IEnumerable<Other> others) =>
        beats.Concat(others.Select(static other => (other.Time, other.Message))).OrderBy(static line => line.Item1)
            .Select(line =>
                string.Create(CultureInfo.InvariantCulture, $"{Layouts[layout].Line(line.Item1, line.Item2)}"));

    private static string Text(IEnumerable<string> lines) => string.Concat(lines.Select(static line => line + "\n"));

    private static string Words(Verified verified)
    {
        var process = verified.Json.GetProperty("processes")[0];
        return $"missed {Count("missed")}, at the end {Count("missedAtEnd")}, without an event "
            + $"{Count("beatsWithoutEvent")}";

        int Count(string name) => process.GetProperty(name).GetProperty("count").GetInt32();
    }

    private sealed record Other(DateTimeOffset Time, string Message);
}
