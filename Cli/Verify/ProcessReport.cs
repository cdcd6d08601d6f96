using System.Text.Json.Serialization;
using static Heartbeat.Cli.Verify.MinuteRange;

namespace Heartbeat.Cli.Verify;

/// <summary>Minutes of which something is told.</summary>
internal sealed record Minutes(IReadOnlyList<MinuteRange> Ranges)
{
    public long Count => Ranges.Sum(static range => range.Last - range.First + 1);
}

/// <summary>What is to be said of one process, or of one computer. The properties are those of docs/verify.md.</summary>
/// <param name="process">What the logs tell of it.</param>
/// <param name="asked">The time to judge.</param>
/// <param name="instance">The number of the instance of which it is one process.</param>
/// <param name="before">The process that it is the restart of.</param>
/// <param name="isLast">Whether no process came after it.</param>
/// <param name="log">Where its log ends, and whether the lines tell that.</param>
internal sealed class ProcessReport(
    ProcessBeats process, Asked asked, int instance, ProcessBeats? before, bool isLast, (long End, bool IsTold) log)
{
    public string Node { get; } = $"{process.Node:X12}";

    public string Kind { get; } = process.IsProcess ? "process" : "computer";

    public int Instance { get; } = instance;

    public string? RestartOf { get; } = before is null || asked.Of([process.Life with { Last = process.Life.First }]).Count == 0
        ? null : $"{before.Node:X12}";

    public IReadOnlyList<string> Files { get; } = [.. process.Files.Select(static file => file.Name)];

    public bool Alive => Losses.All(static loss => loss.Minutes.Count == 0);

    public DateTime First { get; } = asked.Of([process.Life]).Ranges.FirstOrDefault(process.Life).From;

    public DateTime Last { get; } = asked.Of([process.Life]).Ranges.FirstOrDefault(process.Life).To;

    public DateTime LogEnd { get; } = new(log.End, DateTimeKind.Utc);

    public bool KnownAfterLast { get; } = log.IsTold || !isLast || asked.Until is not null;

    public long Beats { get; } = asked.Of(process.Beats.Sort()).Count;

    public long Events { get; } = asked.Of(process.Events.Sort()).Count;

    public Minutes Down { get; } = asked.Of(before is null ? [] : [new(before.Life.Last + 1, process.Life.First - 1)]);

    /// <summary>Before the first of all processes, nobody else was there.</summary>
    public Minutes MissedAtStart { get; } = asked.Of(asked.Since is null || instance > 1 || before is not null
        ? [] : [new(0, process.Life.First - 1)]);

    public Minutes Missed { get; } = asked.Of(Minus(Minus([process.Life], process.Beats.Sort()), process.Events.Sort()));

    /// <summary>One line alone is more likely a damaged one than a process that fell silent.</summary>
    public Minutes MissedAtEnd { get; } = asked.Of(!isLast || process.Lines == 1
        ? [] : [new(process.Life.Last + 1, Asked.LastBefore(asked.EndOr(log.End)))]);

    public Minutes BeatsWithoutEvent { get; } =
        asked.Of(Minus(Minus(process.Beats.Sort(), process.Events.Sort()), process.MayBePending(asked.EndOr(log.End))));

    public Minutes EventsWithoutBeat { get; } = asked.Of(Minus(Minus(process.Events.Sort(), process.Beats.Sort()), process.MayBeCut()));

    public long Pending { get; } = asked.Of(Minus(process.MayBePending(asked.EndOr(log.End)), process.Events.Sort())).Count;

    public long Cut { get; } = asked.Of(Minus(process.MayBeCut(), process.Beats.Sort())).Count;

    public long RepeatedLines { get; } =
        process.Lines - new Minutes(process.Beats.Sort()).Count - new Minutes(process.Events.Sort()).Count;

    public int ClockSetBacks { get; } = Math.Max(0, process.ClockSequences.Count - 1);

    public long OffMinute { get; } = asked.Of(process.OffMinute.Sort()).Count;

    public Spread? AfterMinute { get; } = process.AfterMinute.IfAny;

    public Spread? LineDelay { get; } = process.LineDelay.IfAny;

    /// <summary>All that makes the process not alive, by its names.</summary>
    [JsonIgnore]
    public IReadOnlyList<(string One, string Many, Minutes Minutes)> Losses =>
    [
        ("minute down", "minutes down", Down),
        ("beat missed at the start", "beats missed at the start", MissedAtStart),
        ("beat missed", "beats missed", Missed),
        ("beat missed at the end", "beats missed at the end", MissedAtEnd),
        ("beat without an event", "beats without an event", BeatsWithoutEvent),
        ("event without a beat", "events without a beat", EventsWithoutBeat),
    ];
}
