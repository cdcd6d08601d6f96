using System.Globalization;
using System.Text;
using Heartbeat.Cli;
using Heartbeat.Cli.Verify;
using Heartbeat.Tests.Infra;
using Shouldly;
using Xunit;
using Xunit.Abstractions;
using static Heartbeat.Tests.Infra.VerifyLog;

namespace Heartbeat.Tests;

public sealed class VerifyInputTests(ITestOutputHelper output)
{
    private const string Likely = "0123456789abcdefABCDEF-TZ:\n\"( ";

    private static readonly DateTimeOffset Evening = new(2026, 11, 23, 22, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("{0}")]
    [InlineData("{0}\r")]
    [InlineData("2026-11-23T22:00:00.123456789Z {0}")] // docker logs -t
    [InlineData("2026-11-23T22:00:00.123456789Z stdout F {0}")] // Kubernetes
    [InlineData("Nov 23 22:00:00 night heartbeat[42]: {0}")] // journalctl
    [InlineData("2026-11-23T22:00:00+0000 night heartbeat[42]: {0}")] // journalctl -o short-iso
    [InlineData("<14>1 2026-11-23T22:00:00.003Z night heartbeat 42 - - {0}")] // syslog
    [InlineData("heartbeat-1  | {0}")] // docker compose
    [InlineData("\e[32m{0}\e[0m")]
    [InlineData("<6>Heartbeat[20] {0}")]
    [InlineData("night\u00e9 \ud83d\ude00 {0} \u2028")]
    [InlineData("{{\"log\":\"{0}\\n\",\"stream\":\"stdout\",\"time\":\"2026-11-23T22:00:00.123456789Z\"}}")]
    [InlineData("{{\"Message\":\"{0}\",\"State\":{{\"Message\":\"{0}\",\"{{OriginalFormat}}\":\"Heartbeat (timed): "
        + "UUID={{Uuid}}\"}}}}")]
    [InlineData("{{\"log\":\"{{\\\"Message\\\":\\\"{0}\\\",\\\"{{OriginalFormat}}\\\":\\\"Heartbeat (event): "
        + "UUID={{Uuid}}\\\"}}\\n\"}}")]
    public void Reads_beats_whatever_stands_beside_them(string format)
    {
        var lines = new[] { Timed(Evening), Event(Evening) }
            .Select(line => string.Format(CultureInfo.InvariantCulture, format, line));
        Words(Verify(lines, "--json")).ShouldBe("1 beats, 1 events, 0 repeated, 0 damaged");
        Words(Verify(string.Join('\n', lines).ToLowerInvariant()
            .Replace("heartbeat (", "Heartbeat (", StringComparison.Ordinal)
            .Replace("uuid", "UUID", StringComparison.Ordinal), "--json"))
            .ShouldBe("1 beats, 1 events, 0 repeated, 0 damaged");
    }

