using System.Runtime.InteropServices;

namespace Heartbeat.Cli.Verify;

/// <summary>Finds the lines of beats in logs, in whatever order, and whatever stands before and after them.</summary>
/// <remarks>Nothing is decoded or allocated for a line. One that is longer than the buffer is seen in pieces.</remarks>
internal sealed class LogScanner
{
    /// <summary>How much pieces of a line overlap: room for one beat, but not for two.</summary>
    private const int Overlap = 64;

    private readonly byte[] _buffer = new byte[256 * 1024];

    // Of the present line:
    private (bool IsEvent, BeatUuid Uuid)? _seen;
    private bool _isDamaged;
    private bool _isTemplate;

    private static ReadOnlySpan<byte> Mark => "Heartbeat ("u8;
    private static ReadOnlySpan<byte> TimedMark => "timed): UUID="u8;
    private static ReadOnlySpan<byte> EventMark => "event): UUID="u8;

    public Dictionary<ulong, ProcessBeats> Processes { get; } = [];

    /// <summary>Lines that begin a beat and have no UUID that can be read, or only its name.</summary>
    public long Damaged { get; private set; }
    public long Unrendered { get; private set; }

    /// <exception cref="IOException">It can't be read, or is not lines of text.</exception>
    public void Read(Stream log, LogFile file)
    {
        var kept = 0;
        while (log.ReadAtLeast(_buffer.AsSpan(kept), 4, throwOnEndOfStream: false) is > 0 and var read)
        {
            var text = _buffer.AsSpan(0, kept + read);
            var done = 0;
            if (file.Bytes == 0) Refuse(text, file.Name);
            file.Bytes += read;
            for (; text[done..].IndexOf((byte)'\n') is >= 0 and var length; done += length + 1)
            {
                Scan(text.Slice(done, length), file);
            }

            if (done == 0 && text.Length > _buffer.Length - Overlap)
            {
                Scan(text, file, isWhole: false);
                done = text.Length - Overlap;
            }

            text[done..].CopyTo(_buffer);
            kept = text.Length - done;
        }

        Scan(_buffer.AsSpan(0, kept), file);
    }

    /// <summary>Takes in a line, or a piece of it that is not the last one.</summary>
    private void Scan(ReadOnlySpan<byte> line, LogFile file, bool isWhole = true)
    {
        Stamp? atEnd = null;
        var from = 0;
        for (; line[from..].IndexOf(Mark) is >= 0 and var at; from += at + Mark.Length)
        {
            var rest = line[(from + at + Mark.Length)..];
            var isEvent = rest.StartsWith(EventMark);
            var id = isEvent || rest.StartsWith(TimedMark) ? rest[TimedMark.Length..] : default;
            if (BeatUuid.Read(id) is { } uuid)
            {
                // JSON lines have the message twice.
                if (_seen == (isEvent, uuid)) continue;
                _seen = (isEvent, uuid);
                var stamp = LineTime.Find(line.Slice(from, at), form: 0, uuid.Ticks);
                // A line may hold many beats: what stands at its end is looked for once.
                if (stamp.Form == 0) stamp = atEnd ??= LineTime.Find(line[(from + at)..], LineTime.Last, uuid.Ticks);
                ref var process = ref CollectionsMarshal.GetValueRefOrAddDefault(Processes, uuid.Node, out _);
                (process ??= new(uuid.Node)).See(file, isEvent, uuid.Ticks, stamp);
            }
            else
            {
                // A damaged line is whole but for its UUID, or cut off before it.
                var common = Math.Max(rest.CommonPrefixLength(TimedMark), rest.CommonPrefixLength(EventMark));
                if (id.StartsWith("{Uuid}"u8)) _isTemplate = true;
                else _isDamaged |= common >= "timed)".Length || common == rest.TrimEnd((byte)'\r').Length;
            }
        }

        if (_seen is null) file.SeeOther(line);
        if (!isWhole) return;
        if (_seen is null && _isDamaged) Damaged++;
        else if (_seen is null && _isTemplate) Unrendered++;
        (_seen, _isDamaged, _isTemplate) = (null, false, false);
    }

    private static void Refuse(ReadOnlySpan<byte> start, string name)
    {
        var command = start switch
        {
            [0x1F, 0x8B, ..] => "zcat",
            [0x28, 0xB5, 0x2F, 0xFD, ..] => "zstdcat",
            [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] => "iconv -f UTF-16 -t UTF-8",
            [not 0, 0, not 0, 0, ..] => "iconv -f UTF-16LE -t UTF-8",
            _ => null,
        };
        var way = name == "-" ? $"... | {command}" : $"{command} '{name}'";
        if (command is not null) throw new IOException($"it is not plain text; use {way} | heartbeat verify");
    }
}
