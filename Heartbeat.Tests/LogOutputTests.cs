using Heartbeat.Cli;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

public sealed class LogOutputTests
{
    private readonly List<string> _reports = [];

    [Fact]
    public async Task Passes_all_on()
    {
        using var stdout = new StringWriter();
        using var output = new LogOutput(stdout, _reports.Add);
        await output.WriteAsync("INFO: a\n");
        await output.WriteAsync('b');
        output.HasLostLines.ShouldBeFalse();
        stdout.ToString().ShouldBe("INFO: a\nb");
        _reports.ShouldBeEmpty();
    }

    [Fact]
    public async Task Reports_the_first_line_that_is_lost_and_tries_the_next()
    {
        using var stdout = new Stdout { Error = new IOException("No space left on device") };
        using var output = new LogOutput(stdout, _reports.Add);
        await output.WriteAsync("lost");
        await output.WriteAsync("lost, too");
        stdout.Error = null;
        await output.WriteAsync("written");
        stdout.Error = new UnauthorizedAccessException("Access denied");
        await output.WriteAsync("lost again");
        output.HasLostLines.ShouldBeTrue();
        stdout.Text.ShouldBe(["written"]);
        _reports.ShouldBe(["log lines are lost, since stdout cannot be written: No space left on device"]);
    }

    [Fact]
    public async Task Says_so_when_stdout_is_closed()
    {
        using var stdout = new Stdout { Error = new UnauthorizedAccessException("Access to the path is denied.") };
        using var output = new LogOutput(stdout, _reports.Add);
        await output.WriteAsync("lost");
        output.HasLostLines.ShouldBeTrue();
        _reports.ShouldBe(["log lines are lost, since stdout cannot be written: it is closed"]);
    }

    [Fact]
    public async Task Counts_a_line_that_is_still_being_written_as_lost()
    {
        using var stdout = new Stdout();
        using var output = new LogOutput(stdout, _reports.Add);
        stdout.IsHeld = true;
        var write = Task.Run(() => output.Write("held"));
        stdout.Entered.Wait(TimeSpan.FromMinutes(5)).ShouldBeTrue();
        output.HasLostLines.ShouldBeTrue();
        stdout.Release.Set();
        await write;
        output.HasLostLines.ShouldBeFalse();
        _reports.ShouldBeEmpty();
    }

    private sealed class Stdout : StringWriter
    {
        public Exception? Error { get; set; }

        public bool IsHeld { get; set; }

        public ManualResetEventSlim Entered { get; } = new();

        public ManualResetEventSlim Release { get; } = new();

        public List<string?> Text { get; } = [];

        public override void Write(string? value)
        {
            if (Error is not null) throw Error;
            Entered.Set();
            if (IsHeld) Release.Wait();
            Text.Add(value);
        }

        protected override void Dispose(bool disposing)
        {
            Entered.Dispose();
            Release.Dispose();
            base.Dispose(disposing);
        }
    }
}