    [Theory]
    [InlineData("2026-11-23T22:00:01Z", 1.0)]
    [InlineData("2026-11-23T22:00:01.5Z", 1.0)]
    [InlineData("2026-11-23T22:00:01.123456789Z", 1.0)]
    [InlineData("2026-11-24T00:00:01+02:00", 1.0)]
    [InlineData("2026-11-23T16:30:01.25-0530", 1.0)]
    [InlineData("<14>1 2026-11-23T22:00:01.003Z night heartbeat 42 - -", 1.0)]
    [InlineData("{\"Timestamp\":\"2026-11-23T22:00:01.003Z\"", 1.0)]
    [InlineData("T 2026-11-23T22:00:01Z T at T", 1.0)]
    [InlineData("2026-11-23T21:59:60Z", 0.0)]
    [InlineData("2026-11-23T21:59:59.999Z", -1.0)]
    [InlineData("2026-11-23T21:59:58Z", -2.0)]
    [InlineData("2026-11-23T22:00:01", 1.0)] // In which zone?
    [InlineData("2026-11-23 22:00:01Z", 1.0)]
    [InlineData("2026-11-23 22:00:01,25 WARN", 1.0)]
    [InlineData("2026-11-23 22:00:01.123 +00:00", 1.0)]
    [InlineData("2026-11-23 23:00:01.123 +0100", 1.0)]
    [InlineData("Nov 23 22:00:01", 1.0)]
    [InlineData("<13>Nov 23 22:00:01", 1.0)]
    [InlineData("Nov  3 22:00:00", -1728000.0)]
    [InlineData("Feb 29 00:00:00", 8301600.0)] // 2027 has none: it is taken for February 28.
    [InlineData("Nov 31 22:00:01", null)]
    [InlineData("Nev 23 22:00:01", null)]
    [InlineData("ovD 23 22:00:01", null)]
    [InlineData("12026-11-23T22:00:01Z", null)]
    [InlineData("2026-13-23T22:00:01Z", null)]
    [InlineData("2026-11-31T22:00:01Z", null)]
    [InlineData("2026-11-23T24:00:01Z", null)]
    [InlineData("2026-11-23T22:0x:01Z", null)]
    [InlineData("2026-11-23T22:00:01.Z+", 1.0)]
    [InlineData("2026-11-23T22:00:01+", 1.0)]
    [InlineData("2026-11-23T22:00:01+02:", 1.0)]
    [InlineData("2026-11-23T22:00:01+25:00", 1.0)]
    [InlineData("0000-11-23T22:00:01Z", null)]
    public void Reads_the_times_that_it_knows(string prefix, double? seconds)
    {
        var found = LineTime.Find(Encoding.UTF8.GetBytes($"{prefix} {Timed(Evening)}"), form: 0, Evening.Ticks);
        (found.Form == 0 ? (double?)null : (found.Ticks - Evening.Ticks) / 1e7).ShouldBe(seconds);
    }

    [Theory]
    [InlineData("2026-03-29T00:00:00+01:00", "2026-03-29T23:59:00+02:00")] // 23 hours
    [InlineData("2026-10-25T00:00:00+02:00", "2026-10-25T23:59:00+01:00")] // 25 hours
    public void A_day_on_which_local_clocks_change_is_a_day_like_any_other(string first, string last)
    {
        var start = DateTimeOffset.Parse(first, CultureInfo.InvariantCulture);
        var end = DateTimeOffset.Parse(last, CultureInfo.InvariantCulture);
        var change = start.Date.AddHours(1);
        var minutes = (int)(end - start).TotalMinutes + 1;
        var lines = Beats(start.ToUniversalTime(), minutes).Select(beat =>
        {
            var local = beat.Time.ToOffset(beat.Time.UtcDateTime < change ? start.Offset : end.Offset);
            return $"{local.ToString("yyyy-MM-ddTHH:mm:ss.fffffffzzz", CultureInfo.InvariantCulture)} {beat.Line}";
        }).ToList();
        lines[0].ShouldStartWith(first[..19]);
        var verified = Verify(lines, "--json");
        verified.ExitCode.ShouldBe(0);
        Words(verified).ShouldBe($"{minutes} beats, {minutes} events, 0 repeated, 0 damaged");
        verified.Json.GetProperty("processes")[0].GetProperty("logEnd").GetDateTimeOffset()
            .ShouldBe(end.AddTicks(5_000).AddSeconds(10));
    }

    [Theory]
    [InlineData(15, "alive True, pending 1")]
    [InlineData(14, "alive True, pending 1")]
    [InlineData(16, "alive False, pending 0")]
    public void A_beat_in_the_last_15_s_of_the_log_is_pending(int seconds, string expected)
    {
        var (beats, last) = (Beats(Evening, 3).ToList(), Evening.AddMinutes(3));
        var lines = beats.Append((last, Timed(last))).Append((last.AddSeconds(seconds - 0.1), "INFO: the last line"))
            .Select(static line => $"{line.Item1:yyyy-MM-ddTHH:mm:ss.fff}Z {line.Item2}");
        var report = Verify(lines, "--json").Json;
        $"alive {report.GetProperty("alive")}, pending {report.GetProperty("processes")[0].GetProperty("pending")}"
            .ShouldBe(expected);
    }

