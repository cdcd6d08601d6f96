using System.Text.Json;

namespace Heartbeat.Cli.Verify;

/// <summary>The verdict for machines: one JSON object with everything, all ranges included.</summary>
internal static class JsonReport
{
    public static void Write(Verdict verdict, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteBoolean("alive", verdict.IsAlive);
        WriteInstant(json, "first", verdict.First);
        WriteInstant(json, "last", verdict.Last);
        json.WriteNumber("damagedLines", verdict.Damaged);
        json.WriteBoolean("cutAtStart", verdict.IsCut);
        json.WriteStartArray("processes");
        foreach (var process in verdict.Processes) WriteProcess(json, process);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteProcess(Utf8JsonWriter json, ProcessBeats process)
    {
        json.WriteStartObject();
        json.WriteString("node", $"{process.Node:X12}");
        json.WriteString("restartOf", process.Before is { } before ? $"{before.Node:X12}" : null);
        WriteInstant(json, "first", process.First);
        WriteInstant(json, "last", process.Last);
        json.WriteBoolean("alive", process.IsAlive);
        json.WriteNumber("beats", process.Beats);
        json.WriteNumber("events", process.Events);
        WriteMinutes(json, "missed", process.Missed);
        WriteMinutes(json, "missedAtEnd", process.Silent);
        WriteMinutes(json, "down", process.Down);
        WriteMinutes(json, "beatsWithoutEvent", process.BeatsWithoutEvent);
        WriteMinutes(json, "eventsWithoutBeat", process.EventsWithoutBeat);
        json.WriteNumber("pending", process.Pending);
        json.WriteNumber("cut", process.Cut);
        json.WriteNumber("duplicates", process.Duplicates);
        json.WriteNumber("secondBeats", process.SecondBeats);
        json.WriteNumber("clockSetBacks", process.SetBacks);
        json.WriteNumber("offMinute", process.OffMinute);
        WriteSpread(json, "afterMinute", process.AfterMinute);
        WriteSpread(json, "lineDelay", process.LineDelay);
        json.WriteEndObject();
    }

    private static void WriteMinutes(Utf8JsonWriter json, string name, MinuteSet minutes)
    {
        json.WriteStartObject(name);
        json.WriteNumber("count", minutes.Count);
        json.WriteStartArray("ranges");
        foreach (var range in minutes)
        {
            json.WriteStartObject();
            WriteInstant(json, "from", range.First * TimeSpan.TicksPerMinute);
            WriteInstant(json, "to", range.Last * TimeSpan.TicksPerMinute);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteSpread(Utf8JsonWriter json, string name, Spread spread)
    {
        if (spread.Count == 0)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteNumber("count", spread.Count);
        json.WriteNumber("leastSeconds", Seconds(spread.Least));
        json.WriteNumber("meanSeconds", Seconds(spread.Mean));
        json.WriteNumber("mostSeconds", Seconds(spread.Most));
        WriteInstant(json, "mostAt", spread.MostAt);
        json.WriteEndObject();

        static double Seconds(double ticks) => Math.Round(ticks / TimeSpan.TicksPerSecond, 7);
    }

    private static void WriteInstant(Utf8JsonWriter json, string name, long ticks) =>
        json.WriteString(name, new DateTime(ticks, DateTimeKind.Utc));
}
