using System.Runtime.InteropServices;

namespace Heartbeat.Cli.Verify;

/// <summary>Finds the lines of beats in logs, in whatever order, and whatever stands before and after them.</summary>
/// <remarks>
/// Nothing is decoded or allocated for a line. There is one buffer: a line that is longer is seen in pieces, which
/// overlap.
/// </remarks>
internal sealed class LogScanner
{
    private const int BufferSize = 256 * 1024;

    /// <summary>How much pieces of a line overlap: room for one beat, but not for two.</summary>
    private const int Overlap = 64;

    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly Dictionary<ulong, ProcessBeats> _processes = [];

    // Of the present line:
    private (bool IsEvent, BeatUuid Uuid)? _seen;
    private Stamp? _lastTime;
    private bool _isDamaged;
    private bool _isTemplate;

    private static ReadOnlySpan<byte> Mark => "Heartbeat ("u8;
    private static ReadOnlySpan<byte> TimedMark => "timed): UUID="u8;
    private static ReadOnlySpan<byte> EventMark => "event): UUID="u8;

    public IReadOnlyCollection<ProcessBeats> Processes => _processes.Values;

    /// <summary>Lines that begin a beat and from which none can be read.</summary>
    public long Damaged { get; private set; }

    /// <summary>Lines of beats that have the name of the UUID in place of the UUID.</summary>
    public long Unrendered { get; private set; }

    /// <summary>Reads a log to its end.</summary>
    /// <exception cref="InvalidDataException">It is not lines of text.</exception>
    public void Read(Stream log, LogFile file)
    {
        var kept = log.ReadAtLeast(_buffer.AsSpan(0, 4), 4, throwOnEndOfStream: false);
        Refuse(_buffer.AsSpan(0, kept), file.Name);
        file.Bytes = kept;
        for (int read; (read = log.Read(_buffer.AsSpan(kept))) > 0;)
        {
            file.Bytes += read;
            var text = _buffer.AsSpan(0, kept + read);
            var done = 0;
            for (; text[done..].IndexOf((byte)'\n') is >= 0 and var length; done += length + 1)
            {
                Scan(text.Slice(done, length), file);
            }

            if (done == 0 && text.Length == BufferSize)
            {
                Scan(text, file, isWhole: false);
                done = BufferSize - Overlap;
            }

            text[done..].CopyTo(_buffer);
            kept = text.Length - done;
        }

        Scan(_buffer.AsSpan(0, kept), file);
    }

    /// <summary>Takes in a line, or a piece of it that is not the last one.</summary>
    private void Scan(ReadOnlySpan<byte> line, LogFile file, bool isWhole = true)
    {
        _lastTime = null;
        var from = 0;
        for (; line[from..].IndexOf(Mark) is >= 0 and var at; from += at + Mark.Length)
        {
            var rest = line[(from + at + Mark.Length)..];
            var isEvent = rest.StartsWith(EventMark);
            var id = isEvent || rest.StartsWith(TimedMark) ? rest[TimedMark.Length..] : default;
            // A damaged line is whole but for its UUID, or cut off before it.
            var common = Math.Max(rest.CommonPrefixLength(TimedMark), rest.CommonPrefixLength(EventMark));
            if (BeatUuid.Read(id) is { } uuid) See(line, from..(from + at), isEvent, uuid, file);
            else if (id.StartsWith("{Uuid}"u8)) _isTemplate = true;
            else _isDamaged |= common >= "timed)".Length || common == rest.TrimEnd((byte)'\r').Length;
        }

        if (_seen is null) file.SeeOther(line);
        if (!isWhole) return;
        if (_seen is null && _isDamaged) Damaged++;
        else if (_seen is null && _isTemplate) Unrendered++;
        (_seen, _isDamaged, _isTemplate) = (null, false, false);
    }

    private void See(ReadOnlySpan<byte> line, Range before, bool isEvent, BeatUuid uuid, LogFile file)
    {
        // JSON lines have the message twice.
        if (_seen == (isEvent, uuid)) return;
        _seen = (isEvent, uuid);
        var stamp = LineTime.Find(line[before], form: 0, uuid.Ticks);
        // A line may hold many beats: what stands at its end is looked for once.
        if (stamp.Form == 0) stamp = _lastTime ??= LineTime.Find(line, LineTime.Last, uuid.Ticks);
        ref var process = ref CollectionsMarshal.GetValueRefOrAddDefault(_processes, uuid.Node, out _);
        (process ??= new(uuid.Node)).See(file, isEvent, uuid.Ticks, stamp);
    }

    /// <summary>Refuses what is not lines of text, and says how it becomes so.</summary>
    private static void Refuse(ReadOnlySpan<byte> start, string name)
    {
        var (what, command) = start switch
        {
            [0x1F, 0x8B, ..] => ("compressed", "zcat"),
            [0x28, 0xB5, 0x2F, 0xFD] => ("compressed", "zstdcat"),
            [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] => ("UTF-16", "iconv -f UTF-16 -t UTF-8"),
            [not 0, 0, not 0, 0] => ("UTF-16", "iconv -f UTF-16LE -t UTF-8"),
            _ => ("", ""),
        };
        if (what.Length == 0) return;
        var way = name == "-" ? $"... | {command}" : $"{command} '{name}'";
        throw new InvalidDataException($"it is {what}; use {way} | heartbeat verify");
    }
}
