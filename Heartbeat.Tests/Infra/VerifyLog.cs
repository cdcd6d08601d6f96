using System.Globalization;
using System.Text;
using System.Text.Json;
using Heartbeat.Cli.Verify;
using Microsoft.Extensions.Time.Testing;

namespace Heartbeat.Tests.Infra;

/// <summary>Writes the lines of logs, and has them verified.</summary>
internal static class VerifyLog
{
    /// <summary>The text of a UUID of version 1, by the layout in RFC 9562, 5.1.</summary>
    public static string Uuid(DateTimeOffset time, long node, int sequence)
    {
        var count = (time - new DateTimeOffset(1582, 10, 15, 0, 0, 0, TimeSpan.Zero)).Ticks;
        var hex = count.ToString("X15", CultureInfo.InvariantCulture);
        return string.Create(
            CultureInfo.InvariantCulture, $"{hex[7..]}-{hex[3..7]}-1{hex[..3]}-{0x8000 + sequence:X4}-{node:X12}");
    }

    public static string Timed(DateTimeOffset time, long node = 0x7B4E4C2AD94E, int sequence = 5) =>
        $"INFO: Heartbeat (timed): UUID={Uuid(time, node, sequence)}";

    public static string Event(DateTimeOffset time, long node = 0x7B4E4C2AD94E, int sequence = 5) =>
        $"INFO: Heartbeat (event): UUID={Uuid(time, node, sequence)}";

    /// <summary>The plain lines of a process that beats each minute, 0.5 ms late.</summary>
    public static IEnumerable<(DateTimeOffset Time, string Line)> Beats(
        DateTimeOffset from, int minutes, long node = 0x7B4E4C2AD94E, int sequence = 5)
    {
        for (var minute = 0; minute < minutes; minute++)
        {
            var time = from.AddMinutes(minute).AddTicks(5_000);
            yield return (time, Timed(time, node, sequence));
            yield return (time.AddSeconds(10), Event(time, node, sequence));
        }
    }

    public static Verified Verify(IEnumerable<string> lines, params string[] arguments) =>
        Verify(string.Concat(lines.Select(static line => line + "\n")), arguments);

    public static Verified Verify(string log, params string[] arguments)
    {
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(log));
        return Verify(input, arguments);
    }

    /// <summary>
    /// Verifies logs as files of a folder of their own; whoever reads the report sees their names without it.
    /// </summary>
    public static Verified VerifyFiles(IEnumerable<(string Name, string Text)> files, params string[] arguments) =>
        VerifyFiles(files.Select(static file => (file.Name, Encoding.UTF8.GetBytes(file.Text))), arguments);

    public static Verified VerifyFiles(IEnumerable<(string Name, byte[] Bytes)> files, params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("verify-");
        try
        {
            var names = new List<string>();
            foreach (var (name, bytes) in files)
            {
                names.Add(Path.Combine(folder.FullName, name));
                File.WriteAllBytes(names[^1], bytes);
            }

            var verified = Verify("", [.. arguments, .. names]);
            var path = folder.FullName + Path.DirectorySeparatorChar;
            return verified with { Output = verified.Output.Replace(path, "", StringComparison.Ordinal) };
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public static Verified Verify(Stream input, params string[] arguments)
    {
        using var output = new StringWriter();
        var exit = new VerifyCommand(input, output, hasColours: false, new FakeTimeProvider()).Run(arguments);
        return new(exit, output.ToString().ReplaceLineEndings("\n"));
    }
}

internal sealed record Verified(int ExitCode, string Output)
{
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;
}

/// <summary>Gives its bytes in pieces of random sizes, as a pipe may.</summary>
internal sealed class ChunkedStream(byte[] bytes, Random random, int largest) : MemoryStream(bytes)
{
    public override int Read(Span<byte> buffer) =>
        base.Read(buffer[..Math.Min(buffer.Length, random.Next(1, largest + 1))]);
}