    [Theory]
    [InlineData(74, 0)]
    [InlineData(76, 1)]
    [InlineData(3600, 59)]
    public void Beats_are_missed_when_the_log_goes_on_without_them(int seconds, int missed)
    {
        var lines = Beats(Evening, 3).Append(
            (Evening.AddMinutes(2).AddSeconds(seconds), "INFO: the last line, not of 2031-01-01T00:00:00Z"))
            .Select(static line => $"{line.Item1:yyyy-MM-ddTHH:mm:ss}Z {line.Item2}");
        var verified = Verify(lines, "--json");
        verified.ExitCode.ShouldBe(missed == 0 ? 0 : 1);
        verified.Json.GetProperty("processes")[0].GetProperty("missedAtEnd").GetProperty("count").GetInt32()
            .ShouldBe(missed);
    }

    [Fact]
    public void Rotated_files_may_come_in_any_order()
    {
        var lines = Beats(Evening, 20).Select(static beat => beat.Line + "\n").ToList();
        var verified = VerifyFiles([
            ("log", Text(lines[25..])), ("log.1", Text(lines[13..25])), ("log.2", Text(lines[..13]))], "--json");
        verified.ExitCode.ShouldBe(0);
        Words(verified).ShouldBe("20 beats, 20 events, 0 repeated, 0 damaged");
        verified.Json.GetProperty("processes")[0].GetProperty("files").EnumerateArray()
            .Select(static file => file.GetString()).ShouldBe(["log", "log.1", "log.2"]);
    }

    [Fact]
    public void Files_of_two_machines_are_judged_each_by_its_own_end()
    {
        var one = Beats(Evening, 20).Select(static beat => beat.Line + "\n").SkipLast(1).ToList();
        var other = Beats(Evening, 60, node: 0xA3550F1E2B77).Select(static beat => beat.Line + "\n").ToList();
        VerifyFiles([("one", Text(one)), ("other", Text(other))]).ExitCode.ShouldBe(0);
        VerifyFiles([("other", Text(other)), ("one", Text(one))]).ExitCode.ShouldBe(0);
        Verify(Text(one) + Text(other)).ExitCode.ShouldBe(1);
    }

    [Fact]
    public void A_log_may_claim_to_last_longer_than_time()
    {
        var lines = Beats(new(4900, 1, 1, 0, 0, 0, TimeSpan.Zero), 2)
            .Select(static beat => $"0002-01-01T00:00:00Z {beat.Line}");
        var verified = Verify(lines.Append("9996-12-31T23:59:59Z INFO: the last line"), "--json");
        verified.Json.GetProperty("processes")[0].GetProperty("logEnd").GetString()
            .ShouldBe("9999-12-31T23:59:59.9999999Z");
        Words(verified).ShouldBe("2 beats, 2 events, 0 repeated, 0 damaged");
        verified.ExitCode.ShouldBe(1);
    }

    [Fact]
    public void A_process_is_rather_the_restart_of_one_in_its_own_log()
    {
        // By their ends alone, each would be the restart of the other machine's.
        var one = Beats(Evening, 20).Concat(Beats(Evening.AddMinutes(22), 20, node: 0x91C0A2D3E4F5));
        var other = Beats(Evening, 21, node: 0xA3550F1E2B77)
            .Concat(Beats(Evening.AddMinutes(25), 17, node: 0xB3550F1E2B77));
        var verified = VerifyFiles([("one", Lines(one)), ("other", Lines(other))], "--json");
        verified.Json.GetProperty("restarts").GetInt32().ShouldBe(2);
        verified.Json.GetProperty("processes").EnumerateArray()
            .Select(static process => $"{process.GetProperty("node")} {process.GetProperty("restartOf")} "
                + $"{process.GetProperty("down").GetProperty("count")}")
            .ShouldBe(["91C0A2D3E4F5 7B4E4C2AD94E 2", "B3550F1E2B77 A3550F1E2B77 4", "7B4E4C2AD94E  0",
                "A3550F1E2B77  0"], ignoreOrder: true);

        static string Lines(IEnumerable<(DateTimeOffset Time, string Line)> beats) =>
            Text(beats.Select(static beat => beat.Line + "\n"));
    }

