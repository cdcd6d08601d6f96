using System.Runtime.InteropServices;
using Heartbeat.Cli;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <summary>
/// What can be seen without sending the test process a signal; the rest is seen from outside the program.
/// </summary>
/// <remarks>Sabotages caught: Cancel = false at the first signal; Cancel = true at each.</remarks>
public sealed class StopSignalsTests
{
    [Theory]
    [InlineData(PosixSignal.SIGINT)]
    [InlineData(PosixSignal.SIGTERM)]
    [InlineData(PosixSignal.SIGHUP)]
    [InlineData(PosixSignal.SIGQUIT)]
    public void The_first_signal_stops_and_the_second_is_left_to_the_system(PosixSignal signal)
    {
        using var signals = new StopSignals();
        signals.Token.IsCancellationRequested.ShouldBeFalse();

        var first = new PosixSignalContext(signal);
        signals.OnSignal(first);
        first.Cancel.ShouldBeTrue();
        signals.Token.IsCancellationRequested.ShouldBeTrue();

        var second = new PosixSignalContext(PosixSignal.SIGINT);
        signals.OnSignal(second);
        second.Cancel.ShouldBeFalse();
    }

    [Fact]
    public void A_signal_that_comes_after_the_end_does_no_harm()
    {
        var signals = new StopSignals();
        signals.Dispose();
        Should.NotThrow(() => signals.OnSignal(new PosixSignalContext(PosixSignal.SIGTERM)));
    }
}
