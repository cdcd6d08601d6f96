namespace Heartbeat.Cli.Verify;

/// <summary>What the logs tell of one node: a process of this program, or a computer.</summary>
/// <remarks>
/// Both lines of a beat have its UUID and so its minute: two sets of minutes tell what is there, whatever the order of
/// the lines and however often they come.
/// </remarks>
internal sealed class ProcessBeats(ulong node)
{
    public const long EventDelay = 10 * TimeSpan.TicksPerSecond;

    /// <summary>What is missing this close to the end of a log is not missing yet.</summary>
    public const long Slack = 15 * TimeSpan.TicksPerSecond;

    public string Node { get; } = $"{node:X12}";

    /// <summary>A node with the multicast bit is random, and so that of one process.</summary>
    public string Kind { get; } = ((node >> 40) & 1) != 0 ? "process" : "computer";

    public List<LogFile> Files { get; } = [];
    public long Lines { get; private set; }
    public MinuteSet Beats { get; } = new();
    public MinuteSet Events { get; } = new();

    public Spread? AfterMinute { get; private set; }
    public Spread? LineDelay { get; private set; }

    /// <summary>From the first minute with a beat or event to the last.</summary>
    public MinuteRange Life { get; private set; } = new(long.MaxValue, long.MinValue);

    /// <summary>When the first line was due, and the time that it tells.</summary>
    public (long Due, Stamp Stamp) First { get; private set; } = (long.MaxValue, default);
    public (long Due, Stamp Stamp) Last { get; private set; }
    public long FirstEvent { get; private set; } = long.MaxValue;

    /// <summary>The two latest beats: their events may come after the end of the log.</summary>
    public (long Before, long Last) Latest { get; private set; }

    public void See(LogFile file, bool isEvent, BeatUuid uuid, long due, Stamp stamp)
    {
        if (Lines++ == 0 || Files[^1] != file) Files.Add(file);
        if (due < First.Due) First = (due, stamp);
        if (due > Last.Due || (due == Last.Due && stamp.Ticks > Last.Stamp.Ticks)) Last = (due, stamp);
        // Lines tell their time to the millisecond or second and not to the tick, so they seem to be early by as much.
        var delay = stamp.Ticks - due is < 0 and > -TimeSpan.TicksPerSecond ? 0 : stamp.Ticks - due;
        if (stamp.Form != LogFile.NoTime) (LineDelay ??= new()).Add(delay, due);

        var (beat, minute) = (uuid.Ticks, uuid.Ticks / TimeSpan.TicksPerMinute);
        Life = new(Math.Min(Life.First, minute), Math.Max(Life.Last, minute));
        (isEvent ? Events : Beats).Add(minute);
        if (isEvent) FirstEvent = Math.Min(FirstEvent, beat);
        else (AfterMinute ??= new()).Add(beat % TimeSpan.TicksPerMinute, beat);
        if (isEvent || beat == Latest.Last) return;
        Latest = beat > Latest.Last ? (Latest.Last, beat) : (Math.Max(Latest.Before, beat), Latest.Last);
    }

    /// <summary>When its log begins: before its first line, by what the times of the log say has passed.</summary>
    public long LogStart() => First.Due - First.Stamp.Ticks
        + Files[0].Log.Min(file => file.Covers(First.Stamp.Form)?.Min ?? First.Stamp.Ticks);

    /// <summary>When its log ends: after its last line, by what the times of the log say has passed.</summary>
    /// <remarks>Of the files without a beat, one that begins where the log ends is a part of it.</remarks>
    public long LogEnd(IEnumerable<LogFile> others)
    {
        var end = Files[0].Log.Max(file => file.Covers(Last.Stamp.Form)?.Max ?? Last.Stamp.Ticks);
        var goesOn = others.Select(file => file.Covers(Last.Stamp.Form)).Where(times => times?.Min > end - Slack);
        return Last.Due - Last.Stamp.Ticks + Math.Max(end, goesOn.Max(static times => times?.Max) ?? end);
    }
}

/// <summary>The least, mean and most of many durations, and when the most was: of equal ones, the first.</summary>
internal sealed class Spread
{
    private Int128 _sum;
    private long _least = long.MaxValue;
    private (long Ticks, long At) _most = (long.MinValue, 0);

    public long Count { get; private set; }
    public double LeastSeconds => Seconds(_least);
    public double MeanSeconds => Seconds((double)_sum / Count);
    public double MostSeconds => Seconds(_most.Ticks);
    public DateTime MostAt => new(_most.At, DateTimeKind.Utc);

    public void Add(long ticks, long at)
    {
        (Count, _sum, _least) = (Count + 1, _sum + ticks, Math.Min(_least, ticks));
        if (ticks > _most.Ticks || (ticks == _most.Ticks && at < _most.At)) _most = (ticks, at);
    }

    private static double Seconds(double ticks) => Math.Round(ticks / TimeSpan.TicksPerSecond, 7);
}