    [Fact]
    public void Machines_that_beat_in_one_minute_only_ran_side_by_side()
    {
        var lines = Beats(Evening, 1).Concat(Beats(Evening.AddTicks(10), 1, node: 0xA3550F1E2B77))
            .Select(static beat => beat.Line);
        Verify(lines, "--json").Json.GetProperty("processes").EnumerateArray()
            .Select(static process => process.GetProperty("restartOf").GetString())
            .ShouldBe([null, null]);
    }

    [Fact]
    public void A_log_that_is_read_twice_has_as_many_duplicates()
    {
        var lines = Beats(Evening, 2_000).Select(static beat => beat.Line).ToList();
        var verified = Verify([.. lines, .. lines], "--json");
        Words(verified).ShouldBe("2000 beats, 2000 events, 4000 repeated, 0 damaged");
        verified.ExitCode.ShouldBe(0);
    }

    [Fact]
    public void Years_without_an_event_are_all_named()
    {
        var verified = Verify(Beats(Evening, 20_000).Where(static (_, index) => index % 2 == 0)
            .Select(static beat => beat.Line), "--json");
        var process = verified.Json.GetProperty("processes")[0];
        process.GetProperty("beatsWithoutEvent").GetProperty("count").GetInt32().ShouldBe(19_999);
        process.GetProperty("beatsWithoutEvent").GetProperty("ranges").GetArrayLength().ShouldBe(1);
        process.GetProperty("pending").GetInt32().ShouldBe(1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60_000)]
    [InlineData(600_000)]
    public void Lines_may_be_longer_than_the_buffer(int width)
    {
        // One line holds all the beats, as in a JSON array; what stands between them puts each at another place.
        var filler = new string('.', width);
        var text = string.Concat(Beats(Evening, 10)
            .Select((beat, number) =>
                $"{filler}{new string(',', number * 7)}{{\"Message\":\"{beat.Line}\",\"Again\":\"{beat.Line}\"}}"));
        Words(Verify(text, "--json")).ShouldBe("10 beats, 10 events, 0 repeated, 0 damaged");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4_096)]
    public void Pieces_may_end_anywhere(int largest)
    {
        var bytes = Encoding.UTF8.GetBytes(string.Concat(
            Beats(Evening, 200).Select(static beat => $"{beat.Time:yyyy-MM-ddTHH:mm:ss.fffffff}Z {beat.Line}\n")));
        using var stream = new ChunkedStream(bytes, new(1), largest);
        var verified = Verify(stream, "--json");
        Words(verified).ShouldBe("200 beats, 200 events, 0 repeated, 0 damaged");
        using var whole = new MemoryStream(bytes);
        verified.Output.ShouldBe(Verify(whole, "--json").Output);
    }

    [Fact]
    public void Beats_at_every_place_of_the_buffer_are_found()
    {
        // The buffer holds 262,144 bytes: the beat begins at each of the places around its end.
        for (var place = 262_144 - 80; place <= 262_144 + 80; place++)
        {
            foreach (var end in new[] { "\n", "," })
            {
                var text = new string('.', place) + Timed(Evening) + end + Event(Evening);
                Words(Verify(text, "--json")).ShouldBe("1 beats, 1 events, 0 repeated, 0 damaged", $"at {place}");
            }
        }
    }

    [Theory]
    [InlineData("INFO: Heartbeat (timed): UUID=", 1)]
    [InlineData("INFO: Heartbeat (timed): UU", 1)]
    [InlineData("INFO: Heartbeat (ev", 1)]
    [InlineData("INFO: Heartbeat (", 1)]
    [InlineData("INFO: Heartbeat (event): UUID=01D3B4F8-1F35-11EF-AC22-7B4E4C2AD94", 1)]
    [InlineData("INFO: Heartbeat (event): UUID=01D3B4F8-1F35-11EF-AC22-7B4E4C2AD94EE", 1)]
    [InlineData("INFO: Heartbeat (event): UUID=01D3B4F8-1F35-41EF-AC22-7B4E4C2AD94E", 1)] // version 4
    [InlineData("INFO: Heartbeat (event): UUID=01D3B4F8-1F35-11EF-CC22-7B4E4C2AD94E", 1)] // variant
    [InlineData("INFO: Heartbeat (event): UUID=01D3B4F8+1F35-11EF-AC22-7B4E4C2AD94E", 1)]
    [InlineData("INFO: Heartbeat (event): UUID=01D3B4F8-1F35-11EF-AC22-7B4E4C2AD94G", 1)]
    [InlineData("INFO: Heartbeat (timed): Heartbeat (timed): UUID=0", 1)]
    [InlineData("INFO: Heartbeat (5 s) of the pump", 0)]
    [InlineData("INFO: Heartbeat", 0)]
    [InlineData("INFO: Scheduled heartbeat (timed): '* * * * *' in UTC", 0)]
    public void Damaged_lines_are_counted_and_skipped(string line, int damaged)
    {
        string[] lines = [.. Beats(Evening, 2).Select(static beat => beat.Line)];
        Words(Verify([lines[0], line, .. lines[1..]], "--json"))
            .ShouldBe($"2 beats, 2 events, 0 repeated, {damaged} damaged");
        Words(Verify(string.Join('\n', [.. lines, line]), "--json"))
            .ShouldBe($"2 beats, 2 events, 0 repeated, {damaged} damaged");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(null)]
    public void No_damage_is_fatal(int? fixedSeed)
    {
        var seed = fixedSeed ?? Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var number = 0; number < 1_000; number++)
        {
            var bytes = Encoding.UTF8.GetBytes(string.Concat(new VerifyCase(seed + number).Files));
            for (var damage = random.Next(50); damage > 0 && bytes.Length > 0; damage--)
            {
                var (at, length) = (random.Next(bytes.Length), random.Next(200));
                bytes = random.Next(5) switch
                {
                    0 => [.. bytes[..at], .. bytes[Math.Min(at + length, bytes.Length)..]],
                    1 => [.. bytes[..at], .. bytes[random.Next(bytes.Length)..]],
                    2 => [.. bytes[..at], .. new byte[length], .. bytes[at..]],
                    _ =>
                        Changed(bytes, at,
                            (byte)(random.Next(2) == 0 ? random.Next(256) : Likely[random.Next(Likely.Length)])),
                };
                if (bytes.Length > 100_000) bytes = bytes[..100_000];
            }

            using var stream = new ChunkedStream(bytes, random, 100_000);
            try
            {
                var verified = Verify(stream, random.Next(2) == 0 ? [] : ["--json"]);
                verified.ExitCode.ShouldBeInRange(0, 1);
                verified.Output.Length.ShouldBeInRange(1, 1_000_000);
            }
            catch (UsageException exception)
            {
                exception.Message.ShouldStartWith("nothing to verify: ");
            }
        }

        static byte[] Changed(byte[] bytes, int at, byte value)
        {
            bytes[at] = value;
            return bytes;
        }
    }

    private static string Text(IEnumerable<string> lines) => string.Concat(lines);

    private static string Words(Verified verified)
    {
        var process = verified.Json.GetProperty("processes")[0];
        return $"{process.GetProperty("beats")} beats, {process.GetProperty("events")} events, "
            + $"{process.GetProperty("repeatedLines")} repeated, {verified.Json.GetProperty("damagedLines")} damaged";
    }
}
