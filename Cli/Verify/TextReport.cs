using static Heartbeat.Cli.Verify.Wording;

namespace Heartbeat.Cli.Verify;

/// <summary>The verdict for people: what is to be known first, then a line a process, then a strip a day.</summary>
internal static class TextReport
{
    public static void Write(Verdict verdict, Ink ink)
    {
        WriteVerdict(verdict, ink);
        ink.WriteLine();
        foreach (var process in verdict.Processes) WriteProcess(process, DayStrips.Label(verdict, process.Succession), ink);
        ink.WriteLine();
        DayStrips.Write(verdict, ink);
    }

    private static void WriteVerdict(Verdict verdict, Ink ink)
    {
        var missing = new List<string>();
        Add(missing, verdict.Sum(static process => process.Missed.Count + process.Silent.Count), "beat missed", "beats missed");
        Add(missing, verdict.Sum(static process => process.Down.Count), "minute down", "minutes down");
        Add(missing, verdict.Sum(static process => process.BeatsWithoutEvent.Count), "beat without an event", "beats without an event");
        Add(missing, verdict.Sum(static process => process.EventsWithoutBeat.Count), "event without a beat", "events without a beat");
        if (missing.Count == 0) ink.Write("All alive: nothing missing.", Ink.Green);
        else ink.Write($"Not all alive: {string.Join(", ", missing)}.", Ink.Red);
        ink.WriteLine();

        var seen = new List<string>();
        Add(seen, verdict.Sum(static process => process.Beats), "beat", "beats");
        Add(seen, verdict.Sum(static process => process.Events), "event", "events");
        Add(seen, verdict.Processes.Count, "process", "processes");
        Add(seen, verdict.Processes.Count - verdict.Successions.Count, "restart", "restarts");
        if (verdict.Successions.Count > 1) seen.Add($"{verdict.Successions.Count} side by side");
        ink.WriteLine($"{string.Join(", ", seen)}: {Range(verdict.First, verdict.Last)} UTC.");
        if (verdict.IsCut) ink.WriteLine("The log is cut at its start: it begins with the event of a beat that is not in it.");
        if (verdict.Damaged > 0) ink.WriteLine($"{Count(verdict.Damaged, "damaged line")} skipped.");
    }

    private static void WriteProcess(ProcessBeats process, string label, Ink ink)
    {
        ink.Write($"{label}{process.Node:X12}  {Range(process.First, process.Last)}  ");
        ink.Write($"{Count(process.Beats, "beat")}, {Count(process.Events, "event")}");
        if (process.Before is not null) ink.Write(process.Down.Count == 0 ? "; restart without a loss" : "; restart");
        WriteLoss("minute down", "minutes down", process.Down, ink);
        WriteLoss("beat missed", "beats missed", process.Missed, ink);
        WriteLoss("beat missed at the end", "beats missed at the end", process.Silent, ink);
        WriteLoss("beat without an event", "beats without an event", process.BeatsWithoutEvent, ink);
        WriteLoss("event without a beat", "events without a beat", process.EventsWithoutBeat, ink);

        var notes = new List<string>();
        Add(notes, process.Pending, "event pending", "events pending");
        Add(notes, process.Cut, "event from before the log", "events from before the log");
        Add(notes, process.Duplicates, "duplicate line", "duplicate lines");
        Add(notes, process.SecondBeats, "second beat in its minute", "second beats in their minutes");
        Add(notes, process.SetBacks, "step back of the clock", "steps back of the clock");
        if (process.AfterMinute is { Count: > 0 } after)
        {
            notes.Add(process.OffMinute == 0
                ? $"at most {Duration(after.Most)} after the minute"
                : $"{Count(process.OffMinute, "beat")} not on the minute, by up to {Duration(after.Most)} ({Minute(after.MostAt)})");
        }

        if (process.LineDelay is { Count: > 0 } delay)
        {
            notes.Add($"lines {Duration(delay.Mean)} late on average, at most {Duration(delay.Most)} ({Minute(delay.MostAt)})");
            if (delay.Least < 0) notes.Add($"lines up to {Duration(-delay.Least)} early");
        }

        ink.WriteLine(string.Concat(notes.Select(static note => $"; {note}")));
    }

    private static void WriteLoss(string one, string many, MinuteSet minutes, Ink ink)
    {
        if (minutes.Count == 0) return;
        ink.Write("; ");
        ink.Write($"{Count(minutes.Count, one, many)}: {Ranges(minutes)}", Ink.Red);
    }

    private static void Add(List<string> notes, long count, string one, string many)
    {
        if (count > 0) notes.Add(Count(count, one, many));
    }
}
