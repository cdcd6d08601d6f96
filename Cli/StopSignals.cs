using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Heartbeat.Cli;

/// <summary>Maps the signals that ask a process to end to a token.</summary>
/// <remarks>
/// The first signal cancels the token, on a thread of the runtime. The second is left to the system, which ends the
/// process at once (130 for SIGINT, 143 for SIGTERM). A signal that the parent has ignored, as nohup does with SIGHUP,
/// stays ignored. On Windows the console's Ctrl+C, Ctrl+Break, close and shutdown events stand for the four signals.
/// </remarks>
internal sealed class StopSignals : IDisposable
{
    private static readonly PosixSignal[] Signals =
        [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT];

    [SuppressMessage("Usage", "CA2213", Justification = "A signal may come at any time; it holds nothing.")]
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;

    public StopSignals() =>
        _registrations = [.. Signals.Select(signal => PosixSignalRegistration.Create(signal, OnSignal))];

    /// <summary>Cancelled at the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
    }

    internal void OnSignal(PosixSignalContext signal)
    {
        signal.Cancel = !_stop.IsCancellationRequested;
        _stop.Cancel();
    }
}
