using System.Globalization;
using System.Text;
using Heartbeat.Cli;
using Heartbeat.Cli.Verify;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;
using static Heartbeat.Tests.Infra.VerifyLog;

namespace Heartbeat.Tests;

public sealed class VerifyCommandTests
{
    private static readonly DateTimeOffset Evening = new(2026, 11, 23, 22, 0, 0, TimeSpan.Zero);

    private static readonly string Good = string.Concat(Beats(Evening, 3).Select(static beat => beat.Line + "\n"));

    [Fact]
    public void A_file_that_cannot_be_read_is_named()
    {
        var missing = Path.Combine(Path.GetTempPath(), "no such log");
        Should.Throw<UsageException>(() => Verify("", missing)).Message
            .ShouldBe($"nothing to verify: cannot read '{missing}': Could not find file '{missing}'.");
        Should.Throw<UsageException>(() => Verify("", "")).Message
            .ShouldBe("nothing to verify: cannot read '': the name is empty.");
        Should.Throw<UsageException>(() => Verify("", Path.GetTempPath(), "")).Message
            .ShouldBe($"nothing to verify: cannot read '{Path.GetTempPath()}': it is a directory; "
                + "cannot read '': the name is empty.");
    }

    [Fact]
    public void A_file_that_cannot_be_read_does_not_hide_the_others()
    {
        var verified = Verify(Good, "-", "", "--json");
        verified.ExitCode.ShouldBe(2);
        verified.Json.GetProperty("alive").GetBoolean().ShouldBeFalse();
        verified.Json.GetProperty("files")[1].GetProperty("problem").GetString().ShouldBe("the name is empty");
        verified.Json.GetProperty("processes")[0].GetProperty("alive").GetBoolean().ShouldBeTrue();
        Verify(Good, "-", Path.GetTempPath()).Output.ShouldStartWith($"""
            Not all alive: 1 file not judged.
            3 beats, 3 events, 1 process: 2026-11-23 22:00 to 22:02 UTC.
            The lines tell no time: nothing is known after the last beat.
            cannot read '{Path.GetTempPath()}': it is a directory.

            7B4E4C2AD94E  -  2026-11-23 22:00 to 22:02
            """);
    }

    [Theory]
    [InlineData("1F8B0800", "it is not plain text; use zcat 'log' | heartbeat verify")]
    [InlineData("28B52FFD", "it is not plain text; use zstdcat 'log' | heartbeat verify")]
    [InlineData("FFFE4900", "it is not plain text; use iconv -f UTF-16 -t UTF-8 'log' | heartbeat verify")]
    [InlineData("FEFF0049", "it is not plain text; use iconv -f UTF-16 -t UTF-8 'log' | heartbeat verify")]
    [InlineData("49004E00", "it is not plain text; use iconv -f UTF-16LE -t UTF-8 'log' | heartbeat verify")]
    public void What_is_not_plain_text_is_recognised(string start, string expected)
    {
        byte[] bytes = [.. Convert.FromHexString(start), .. Encoding.UTF8.GetBytes(Good)];
        Should.Throw<UsageException>(() => VerifyFiles([("log", bytes)])).Message.ShouldEndWith(
            $"{expected.Replace("'log'", "", StringComparison.Ordinal).Split("  ")[^1]}.");
        var verified = VerifyFiles([("log", bytes), ("good", Encoding.UTF8.GetBytes(Good))], "--json");
        verified.ExitCode.ShouldBe(2);
        verified.Json.GetProperty("files")[0].GetProperty("problem").GetString().ShouldBe(expected);
        using var input = new MemoryStream(bytes);
        var piped = expected.Replace("use ", "use ... | ", StringComparison.Ordinal)
            .Replace(" 'log'", "", StringComparison.Ordinal);
        Should.Throw<UsageException>(() => Verify(input))
            .Message.ShouldBe($"nothing to verify: cannot read '-': {piped}.");
    }

    [Theory]
    [InlineData("")]
    [InlineData("INFO: Scheduled\n")]
    public void A_file_without_a_heartbeat_is_named(string other)
    {
        var verified = VerifyFiles([("good", Good), ("other", other)]);
        verified.Output.ShouldStartWith($"""
            Not all alive: 1 file not judged.
            3 beats, 3 events, 1 process: 2026-11-23 22:00 to 22:02 UTC.
            The lines tell no time: nothing is known after the last beat.
            'other' has no line of a heartbeat in {other.Length} bytes.

            7B4E4C2AD94E  good  2026-11-23 22:00 to 22:02
            """);
        verified.ExitCode.ShouldBe(1);
    }

