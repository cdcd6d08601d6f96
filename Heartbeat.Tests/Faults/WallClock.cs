using System.Buffers.Binary;
using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace Heartbeat.Tests.Faults;

/// <summary>
/// The wall clock of one child process: it can be set at any time, as an administrator sets a machine's.
/// </summary>
/// <remarks>
/// Rests on wallclock.c, preloaded into the child. The child's elapsed time is that of the machine. Tests also use it
/// to start a child a few seconds before a full minute of its own, in place of waiting for one.
/// </remarks>
internal sealed class WallClock : IDisposable
{
    private static readonly Lazy<string> Library = new(Compile);

    private readonly string _path = Path.GetTempFileName();
    private readonly SafeFileHandle _file;

    private WallClock(TimeSpan shift)
    {
        const UnixFileMode ForAChildThatIsNotRoot =
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead;
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_path, ForAChildThatIsNotRoot);
        _file = File.OpenHandle(_path, access: FileAccess.Write, share: FileShare.ReadWrite | FileShare.Delete);
        Shift = shift;
    }

    /// <summary>How far this clock is ahead of the machine's.</summary>
    public TimeSpan Shift
    {
        get;
        set
        {
            field = value;
            var bytes = new byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, checked(value.Ticks * TimeSpan.NanosecondsPerTick));
            RandomAccess.Write(_file, bytes, 0);
        }
    }

    /// <summary>What preloads the clock into a child.</summary>
    public IReadOnlyList<(string Name, string Value)> Environment =>
        [("LD_PRELOAD", Library.Value), ("WALL_CLOCK_SHIFT", _path)];

    /// <summary>
    /// A clock that shows a full minute in 5 s: time enough for a program to start, on a busy machine too.
    /// </summary>
    public static WallClock BeforeABeat()
    {
        var intoMinute = TimeSpan.FromTicks(DateTimeOffset.UtcNow.Ticks % TimeSpan.TicksPerMinute);
        return new(TimeSpan.FromSeconds(55) - intoMinute);
    }

    /// <summary>A clock that shows no full minute for most of one: for tests that no beat is to disturb.</summary>
    public static WallClock AfterABeat()
    {
        var intoMinute = TimeSpan.FromTicks(DateTimeOffset.UtcNow.Ticks % TimeSpan.TicksPerMinute);
        return new(TimeSpan.FromSeconds(5) - intoMinute);
    }

    public void Dispose()
    {
        _file.Dispose();
        File.Delete(_path);
    }

    private static string Compile()
    {
        var library = Path.Combine(AppContext.BaseDirectory, "wallclock.so");
        var source = Path.Combine(AppContext.BaseDirectory, "Faults", "wallclock.c");
        using var compiler = Process.Start("cc", ["-shared", "-fPIC", "-O2", "-o", library, source]);
        compiler.WaitForExit();
        return compiler.ExitCode == 0 ? library : throw new InvalidOperationException($"cc does not compile {source}.");
    }
}
