namespace Heartbeat.Cli.Verify;

/// <summary>Finds the lines of beats in a log, whatever stands before and after them.</summary>
/// <remarks>
/// Between two beats it only looks for the bytes that a beat begins with, many at a time; nothing is decoded or
/// allocated. It keeps one buffer: of a line that is longer it sees pieces, which overlap.
/// </remarks>
internal sealed class LogScanner(BeatHistory history)
{
    private const int BufferSize = 256 * 1024;

    /// <summary>How much of a line, on either side of a beat, may hold its time.</summary>
    private const int Nearby = 512;

    /// <summary>How much pieces of a line overlap: room for one beat, but not for two.</summary>
    private const int Overlap = 64;

    private readonly byte[] _buffer = new byte[BufferSize];

    // Of the present line:
    private (BeatKind Kind, BeatUuid Uuid)? _seen;
    private bool _isBroken;

    // Of the present log: its outer lines, as far as they may hold their time, and where in a line times are.
    private byte[]? _firstLine;
    private byte[]? _lastLine;
    private int _timesAt;

    private static ReadOnlySpan<byte> Mark => "Heartbeat ("u8;

    private static ReadOnlySpan<byte> TimedMark => "timed): UUID="u8;

    private static ReadOnlySpan<byte> EventMark => "event): UUID="u8;

    /// <summary>Lines that begin a beat and from which none can be read.</summary>
    public long Damaged { get; private set; }

    /// <summary>Reads a log to its end.</summary>
    /// <param name="log">The log.</param>
    /// <param name="onRead">Told after each reading how many bytes it was.</param>
    public void Read(Stream log, Action<int> onRead)
    {
        (_firstLine, _lastLine, _timesAt) = (null, null, -1);
        var kept = 0;
        for (int read; (read = log.Read(_buffer.AsSpan(kept))) > 0;)
        {
            onRead(read);
            var text = _buffer.AsSpan(0, kept + read);
            var done = text[kept..].LastIndexOf((byte)'\n') is >= 0 and var newline ? kept + newline + 1 : 0;
            if (done > 0)
            {
                Scan(text[..done]);
            }
            else if (text.Length == BufferSize)
            {
                Scan(text);
                done = BufferSize - Overlap;
            }

            text[done..].CopyTo(_buffer);
            kept = text.Length - done;
        }

        Scan(_buffer.AsSpan(0, kept));
        EndLine();
        Reach(_firstLine);
        Reach(_lastLine);
        history.EndLog();
    }

    private void Scan(ReadOnlySpan<byte> text)
    {
        var lineStart = 0;
        var from = 0;
        while (text[from..].IndexOf(Mark) is >= 0 and var found)
        {
            var mark = from + found;
            if (text[from..mark].LastIndexOf((byte)'\n') is >= 0 and var newline)
            {
                EndLine();
                lineStart = from = from + newline + 1;
            }

            var nearby = Math.Max(from, mark - Nearby);
            See(text[nearby..mark], nearby - lineStart, text[(mark + Mark.Length)..]);
            from = mark + Mark.Length;
        }

        if (text[from..].Contains((byte)'\n')) EndLine();
        NoteOuterLines(text);
    }

    /// <summary>Looks at what may be a beat.</summary>
    /// <param name="before">The line before it, or what is near of it.</param>
    /// <param name="beforeAt">Where that begins in the line.</param>
    /// <param name="rest">What follows the mark, and not only in this line.</param>
    private void See(ReadOnlySpan<byte> before, int beforeAt, ReadOnlySpan<byte> rest)
    {
        var isTimed = rest.StartsWith(TimedMark);
        if ((!isTimed && !rest.StartsWith(EventMark)) || !BeatUuid.TryRead(rest[TimedMark.Length..], out var uuid))
        {
            _isBroken |= IsBroken(rest);
            return;
        }

        // JSON lines have the message twice.
        var beat = (isTimed ? BeatKind.Timed : BeatKind.Event, uuid);
        if (_seen == beat) return;
        _seen = beat;
        history.See(beat.Item1, uuid, TimeOf(before, beforeAt, rest[(TimedMark.Length + BeatUuid.Length)..]));
    }

    /// <summary>The time of a line: the last before the beat, or one after it as docker's JSON files have it.</summary>
    private long? TimeOf(ReadOnlySpan<byte> before, int beforeAt, ReadOnlySpan<byte> after)
    {
        if (LineTime.TryFindLast(before, out var ticks, out var at))
        {
            _timesAt = beforeAt + at;
            return ticks;
        }

        if (after.Length == 0 || after[0] == '\n') return null;
        return LineTime.TryFindLast(FirstLine(after[..Math.Min(Nearby, after.Length)]), out ticks, out _) ? ticks : null;
    }

    private void EndLine()
    {
        if (_isBroken && _seen is null) Damaged++;
        (_seen, _isBroken) = (null, false);
    }

    private void NoteOuterLines(ReadOnlySpan<byte> text)
    {
        var lines = text.TrimEnd("\r\n"u8);
        if (lines.IsEmpty) return;
        _firstLine ??= Start(FirstLine(lines));
        _lastLine = Start(lines[(lines.LastIndexOf((byte)'\n') + 1)..]);

        static byte[] Start(ReadOnlySpan<byte> line) => line[..Math.Min(Nearby, line.Length)].ToArray();
    }

    /// <summary>A log may begin before its first beat, and go on after its last.</summary>
    /// <remarks>A line without a beat has its time where the lines of beats have theirs, or it is another time.</remarks>
    private void Reach(ReadOnlySpan<byte> line)
    {
        if (_timesAt >= 0 && _timesAt < line.Length && LineTime.TryRead(line[_timesAt..], out var ticks)) history.Reach(ticks);
    }

    /// <summary>Whether a line was to be that of a beat: whole but for its UUID, or cut off before it.</summary>
    private static bool IsBroken(ReadOnlySpan<byte> rest)
    {
        var word = FirstLine(rest[..Math.Min(rest.Length, TimedMark.Length)]).TrimEnd((byte)'\r');
        return word.StartsWith("timed)"u8) || word.StartsWith("event)"u8) || TimedMark.StartsWith(word) || EventMark.StartsWith(word);
    }

    private static ReadOnlySpan<byte> FirstLine(ReadOnlySpan<byte> text) =>
        text.IndexOf((byte)'\n') is >= 0 and var newline ? text[..newline] : text;
}