    [Theory]
    [InlineData("no option '--jsn': verify has --json, --since, --until.", "--jsn")]
    [InlineData("no option '-x<U+000A>': verify has --json, --since, --until.", "-x\n")]
    [InlineData("--since needs a time.", "--since")]
    [InlineData("--until must be later than --since.", "--since", "2026-11-24T00:00Z", "--until", "2026-11-24T00:00Z")]
    [InlineData("--until must be as 2026-11-25T06:00Z, 2026-11-25 07:00 (local time) or now, found '7\u00a0h'.",
        "--until", "7\u00a0h")]
    [InlineData("--since must be as 2026-11-25T06:00Z, 2026-11-25 07:00 (local time) or now, found '0001-01-01'.",
        "--since", "0001-01-01")]
    public void An_option_that_cannot_be_understood_is_refused(string expected, params string[] arguments) =>
        Should.Throw<UsageException>(() => Verify("", arguments)).Message.ShouldBe(
            expected.Replace("\u00a0", "<U+00A0>", StringComparison.Ordinal));

    [Fact]
    public void A_dash_is_the_input_and_after_two_of_them_all_are_files()
    {
        Verify(Good, "-").ExitCode.ShouldBe(0);
        Should.Throw<UsageException>(() => Verify("", "--", "--json")).Message.ShouldStartWith(
            "nothing to verify: cannot read '--json': ");
    }

    [Theory]
    [InlineData("", "nothing to verify: '-' has no line of a heartbeat in 0 bytes.")]
    [InlineData("INFO: Scheduled\n", "nothing to verify: '-' has no line of a heartbeat in 16 bytes.")]
    [InlineData("Dec 31 23:59:59 night cron: Started\n",
        "nothing to verify: '-' has no line of a heartbeat in 36 bytes.")]
    [InlineData("INFO: Heartbeat (timed): UUID=0\n",
        "nothing to verify: '-' has no line of a heartbeat in 32 bytes; 1 line damaged.")]
    [InlineData("INFO: Heartbeat (timed): UUID={Uuid}\n",
        "nothing to verify: '-' has no line of a heartbeat in 37 bytes; "
            + "1 line with {Uuid} in place of a UUID: the logger did not render the message.")]
    [InlineData("Heartbeat (timed): UUID=01D3B4F8-1F35-11EF-AC22-7B4E4C2AD94E",
        "nothing to verify: no beat is old enough to have had its event.")]
    public void Nothing_to_verify_is_not_alive(string log, string expected) =>
        Should.Throw<UsageException>(() => Verify(log)).Message.ShouldBe(expected);

    [Fact]
    public void A_report_that_cannot_be_written_is_told()
    {
        using var input = new MemoryStream(Encoding.UTF8.GetBytes($"{Timed(Evening)}\n{Event(Evening)}\n"));
        using var output = new FullWriter();
        var command = new VerifyCommand(input, output, hasColours: false, new FakeTimeProvider());
        Should.Throw<IOException>(() => command.Run([]))
            .Message.ShouldBe("No space left on device");
    }

    [LongTheory]
    [Trait("Category", "Soak")]
    [InlineData(true)]
    [InlineData(false)]
    public void A_log_of_1_GB_needs_no_more_memory_than_a_small_one(bool hasEvents)
    {
        using var log = new LongStream(1_000_000_000, hasEvents);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Verify(log, "--json").ExitCode.ShouldBe(hasEvents ? 0 : 1);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(4_000_000);
        log.Beats.ShouldBeGreaterThan(7_000_000);
    }

    /// <summary>A device that is full.</summary>
    private sealed class FullWriter : StringWriter
    {
        public override void Write(string? value) => throw new IOException("No space left on device");
    }

    /// <summary>Makes the lines of beats as they are read, a minute apart, and nothing else.</summary>
    private sealed class LongStream(long length, bool hasEvents) : MemoryStream
    {
        private readonly byte[] _pair =
            Encoding.UTF8.GetBytes($"{Timed(Evening)}\n" + (hasEvents ? $"{Event(Evening)}\n" : ""));
        private long _left = length;
        private long _minute;

        public long Beats => _minute;

        public override int Read(Span<byte> buffer)
        {
            var pair = _pair.AsSpan();
            var line = hasEvents ? pair.Length / 2 : pair.Length;
            var read = 0;
            while (_left > 0 && buffer.Length - read >= pair.Length)
            {
                var count = (Evening - new DateTimeOffset(1582, 10, 15, 0, 0, 0, TimeSpan.Zero)).Ticks
                    + (TimeSpan.TicksPerMinute * _minute++);
                for (var start = line - 37; start < pair.Length; start += line)
                {
                    ((uint)count).TryFormat(pair[start..], out _, "X8", CultureInfo.InvariantCulture);
                    ((ushort)(count >> 32)).TryFormat(pair[(start + 9)..], out _, "X4", CultureInfo.InvariantCulture);
                    (0x1000 | (ushort)(count >> 48))
                        .TryFormat(pair[(start + 14)..], out _, "X4", CultureInfo.InvariantCulture);
                }

                pair.CopyTo(buffer[read..]);
                read += pair.Length;
                _left -= pair.Length;
            }

            return read;
        }
    }
}
