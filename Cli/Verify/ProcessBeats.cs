namespace Heartbeat.Cli.Verify;

/// <summary>What the logs tell of one node: a process of this program, or a computer.</summary>
internal sealed class ProcessBeats(ulong node)
{
    /// <summary>What is missing this close to the end of a log is not missing yet.</summary>
    public const long Slack = 15 * TimeSpan.TicksPerSecond;

    private const long EventDelay = 10 * TimeSpan.TicksPerSecond;

    public string Node { get; } = $"{node:X12}";

    /// <summary>A node with the multicast bit is random, and so that of one process.</summary>
    public string Kind { get; } = ((node >> 40) & 1) != 0 ? "process" : "computer";

    public List<LogFile> Files { get; } = [];
    public long Lines { get; private set; }
    public MinuteSet Beats { get; } = new();
    public MinuteSet Events { get; } = new();

    /// <summary>From the first minute with a beat or event to the last.</summary>
    public MinuteRange Life { get; private set; } = new(long.MaxValue, long.MinValue);

    /// <summary>When the first line was due, and the time that it tells.</summary>
    public (long Due, Stamp Stamp) First { get; private set; } = (long.MaxValue, default);
    public (long Due, Stamp Stamp) Last { get; private set; }

    /// <summary>The two latest beats: their events may come after the end of the log.</summary>
    public (long Before, long Last) Latest { get; private set; }

    /// <summary>The number that it shares with those that it is a restart of, and the last of those.</summary>
    public int Instance { get; set; }
    public ProcessBeats? Before { get; set; }

    /// <summary>The first of the beats that came latest after their minute began.</summary>
    public long MostLate { get; private set; }

    public void See(LogFile file, bool isEvent, long beat, Stamp stamp)
    {
        if (Lines++ == 0 || Files[^1] != file) Files.Add(file);
        var (minute, due) = (beat / TimeSpan.TicksPerMinute, isEvent ? beat + EventDelay : beat);
        if (stamp.Form == 0) stamp = new(due, LogFile.NoTime);
        file.SeeBeat(due, stamp);
        if (due < First.Due) First = (due, stamp);
        if (due > Last.Due || (due == Last.Due && stamp.Ticks > Last.Stamp.Ticks)) Last = (due, stamp);
        Life = new(Math.Min(Life.First, minute), Math.Max(Life.Last, minute));
        (isEvent ? Events : Beats).Add(minute);
        if (isEvent || beat == Latest.Last) return;
        if (LatenessOf(beat).CompareTo(LatenessOf(MostLate)) > 0) MostLate = beat;
        Latest = beat > Latest.Last ? (Latest.Last, beat) : (Math.Max(Latest.Before, beat), Latest.Last);
    }

    private static (long, long) LatenessOf(long beat) => (beat % TimeSpan.TicksPerMinute, -beat);

    /// <summary>When its log begins: before its first line, by what the times of the log say has passed.</summary>
    public long LogStart() => First.Due - First.Stamp.Ticks + Files[0].Log.Min(file => file.Covers(First.Stamp).Min);

    /// <summary>When its log ends: after its last line, by what the times of the log say has passed.</summary>
    /// <remarks>Of the files without a beat, one that begins where the log ends is a part of it.</remarks>
    public long LogEnd(IEnumerable<LogFile> others)
    {
        var end = Files[0].Log.Max(file => file.Covers(Last.Stamp).Max);
        var goesOn = others.Select(file => file.Covers(Last.Stamp)).Where(times => times.Min > end - Slack);
        return Last.Due - Last.Stamp.Ticks + goesOn.Select(static times => times.Max).Append(end).Max();
    }
}
