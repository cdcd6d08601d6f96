using System.Runtime.InteropServices;

namespace Heartbeat.Cli.Verify;

/// <summary>What one file tells, and which time it covers by its own clock. What is public is in the JSON.</summary>
internal sealed class LogFile(string name)
{
    /// <summary>The form of the times of beats that tell none: the instants of their UUIDs.</summary>
    internal const int NoTime = 1;

    /// <summary>A local clock is set back by half an hour at least, at the end of summer; lines are not.</summary>
    private const long ClockStep = 15 * TimeSpan.TicksPerMinute;

    private readonly Dictionary<int, (long Min, long Max)> _covered = [];
    private long _near = DateTime.UnixEpoch.Ticks;

    /// <summary>The form of the times that lines of beats have here; 0 as long as none is known.</summary>
    private int _form;

    public string Name => name;
    public long Bytes { get; set; }
    public long HeartbeatLines { get; private set; }
    public string? Problem { get; set; }

    /// <summary>The files that are parts of the same log, this one among them.</summary>
    internal List<LogFile> Log { get; set; } = [];

    internal void SeeBeat(ProcessBeats process, bool isEvent, BeatUuid uuid, Stamp stamp)
    {
        var due = isEvent ? uuid.Ticks + ProcessBeats.EventDelay : uuid.Ticks;
        if (HeartbeatLines++ == 0) Rebase(due);
        _near = due;
        if (stamp.Form == 0) stamp = new(due, NoTime);
        else _form = stamp.Form;
        var (lastDue, (ticks, form)) = process.Last;
        if (form == stamp.Form && due > lastDue && stamp.Ticks < ticks - ClockStep) _covered.Remove(form);
        See(stamp);
        process.See(this, isEvent, uuid, due, stamp);
    }

    internal void SeeOther(ReadOnlySpan<byte> line)
    {
        See(LineTime.Find(line, _form, _near));
        // As long as no beat has told where the times of this log stand, both may be.
        if (_form == 0) See(LineTime.Find(line, LineTime.Last, _near));
    }

    /// <summary>From when to when there are lines with times of a form; null if there are none.</summary>
    internal (long Min, long Max)? Covers(int form) => _covered.TryGetValue(form, out var times) ? times : null;

    /// <summary>Tells that times without a year are near an instant.</summary>
    internal void Rebase(long instant)
    {
        foreach (var (form, (min, max)) in _covered)
        {
            _covered[form] = (LineTime.Nearest(min, form, instant), LineTime.Nearest(max, form, instant));
        }
    }

    private void See(Stamp stamp)
    {
        if (stamp.Form == 0) return;
        ref var times = ref CollectionsMarshal.GetValueRefOrAddDefault(_covered, stamp.Form, out var isKnown);
        if (!isKnown) times = (stamp.Ticks, stamp.Ticks);
        times = (Math.Min(times.Min, stamp.Ticks), Math.Max(times.Max, stamp.Ticks));
    }
}
