namespace Heartbeat.Cli.Verify;

/// <summary>What the log tells of one process, which is one node.</summary>
internal sealed class ProcessBeats(ulong node)
{
    /// <summary>A beat that comes later in its minute than this is not on the minute.</summary>
    private const long OnTheMinute = TimeSpan.TicksPerSecond;

    private readonly List<Track> _tracks = [];

    public ulong Node => node;

    /// <summary>How often the clock was set back: each time, the clock sequence changes.</summary>
    public int SetBacks => _tracks.Count - 1;

    public long Beats { get; private set; }

    public long Events { get; private set; }

    public long Duplicates { get; set; }

    /// <summary>Beats of other ids in a minute that has one.</summary>
    public long SecondBeats { get; set; }

    /// <summary>Beats so near to the end of the log that their events may come after it.</summary>
    public long Pending { get; set; }

    /// <summary>Events at the start of the log whose beats must have been before it.</summary>
    public long Cut { get; set; }

    /// <summary>How long after their minute the beats came.</summary>
    public Spread AfterMinute { get; } = new();

    public long OffMinute { get; private set; }

    /// <summary>How long after the beat or the event its line was written, where the line tells it.</summary>
    public Spread LineDelay { get; } = new();

    /// <summary>The minutes that have a beat; those of events if there is none.</summary>
    public MinuteSet Minutes { get; } = new();

    /// <summary>The minutes without a beat between the first and the last.</summary>
    public MinuteSet Missed { get; } = new();

    public MinuteSet BeatsWithoutEvent { get; } = new();

    public MinuteSet EventsWithoutBeat { get; } = new();

    /// <summary>The number of the succession it belongs to.</summary>
    public int Succession { get; set; }

    /// <summary>The process that this one came after, if any did end before.</summary>
    public ProcessBeats? Before { get; set; }

    /// <summary>The minutes without a beat since the process before.</summary>
    public MinuteSet Down { get; } = new();

    /// <summary>The minutes without a beat after the last, if no other process came after and the log goes on.</summary>
    public MinuteSet Silent { get; } = new();

    /// <summary>The instant of the first beat, as <see cref="DateTime.Ticks"/>.</summary>
    public long First { get; private set; } = long.MaxValue;

    /// <summary>The instant of the last beat.</summary>
    public long Last { get; private set; } = long.MinValue;

    /// <summary>The instant to which the logs with this process go.</summary>
    public long LogEnd { get; private set; } = long.MinValue;

    public bool IsAlive => Missed.Count + BeatsWithoutEvent.Count + EventsWithoutBeat.Count + Down.Count + Silent.Count == 0;

    /// <summary>Begins a clock sequence.</summary>
    public Track AddTrack()
    {
        _tracks.Add(new(this));
        return _tracks[^1];
    }

    /// <summary>Counts a line that is not a duplicate.</summary>
    public void Count(BeatKind kind, BeatUuid uuid)
    {
        if (kind == BeatKind.Event)
        {
            Events++;
            return;
        }

        Beats++;
        (First, Last) = (Math.Min(First, uuid.Ticks), Math.Max(Last, uuid.Ticks));
        var after = uuid.Ticks % TimeSpan.TicksPerMinute;
        AfterMinute.Add(after, uuid.Ticks);
        if (after >= OnTheMinute) OffMinute++;
    }

    /// <summary>All logs have been read.</summary>
    public void Close()
    {
        var covered = new MinuteSet();
        foreach (var track in _tracks)
        {
            LogEnd = Math.Max(LogEnd, track.Close());
            BeatsWithoutEvent.Add(track.BeatsWithoutEvent);
            EventsWithoutBeat.Add(track.EventsWithoutBeat);
            var minutes = Beats > 0 ? track.Beats : track.Events;
            if (minutes.Count == 0) continue;
            Minutes.Add(minutes);
            // What a track lacks is missing, even if another one, by a clock that was set back, has such minutes.
            Missed.Add(minutes.Gaps);
            covered.Add(new MinuteRange(minutes.First, minutes.Last));
        }

        Missed.Add(covered.Gaps);
        if (Beats == 0) (First, Last) = (Minutes.First * TimeSpan.TicksPerMinute, Minutes.Last * TimeSpan.TicksPerMinute);
    }
}
