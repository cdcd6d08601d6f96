using System.Runtime.CompilerServices;
using Heartbeat.Tests.Infra;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

public sealed class ReadmeTests
{
    [Fact]
    public async Task The_example_does_what_README_says()
    {
        using var output = new StringWriter { NewLine = "\n" };
        await using var simulation = Simulation.Start(scheduler => new InvoiceJobs(scheduler, output).Register());
        await simulation.AdvanceAsync(TimeSpan.FromDays(1));
        output.ToString().ShouldBe("Sent the invoices of 2024-01-01\nUnpaid since 2024-01-01\n");
        simulation.Log.Text.ShouldBe(
            ["Information: Scheduled invoices: '30 6 * * MON-FRI' in UTC, first due 2024-01-01T06:30:00+00:00"]);
    }

    [Fact]
    public void README_shows_the_example_as_it_is()
    {
        var code = Read("InvoiceJobs.cs");
        Read("../README.md").ShouldContain(code[code.IndexOf("internal sealed class", StringComparison.Ordinal)..]);
    }

    private static string Read(string name, [CallerFilePath] string here = "") =>
        File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, name));
}
