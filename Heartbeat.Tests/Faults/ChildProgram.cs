using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Shouldly;

namespace Heartbeat.Tests.Faults;

/// <summary>A line of the child's log, with the machine's time at which it arrived here.</summary>
internal sealed record Line(string Text, DateTimeOffset Time);

/// <summary>What the test does with the child's stdout, which is a pipe.</summary>
internal enum Reading
{
    All,
    OneLineThenClose,
    OneLineThenNothing,
    Nothing,
}

/// <summary>The published program, running as a child process in an environment of its own.</summary>
/// <remarks>
/// Nothing is inherited but PATH. Whatever is waited for has a deadline, after which the test fails with all that the
/// child has said. Lines are read by a thread of their own: their times do not depend on the tests' thread pool.
/// </remarks>
internal sealed class ChildProgram : IAsyncDisposable
{
    public const string Variable = "HEARTBEAT_PROGRAM";

    /// <summary>The variable that turns the heartbeat on.</summary>
    public static readonly (string Name, string Value) On = ("ENABLE_HEARTBEAT", "1");

    /// <summary>
    /// A stop when idle takes some milliseconds; a wait for the event (10 s) or for a job (5 s) would show.
    /// </summary>
    public static readonly TimeSpan IdleStop = TimeSpan.FromSeconds(3);

    private readonly Process _process;
    private readonly Reading _reading;
    private readonly Channel<bool> _arriving = Channel.CreateUnbounded<bool>();
    private readonly List<Line> _lines = [];
    private readonly TaskCompletionSource _readToEnd = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task<string> _errors;

    private ChildProgram(ProcessStartInfo start, Reading reading)
    {
        _process = Process.Start(start)!;
        _reading = reading;
        _errors = _process.StandardError.ReadToEndAsync();
        new Thread(Read) { IsBackground = true }.Start();
    }

    public int Id => _process.Id;

    /// <summary>Processor time used so far. May be read after the end.</summary>
    public TimeSpan ProcessorTime => _process.TotalProcessorTime;

    public IReadOnlyList<Line> Lines
    {
        get
        {
            lock (_lines) return [.. _lines];
        }
    }

    public IReadOnlyList<string> Text => [.. Lines.Select(static line => line.Text)];

    /// <summary>Starts the program.</summary>
    /// <param name="environment">All of its environment, but for PATH and what <paramref name="clock"/> adds.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="shell">A script of sh that ends by starting it in its place: <c>exec "$0" "$@"</c>.</param>
    /// <param name="clock">Its wall clock; the machine's if not given.</param>
    /// <param name="reading">What to do with its stdout.</param>
    public static ChildProgram Start(
        IEnumerable<(string Name, string Value)> environment,
        IEnumerable<string>? arguments = null,
        string? shell = null,
        WallClock? clock = null,
        Reading reading = Reading.All)
    {
        var program = Environment.GetEnvironmentVariable(Variable);
        if (!File.Exists(program))
            throw new InvalidOperationException($"{Variable} must name the published program, found '{program}'.");
        string[] command = shell is null ? [program] : ["/bin/sh", "-c", shell, program];
        var start = new ProcessStartInfo(command[0], [.. command[1..], .. arguments ?? []])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH");
        foreach (var (name, value) in environment.Concat(clock?.Environment ?? [])) start.Environment[name] = value;
        return new(start, reading);
    }

    /// <summary>Waits for a line that begins so: the first such line, unless another number is given.</summary>
    public async Task<Line> LineAsync(string beginning, TimeSpan within, int number = 1)
    {
        using var deadline = new CancellationTokenSource(within);
        try
        {
            while (true)
            {
                var lines = Lines.Where(line => line.Text.StartsWith(beginning, StringComparison.Ordinal));
                if (lines.ElementAtOrDefault(number - 1) is { } line) return line;
                await _arriving.Reader.ReadAsync(deadline.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ChannelClosedException)
        {
            throw new TimeoutException($"No line {number} '{beginning}…' came within {within}: {this}", exception);
        }
    }

    /// <summary>
    /// Fills the pipe that is its stdout, so that the next line that it writes has to wait for a reader.
    /// </summary>
    public void FillOutput()
    {
        const int Capacity = 65_536;
        using var output = File.OpenWrite($"/proc/{_process.Id}/fd/1");
        output.Write(new byte[Capacity]);
    }

    /// <summary>Types a key on its stdin.</summary>
    public void Type(char key)
    {
        _process.StandardInput.Write(key);
        _process.StandardInput.Flush();
    }

    /// <returns>Whether there was a process to send it to.</returns>
    public bool Send(Signal signal) => NativeMethods.Kill(_process.Id, (int)signal) == 0;

    /// <summary>Waits for the end of the process, and of what it has said.</summary>
    /// <returns>The exit code; 128 and the signal's number if a signal ended it.</returns>
    public async Task<int> ExitAsync(TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            if (_reading == Reading.All) await _readToEnd.Task.WaitAsync(deadline.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException exception)
        {
            throw new TimeoutException($"It did not end within {within}: {this}", exception);
        }
    }

    /// <summary>
    /// Asks the program to stop and expects it to do so as promised when idle: soon, with 0, saying one more line.
    /// </summary>
    /// <returns>The line that sums up.</returns>
    public async Task<string> StopAsync(Signal signal = Signal.Terminate)
    {
        var before = Lines.Count;
        Send(signal);
        (await ExitAsync(IdleStop)).ShouldBe(0, ToString());
        Lines.Count.ShouldBe(before + 1, ToString());
        (await _errors).ShouldBe("");
        return Lines[^1].Text;
    }

    /// <summary>What it has said on stderr, once it has ended.</summary>
    public Task<string> ErrorsAsync() => _errors;

    public override string ToString() => string.Join('\n',
    [
        _process.HasExited ? $"exited with {_process.ExitCode}" : "still running",
        .. Lines.Select(static line => $"{line.Time:HH:mm:ss.fff} {line.Text}"),
    ]);

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Read()
    {
        if (_reading == Reading.Nothing) return;
        var output = _process.StandardOutput;
        while (output.ReadLine() is { } text)
        {
            var line = new Line(text, DateTimeOffset.UtcNow);
            lock (_lines) _lines.Add(line);
            _arriving.Writer.TryWrite(true);
            if (_reading != Reading.All) break;
        }

        if (_reading == Reading.OneLineThenClose) output.Dispose();
        _arriving.Writer.Complete();
        _readToEnd.SetResult();
    }

    private static class NativeMethods
    {
        [DllImport("libc", EntryPoint = "kill")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Kill(int process, int signal);
    }
}

/// <summary>Signals, by their numbers on Linux x64 and arm64.</summary>
public enum Signal
{
    None = 0,
    Hangup = 1,
    Interrupt = 2,
    Quit = 3,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}
