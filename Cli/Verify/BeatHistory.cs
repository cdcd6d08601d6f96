namespace Heartbeat.Cli.Verify;

/// <summary>Takes in the beats of logs, in whatever order, and sorts them by the process that made them.</summary>
internal sealed class BeatHistory
{
    /// <summary>What is missing this close to the end of a log is not missing yet.</summary>
    public const long Slack = 15 * TimeSpan.TicksPerSecond;

    private const long EventDelay = 10 * TimeSpan.TicksPerSecond;

    private readonly Dictionary<ulong, Track> _tracks = [];
    private readonly Dictionary<ulong, ProcessBeats> _processes = [];

    /// <summary>The latest line was of this one, and so, mostly, is the next.</summary>
    private (ulong Origin, Track Track)? _latest;

    // What the present log covers.
    private long _from = long.MaxValue;
    private long _to = long.MinValue;

    /// <summary>The processes that have been seen.</summary>
    public IReadOnlyCollection<ProcessBeats> Processes => _processes.Values;

    /// <summary>Takes a line in.</summary>
    /// <param name="kind">Which line of the beat.</param>
    /// <param name="uuid">The beat.</param>
    /// <param name="time">When the line was written, if it tells.</param>
    public void See(BeatKind kind, BeatUuid uuid, long? time)
    {
        if (_latest is not var (origin, track) || origin != uuid.Origin)
        {
            track = TrackOf(uuid);
            _latest = (uuid.Origin, track);
        }

        var due = kind == BeatKind.Event ? uuid.Ticks + EventDelay : uuid.Ticks;
        Reach(due);
        if (time is { } written) Reach(written);
        if (!track.See(kind, uuid))
        {
            track.Process.Duplicates++;
            return;
        }

        track.Process.Count(kind, uuid);
        // Lines tell their time to the millisecond or second and not to the tick, so they seem to be early by as much.
        if (time is { } shown) track.Process.LineDelay.Add(shown < due && due - shown < TimeSpan.TicksPerSecond ? 0 : shown - due, due);
    }

    /// <summary>Tells that the present log covers an instant.</summary>
    public void Reach(long ticks)
    {
        _from = Math.Min(_from, ticks);
        _to = Math.Max(_to, ticks);
    }

    /// <summary>Ends the present log; the next is judged by its own end.</summary>
    public void EndLog()
    {
        foreach (var track in _tracks.Values) track.EndLog(_from, _to);
        (_from, _to) = (long.MaxValue, long.MinValue);
    }

    private Track TrackOf(BeatUuid uuid)
    {
        if (_tracks.TryGetValue(uuid.Origin, out var track)) return track;
        if (!_processes.TryGetValue(uuid.Node, out var process)) _processes.Add(uuid.Node, process = new(uuid.Node));
        track = process.AddTrack();
        _tracks.Add(uuid.Origin, track);
        return track;
    }
}
