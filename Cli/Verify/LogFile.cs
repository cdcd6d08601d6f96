namespace Heartbeat.Cli.Verify;

/// <summary>The first and last lines of a process in a file that tell their time: when they were due, and that time.</summary>
internal sealed class Sighting
{
    public (long Due, Stamp Stamp) First { get; set; }

    public (long Due, Stamp Stamp) Last { get; set; }
}

/// <summary>What one file tells: whose beats are in it, and which time it covers by its own clock.</summary>
/// <param name="name">As it was named; a dash for the input.</param>
/// <param name="near">An instant near its times, as far as one is known.</param>
internal sealed class LogFile(string name, long near)
{
    /// <summary>A local clock is set back by half an hour at least, at the end of summer; lines are not.</summary>
    private const long ClockStep = 15 * TimeSpan.TicksPerMinute;

    private readonly Dictionary<int, (long Min, long Max)> _covered = [];
    private readonly Dictionary<ProcessBeats, Sighting> _sightings = [];
    private (ProcessBeats? Process, Sighting Sighting) _latest;
    private long _near = near;

    /// <summary>The form of the times that lines of beats have here; 0 as long as none is known.</summary>
    private int _form;

    public string Name => name;

    public long Bytes { get; set; }

    /// <summary>How many lines of beats it has.</summary>
    public long Lines { get; private set; }

    /// <summary>Why it can't be read, or not to its end.</summary>
    public string? Problem { get; set; }

    /// <summary>The instants of the first and last line of a beat.</summary>
    public (long First, long Last) Due { get; private set; } = (long.MaxValue, long.MinValue);

    /// <summary>The files that are parts of the same log, this one among them.</summary>
    public List<LogFile> Log { get; set; } = [];

    /// <summary>Takes in a line of a beat, which may tell its time.</summary>
    public void SeeBeat(ProcessBeats process, long due, Stamp stamp)
    {
        if (Lines++ == 0) Rebase(due);
        _near = due;
        Due = (Math.Min(Due.First, due), Math.Max(Due.Last, due));
        var seen = SightingOf(process);
        if (stamp.Form == 0) return;
        _form = stamp.Form;
        var (isFirst, last) = (seen.Last.Stamp.Form == 0, seen.Last);
        if (!isFirst && due > last.Due && stamp.Ticks < last.Stamp.Ticks - ClockStep) _covered[_form] = (stamp.Ticks, stamp.Ticks);
        See(stamp);
        if (isFirst || due < seen.First.Due) seen.First = (due, stamp);
        if (isFirst || due > last.Due || (due == last.Due && stamp.Ticks > last.Stamp.Ticks)) seen.Last = (due, stamp);
    }

    /// <summary>Takes in any other line.</summary>
    public void SeeOther(ReadOnlySpan<byte> line)
    {
        var stamp = LineTime.Find(line, _form, _near);
        if (stamp.Form == 0) return;
        See(stamp);
        // As long as no beat has told where the times of this log stand, both may be.
        if (_form == 0) See(LineTime.Find(line, LineTime.Last, _near));
    }

    /// <summary>The lines of a process that tell their time.</summary>
    public Sighting SightingOf(ProcessBeats process)
    {
        if (_latest.Process == process) return _latest.Sighting;
        if (!_sightings.TryGetValue(process, out var sighting))
        {
            _sightings.Add(process, sighting = new());
            process.Files.Add(this);
        }

        _latest = (process, sighting);
        return sighting;
    }

    /// <summary>From when to when lines with times of a form were written; <see langword="null"/> if there are none.</summary>
    public (long Min, long Max)? Covers(int form) => _covered.TryGetValue(form, out var times) ? times : null;

    /// <summary>Tells that times without a year are near an instant.</summary>
    public void Rebase(long instant)
    {
        foreach (var (form, (min, max)) in _covered)
        {
            _covered[form] = (LineTime.Nearest(min, form, instant), LineTime.Nearest(max, form, instant));
        }
    }

    private void See(Stamp stamp)
    {
        var (min, max) = Covers(stamp.Form) ?? (stamp.Ticks, stamp.Ticks);
        _covered[stamp.Form] = (Math.Min(min, stamp.Ticks), Math.Max(max, stamp.Ticks));
    }
}
