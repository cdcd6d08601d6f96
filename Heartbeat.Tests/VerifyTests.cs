using System.Text;
using Heartbeat.Cli;
using Heartbeat.Tests.Infra;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Heartbeat.Tests;

public sealed class VerifyTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(null)]
    public void Finds_in_1000_random_logs_just_what_was_taken_out(int? fixedSeed)
    {
        var seed = fixedSeed ?? Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var (alive, empty) = (0, 0);
        for (var number = 0; number < 1_000; number++)
        {
            var log = new VerifyCase(seed + number);
            string[] arguments = ["--json", .. log.Arguments];
            string[] files = [.. log.Files];
            using var stream =
                new ChunkedStream(Encoding.UTF8.GetBytes(files.FirstOrDefault("")), new(seed), largest: 10_000);
            Verified verified;
            try
            {
                verified = files.Length < 2
                    ? VerifyLog.Verify(stream, arguments)
                    : VerifyLog.VerifyFiles(files.Select(static (text, index) => ($"log.{index}", text)), arguments);
            }
            catch (UsageException)
            {
                empty++;
                continue;
            }

            VerifyCase.Words(verified.Json).ShouldBe(log.Expected, $"seed {seed} + {number}");
            verified.ExitCode.ShouldBe(log.IsAlive ? 0 : 1);
            if (log.IsAlive) alive++;
        }

        output.WriteLine($"{alive} alive, {empty} empty");
        empty.ShouldBeLessThan(60);
        alive.ShouldBeInRange(50, 500);
    }
}
