namespace Heartbeat.Cli.Verify;

/// <summary>Which of the two lines of a beat.</summary>
internal enum BeatKind
{
    Timed,
    Event,
}

/// <summary>Pairs beats with their events, of one process under one clock sequence.</summary>
/// <remarks>
/// It grows with what is missing and not with the log: minutes are kept as ranges, and ids only until they are paired,
/// with a few more so that a line that comes again is known. Lines may come in any order.
/// </remarks>
internal sealed class Track(ProcessBeats process)
{
    private const int MostUnpaired = 4096;
    private const int Remembered = 256;

    private readonly Dictionary<long, BeatKind> _unpaired = [];
    private readonly List<long> _paired = [];
    private int _oldestPaired;

    /// <summary>Ids up to this one may have been forgotten: such an id in a minute that is known is taken to come again.</summary>
    private long _forgotten;
    private long _newest;
    private bool _isInLog;
    private (long From, long To) _reach = (long.MaxValue, long.MinValue);

    public ProcessBeats Process => process;

    /// <summary>The minutes that have a beat.</summary>
    public MinuteSet Beats { get; } = new();

    /// <summary>The minutes that have an event.</summary>
    public MinuteSet Events { get; } = new();

    public MinuteSet BeatsWithoutEvent { get; } = new();

    public MinuteSet EventsWithoutBeat { get; } = new();

    /// <summary>Takes a line in.</summary>
    /// <returns>Whether it is new; <see langword="false"/> for a duplicate.</returns>
    public bool See(BeatKind kind, BeatUuid uuid)
    {
        _isInLog = true;
        var id = uuid.Ticks;
        var isNewMinute = (kind == BeatKind.Timed ? Beats : Events).Add(uuid.Minute);
        if (_unpaired.TryGetValue(id, out var other))
        {
            if (other == kind) return false;
            _unpaired.Remove(id);
            Remember(id);
        }
        else if (!isNewMinute && (id <= _forgotten || _paired.Contains(id)))
        {
            return false;
        }
        else
        {
            _unpaired.Add(id, kind);
            _newest = Math.Max(_newest, id);
            if (_unpaired.Count > MostUnpaired) Settle(_newest - TimeSpan.TicksPerHour, long.MinValue, long.MaxValue);
            if (_unpaired.Count > MostUnpaired) Settle(long.MaxValue, long.MinValue, long.MaxValue);
        }

        if (!isNewMinute && kind == BeatKind.Timed) process.SecondBeats++;
        return true;
    }

    /// <summary>A log ends; this is what it covers.</summary>
    public void EndLog(long from, long to)
    {
        if (_isInLog) _reach = (Math.Min(_reach.From, from), Math.Max(_reach.To, to));
        _isInLog = false;
    }

    /// <summary>All logs have been read: what is not paired now never will be.</summary>
    /// <returns>The instant to which the logs of this process go.</returns>
    public long Close()
    {
        Settle(long.MaxValue, _reach.From, _reach.To);
        return _reach.To;
    }

    private void Remember(long id)
    {
        if (_paired.Count < Remembered)
        {
            _paired.Add(id);
            return;
        }

        _forgotten = Math.Max(_forgotten, _paired[_oldestPaired]);
        _paired[_oldestPaired] = id;
        _oldestPaired = (_oldestPaired + 1) % Remembered;
    }

    /// <summary>Judges what is not paired before an instant: the ends of the log are forgiven what they have cut.</summary>
    private void Settle(long before, long logStart, long logEnd)
    {
        foreach (var (id, kind) in _unpaired)
        {
            if (id >= before) continue;
            _unpaired.Remove(id);
            _forgotten = Math.Max(_forgotten, id);
            var minute = id / TimeSpan.TicksPerMinute;
            if (kind == BeatKind.Timed && id > logEnd - BeatHistory.Slack) process.Pending++;
            else if (kind == BeatKind.Timed) BeatsWithoutEvent.Add(minute);
            else if (id <= logStart) process.Cut++;
            else EventsWithoutBeat.Add(minute);
        }
    }
}
