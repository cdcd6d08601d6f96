using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using static Heartbeat.Cli.Verify.TextReport;

namespace Heartbeat.Cli.Verify;

/// <summary>What there is to say: <c>--json</c> shows it as told in docs/verify.md, and the text has no more.</summary>
internal sealed record Report(
    Bound? Since, Bound? Until, long DamagedLines, long UnrenderedLines, List<LogFile> Files, ProcessReport[] Processes)
{
    public bool Alive => Files.TrueForAll(static file => file.Flaw is null) && Processes.All(static one => one.Alive);
    public int Instances => Processes.Select(static process => process.Instance).Distinct().Count();
    public int Restarts => Processes.Count(static process => process.RestartOf is not null);

    /// <summary>What was in the logs, or should have been, and could not be judged.</summary>
    internal IEnumerable<string> Flaws => Files.Select(static file => file.Flaw)
        .Append(DamagedLines == 0 ? null : Count(DamagedLines, "line damaged"))
        .Append(UnrenderedLines == 0 ? null : Count(UnrenderedLines, "line with {Uuid} in place of a UUID")
            + ": the logger did not render the message").OfType<string>();
}

/// <summary>One end of the time that was asked about, and how it was understood.</summary>
internal sealed record Bound(DateTime Instant, string Meaning);

/// <summary>What there is to say of one process, or of one computer.</summary>
internal sealed record ProcessReport(
    string Node, string Kind, int Instance, string? RestartOf, IEnumerable<string> Files,
    DateTime First, DateTime Last, DateTime LogEnd, bool KnownAfterLast, long Beats, long Events,
    MinuteSet Down, MinuteSet MissedAtStart, MinuteSet Missed, MinuteSet MissedAtEnd, MinuteSet BeatsWithoutEvent,
    MinuteSet EventsWithoutBeat, long Pending, long Cut, long RepeatedLines, DateTime MostLate,
    [property: JsonIgnore] MinuteSet Seen)
{
    public bool Alive => Losses.All(static loss => loss.Minutes.Count == 0);

    /// <summary>All that may be missing, in words and in strips.</summary>
    internal (string What, MinuteSet Minutes, Mark Mark)[] Losses =>
    [
        ("minute down", Down, Mark.Missing),
        ("beat missed at the start", MissedAtStart, Mark.Missing),
        ("beat missed", Missed, Mark.Missing),
        ("beat missed at the end", MissedAtEnd, Mark.Missing),
        ("beat without an event", BeatsWithoutEvent, Mark.Half),
        ("event without a beat", EventsWithoutBeat, Mark.Half),
    ];
}

/// <summary>Makes JSON of a report without reflection, which the native program does not have.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(Report))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    /// <summary>Calls the generated code itself: the serializer would add its reader, 0.2 MB, to the program.</summary>
    public static string TextOf(Report report)
    {
        var json = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(json, new() { Indented = true });
        Default.ReportSerializeHandler(writer, report);
        writer.Flush();
        return Encoding.UTF8.GetString(json.WrittenSpan);
    }
}
