namespace Heartbeat.Cli.Verify;

/// <summary>What the logs tell of one node: a process of this program, or a computer.</summary>
/// <remarks>
/// Both lines of a beat have its UUID and so its minute: two sets of minutes tell what is there, whatever the order of the
/// lines and however often they come.
/// </remarks>
internal sealed class ProcessBeats(ulong node)
{
    /// <summary>What is missing this close to the end of a log is not missing yet.</summary>
    public const long Slack = 15 * TimeSpan.TicksPerSecond;

    private const long EventDelay = 10 * TimeSpan.TicksPerSecond;

    /// <summary>A beat that comes later in its minute than this is not on the minute.</summary>
    private const long OnTheMinute = TimeSpan.TicksPerSecond;

    private int _clockSequence = -1;

    public ulong Node => node;

    /// <summary>Whether the node is random, and so that of one process; else it is the address of a computer.</summary>
    public bool IsProcess => ((node >> 40) & 1) != 0;

    /// <summary>The files that have lines of it, in the order in which they were read.</summary>
    public List<LogFile> Files { get; } = [];

    public long Lines { get; private set; }

    /// <summary>The minutes that have a beat.</summary>
    public MinuteSet Beats { get; } = new();

    /// <summary>The minutes whose beat has had its event.</summary>
    public MinuteSet Events { get; } = new();

    /// <summary>The minutes whose beat came later than it should.</summary>
    public MinuteSet OffMinute { get; } = new();

    /// <summary>How long after their minute the beats came.</summary>
    public Spread AfterMinute { get; } = new();

    /// <summary>What the lines tell as their time, less the instant at which they were due.</summary>
    public Spread LineDelay { get; } = new();

    /// <summary>From the first minute with a beat or event to the last.</summary>
    public MinuteRange Life { get; private set; } = new(long.MaxValue, long.MinValue);

    /// <summary>When the first and the last line was due.</summary>
    public (long First, long Last) Due { get; private set; } = (long.MaxValue, long.MinValue);

    /// <summary>The first beat that has an event.</summary>
    public long FirstEvent { get; private set; } = long.MaxValue;

    /// <summary>The two latest beats: their events may come after the end of the log.</summary>
    public (long Before, long Last) Latest { get; private set; }

    /// <summary>There is one more each time that the clock was set back; of a computer, they tell nothing.</summary>
    public HashSet<int> ClockSequences { get; } = [];

    /// <summary>Takes in a line.</summary>
    /// <returns>When it was due.</returns>
    public long See(bool isEvent, BeatUuid uuid)
    {
        var (beat, due) = (uuid.Ticks, isEvent ? uuid.Ticks + EventDelay : uuid.Ticks);
        var minute = beat / TimeSpan.TicksPerMinute;
        Lines++;
        Due = (Math.Min(Due.First, due), Math.Max(Due.Last, due));
        Life = new(Math.Min(Life.First, minute), Math.Max(Life.Last, minute));
        if (IsProcess && uuid.ClockSequence != _clockSequence) ClockSequences.Add(_clockSequence = uuid.ClockSequence);
        if (isEvent)
        {
            Events.Add(minute);
            FirstEvent = Math.Min(FirstEvent, beat);
            return due;
        }

        Beats.Add(minute);
        if (beat > Latest.Last) Latest = (Latest.Last, beat);
        else if (beat > Latest.Before && beat < Latest.Last) Latest = Latest with { Before = beat };
        var after = beat % TimeSpan.TicksPerMinute;
        AfterMinute.Add(after, beat);
        if (after >= OnTheMinute) OffMinute.Add(minute);
        return due;
    }

    /// <summary>Takes in how much later than due a line says that it is.</summary>
    /// <remarks>Lines tell their time to the millisecond or second and not to the tick, so they seem to be early by as much.</remarks>
    public void SeeDelay(long delay, long due) => LineDelay.Add(delay is < 0 and > -TimeSpan.TicksPerSecond ? 0 : delay, due);

    /// <summary>The minutes of the latest beats, if their events may come after an end.</summary>
    public IEnumerable<MinuteRange> MayBePending(long end) => new[] { Latest.Before, Latest.Last }.Where(beat => beat > end - Slack)
        .Select(static beat => beat / TimeSpan.TicksPerMinute).Distinct().Select(static minute => new MinuteRange(minute, minute));

    /// <summary>The minute of the first event, if its beat was before the log.</summary>
    public IEnumerable<MinuteRange> MayBeCut() =>
        FirstEvent <= LogStart() ? [new(FirstEvent / TimeSpan.TicksPerMinute, FirstEvent / TimeSpan.TicksPerMinute)] : [];

    /// <summary>When its log begins.</summary>
    private long LogStart()
    {
        var (due, stamp) = Files.Select(file => file.SightingOf(this).First).Where(static line => line.Stamp.Form != 0)
            .DefaultIfEmpty().MinBy(static line => line.Due);
        return stamp.Form == 0 ? Files[0].Log.Min(static file => file.Due.First)
            : due - stamp.Ticks + Files[0].Log.Min(file => file.Covers(stamp.Form)?.Min ?? stamp.Ticks);
    }

    /// <summary>When its log ends by its own clock: its last line, and what the times of the log say has passed since.</summary>
    /// <param name="others">Files without a beat: one that begins where the log ends is a part of it.</param>
    /// <returns>The end, and whether lines tell it; if not, it is the last beat of the log.</returns>
    public (long Ticks, bool IsTold) LogEnd(IEnumerable<LogFile> others)
    {
        var (due, stamp) = Files.Select(file => file.SightingOf(this).Last).MaxBy(static line => (line.Due, line.Stamp.Ticks));
        if (stamp.Form == 0 || due < Due.Last) return (Files[0].Log.Max(static file => file.Due.Last), false);
        var end = Files[0].Log.Max(file => file.Covers(stamp.Form)?.Max) ?? stamp.Ticks;
        var goesOn = others.Select(file => file.Covers(stamp.Form)).Where(times => times?.Min > end - Slack).Max(static times => times?.Max);
        return (due - stamp.Ticks + Math.Max(end, goesOn ?? end), true);
    }
}
