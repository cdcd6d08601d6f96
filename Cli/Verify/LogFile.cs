namespace Heartbeat.Cli.Verify;

/// <summary>What one file tells, and which time it covers by its own clock. What is public is in the JSON.</summary>
internal sealed class LogFile(string name)
{
    /// <summary>The form of the times of beats that tell none: the instants of their UUIDs.</summary>
    internal const int NoTime = 1;

    private readonly Dictionary<int, (long Min, long Max)> _covered = [];

    /// <summary>When the last beat that tells a time was due, and that time.</summary>
    private (long Due, Stamp Stamp) _last = (new DateTime(2000, 1, 1).Ticks, default);

    public string Name => name;
    public long Bytes { get; set; }
    public long HeartbeatLines { get; private set; }
    public string? Problem { get; set; }

    /// <summary>Why there is nothing from this file, or null.</summary>
    internal string? Flaw => Problem is not null ? $"cannot read '{PlainFormatter.Escape(name)}': {Problem}"
        : HeartbeatLines > 0 ? null
        : $"'{PlainFormatter.Escape(name)}' has no line of a heartbeat in {TextReport.Count(Bytes, "byte")}";

    /// <summary>The files that are parts of the same log, this one among them.</summary>
    internal List<LogFile> Log { get; set; } = [];

    internal void SeeBeat(long due, Stamp stamp)
    {
        if (HeartbeatLines++ == 0) Rebase(due);
        var (lastDue, (last, form)) = _last;
        // A local clock is set back by half an hour at least, at the end of summer; lines are not.
        var isSetBack = due > lastDue && stamp.Ticks < last - (15 * TimeSpan.TicksPerMinute);
        if (isSetBack && stamp.Form == form) _covered.Remove(form);
        if (stamp.Form != NoTime) _last = (due, stamp);
        See(stamp);
    }

    internal void SeeOther(ReadOnlySpan<byte> line)
    {
        See(LineTime.Find(line, _last.Stamp.Form, _last.Due));
        // As long as no beat has told where the times of this log stand, both may be.
        if (_last.Stamp.Form == 0) See(LineTime.Find(line, LineTime.Last, _last.Due));
    }

    /// <summary>From when to when there are lines with times like this one.</summary>
    internal (long Min, long Max) Covers(Stamp stamp) =>
        _covered.GetValueOrDefault(stamp.Form, (stamp.Ticks, stamp.Ticks));

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
        var (min, max) = Covers(stamp);
        if (stamp.Form != 0) _covered[stamp.Form] = (Math.Min(min, stamp.Ticks), Math.Max(max, stamp.Ticks));
    }
}
