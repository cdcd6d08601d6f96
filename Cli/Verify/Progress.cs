using System.Globalization;

namespace Heartbeat.Cli.Verify;

/// <summary>Shows how much has been read, once that has taken a second, and then five times a second.</summary>
internal sealed class Progress(TextWriter output, TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly long _start = time.GetTimestamp();
    private TimeSpan _next = First;
    private int _width;

    /// <summary>How much has been read.</summary>
    public long Bytes { get; private set; }

    public void Add(int bytes)
    {
        Bytes += bytes;
        var elapsed = time.GetElapsedTime(_start);
        if (elapsed < _next) return;
        _next = elapsed + Interval;
        var megabytes = Bytes / 1e6;
        var text = string.Create(CultureInfo.InvariantCulture, $"read {megabytes:N0} MB, {megabytes / elapsed.TotalSeconds:N0} MB/s");
        output.Write($"\r{text.PadRight(_width)}");
        _width = text.Length;
    }

    /// <summary>Takes it off the screen again.</summary>
    public void Clear()
    {
        if (_width > 0) output.Write($"\r{new string(' ', _width)}\r");
        _width = 0;
    }
}
