using System.Globalization;
using System.Text.Json;

namespace Heartbeat.Tests.Infra;

/// <summary>A random log of which it is known what was taken out of it, and what must therefore be found.</summary>
/// <remarks>The expectation is counted minute by minute from the lines that were left in, by nothing of the product.</remarks>
internal sealed class VerifyCase
{
    private readonly Random _random;
    private readonly int _style;
    private readonly bool _hasTimes;
    private readonly List<Line> _lines = [];
    private readonly List<long> _nodes = [];
    private readonly double _lossRate;
    private string? _expected;
    private readonly int _parallel = -1;

    public VerifyCase(int seed)
    {
        _random = new(seed);
        _style = _random.Next(6);
        _hasTimes = _style is 1 or 2 or 3 or 4;
        _lossRate = _random.Next(3) switch { 0 => 0, 1 => 0.03, _ => 0.25 };
        var start = new DateTimeOffset(2026, 3, 29, 0, 0, 0, TimeSpan.Zero).AddMinutes(_random.Next(2_000));
        var minute = start;
        for (var process = _random.Next(1, 4); process > 0; process--)
        {
            var minutes = _random.Next(3, 80);
            AddProcess(minute, minutes, spares: 0);
            minute = minute.AddMinutes(minutes + (_random.Next(2) * _random.Next(7)));
        }

        if (_random.Next(4) == 0)
        {
            _parallel = _nodes.Count;
            AddProcess(start.AddMinutes(-3), (int)(minute - start).TotalMinutes + 6, spares: 3);
        }

        _lines.Sort(static (one, other) => one.Logged.CompareTo(other.Logged));
        Disturb();
    }

    /// <summary>The log, which may have lines that are damaged, swapped or there twice, and other lines.</summary>
    public string Text => string.Concat(_lines.Select(line => Format(line) + (_style == 3 ? "\r\n" : "\n")));

    /// <summary>What must be found, in words.</summary>
    public string Expected => _expected ??= Expect();

    /// <summary>Whether none of the lists of minutes has anything in it.</summary>
    public bool IsAlive => Expected.Split('[').Skip(1).All(static list => list[0] == ']');

    /// <summary>Puts a report in the words of <see cref="Expected"/>.</summary>
    public static string Words(JsonElement report) => string.Join(
        '\n',
        report.GetProperty("processes").EnumerateArray().Select(static process => Describe(
            process.GetProperty("node").GetString()!,
            process.GetProperty("beats").GetInt32(),
            process.GetProperty("events").GetInt32(),
            Minutes(process, "missed"),
            Minutes(process, "missedAtEnd"),
            Minutes(process, "down"),
            Minutes(process, "beatsWithoutEvent"),
            Minutes(process, "eventsWithoutBeat"),
            process.GetProperty("pending").GetInt32(),
            process.GetProperty("cut").GetInt32(),
            process.GetProperty("duplicates").GetInt32(),
            process.GetProperty("secondBeats").GetInt32(),
            process.GetProperty("offMinute").GetInt32(),
            process.GetProperty("clockSetBacks").GetInt32(),
            process.GetProperty("afterMinute") is { ValueKind: JsonValueKind.Object } after ? after.GetProperty("mostSeconds").GetDouble() : null,
            process.GetProperty("lineDelay") is { ValueKind: JsonValueKind.Object } delay ? delay.GetProperty("mostSeconds").GetDouble() : null))
            .Append($"damaged {report.GetProperty("damagedLines").GetInt32()}"));

    private string Expect()
    {
        var kept = _lines.Where(static line => line.Kind is 'T' or 'E').ToList();
        var covered = kept.Select(static line => line.Due).ToList();
        if (_hasTimes) covered.AddRange(kept.Select(Shown));
        if (_style is 1 or 2 or 3) covered.AddRange([Shown(_lines[0]), Shown(_lines[^1])]);
        var (from, to) = (covered.Min(), covered.Max());
        var found = new List<(long First, string Text)>();
        HashSet<long>? before = null;
        var lastOfChain = _nodes.Where((node, index) => index != _parallel && kept.Any(line => line.Node == node)).LastOrDefault(-1);
        foreach (var node in _nodes)
        {
            var lines = kept.Where(line => line.Node == node).ToList();
            if (lines.Count == 0) continue;
            var isParallel = _parallel >= 0 && node == _nodes[_parallel];
            found.Add(Describe(node, lines, from, to, isParallel ? null : before, isParallel || node == lastOfChain, out var minutes));
            if (!isParallel) before = minutes;
        }

        var damaged = _lines.Count(static line => line.Kind == 'D');
        return string.Join('\n', found.OrderBy(static process => process.First).Select(static process => process.Text).Append($"damaged {damaged}"));
    }

    private static (long First, string Text) Describe(
        long node, List<Line> lines, long from, long to, HashSet<long>? before, bool isLast, out HashSet<long> minutes)
    {
        const long Minute = TimeSpan.TicksPerMinute;
        const long Second = TimeSpan.TicksPerSecond;
        var beats = lines.Where(static line => line.Kind == 'T').DistinctBy(static line => line.Uuid).ToList();
        var events = lines.Where(static line => line.Kind == 'E').DistinctBy(static line => line.Uuid).ToList();
        minutes = [.. (beats.Count > 0 ? beats : events).Select(static line => line.Id / Minute)];

        // The clock sequences one by one, and what lies between them.
        var (missed, spanned) = (new HashSet<long>(), new HashSet<long>());
        foreach (var sequence in (beats.Count > 0 ? beats : events).GroupBy(static line => line.Sequence))
        {
            var had = sequence.Select(static line => line.Id / Minute).ToHashSet();
            var span = Between(had.Min(), had.Max()).ToList();
            missed.UnionWith(span.Except(had));
            spanned.UnionWith(span);
        }

        if (spanned.Count > 0) missed.UnionWith(Between(spanned.Min(), spanned.Max()).Except(spanned));
        var lost = beats.Where(beat => events.TrueForAll(line => line.Uuid != beat.Uuid)).ToLookup(beat => beat.Id > to - (15 * Second));
        var orphans = events.Where(line => beats.TrueForAll(beat => beat.Uuid != line.Uuid)).ToLookup(line => line.Id <= from);
        var silent = isLast && beats.Count + events.Count > 1 ? Between(minutes.Max() + 1, (to / Minute) + 1).Where(minute => (minute * Minute) + (15 * Second) <= to) : [];
        var delays = beats.Concat(events).Where(static line => line.Time is not null).Select(static line => line.Time!.Value - line.Due).ToList();
        var text = Describe(
            node.ToString("X12", CultureInfo.InvariantCulture),
            beats.Count,
            events.Count,
            missed,
            silent,
            before is null ? [] : Between(before.Max() + 1, minutes.Min() - 1),
            lost[false].Select(static line => line.Id / Minute),
            orphans[false].Select(static line => line.Id / Minute),
            lost[true].Count(),
            orphans[true].Count(),
            lines.Count - beats.Count - events.Count,
            beats.Count - beats.Select(static line => (line.Sequence, line.Id / Minute)).Distinct().Count(),
            beats.Count(static line => line.Id % Minute >= Second),
            lines.Select(static line => line.Sequence).Distinct().Count() - 1,
            beats.Count == 0 ? null : beats.Max(static line => line.Id % Minute) / 1e7,
            delays.Count == 0 ? null : delays.Max(static delay => delay is < 0 and > -Second ? 0 : delay) / 1e7);
        return (minutes.Min(), text);
    }

    private static string Describe(
        string node, int beats, int events, IEnumerable<long> missed, IEnumerable<long> silent, IEnumerable<long> down, IEnumerable<long> lost,
        IEnumerable<long> orphans, int pending, int cut, int duplicates, int seconds, int off, int setBacks, double? after, double? delay)
    {
        return string.Create(CultureInfo.InvariantCulture, $"{node}: {beats} beats, {events} events, missed {List(missed)}, silent {List(silent)}, down {List(down)}, ")
            + string.Create(CultureInfo.InvariantCulture, $"lost {List(lost)}, orphans {List(orphans)}, pending {pending}, cut {cut}, duplicates {duplicates}, ")
            + string.Create(CultureInfo.InvariantCulture, $"seconds {seconds}, off {off}, set back {setBacks}, after {after:F7}, delay {delay:F7}");

        static string List(IEnumerable<long> minutes) => $"[{string.Join(' ', minutes.Distinct().Order())}]";
    }

    private static List<long> Minutes(JsonElement process, string name)
    {
        var minutes = process.GetProperty(name).GetProperty("ranges").EnumerateArray()
            .SelectMany(static range => Between(MinuteOf(range.GetProperty("from")), MinuteOf(range.GetProperty("to")))).ToList();
        if (minutes.Count != process.GetProperty(name).GetProperty("count").GetInt32()) throw new InvalidOperationException($"{name} counts {process.GetProperty(name)}");
        return minutes;

        static long MinuteOf(JsonElement time) => time.GetDateTimeOffset().UtcTicks / TimeSpan.TicksPerMinute;
    }

    private static IEnumerable<long> Between(long first, long last)
    {
        for (var minute = first; minute <= last; minute++) yield return minute;
    }

    private void AddProcess(DateTimeOffset start, int minutes, int spares)
    {
        var (node, sequence) = (_random.NextInt64(1L << 48), _random.Next(1 << 14));
        _nodes.Add(node);
        var setBackAt = minutes > 20 && spares == 0 && _random.Next(4) == 0 ? _random.Next(10, minutes) : int.MaxValue;
        var stall = _random.Next(15);
        for (var minute = 0; minute < minutes; minute++)
        {
            if (minute >= setBackAt && minute < setBackAt + stall) continue;
            var isSafe = minute < spares || minute >= minutes - spares;
            var after = !isSafe && _random.Next(30) == 0 ? _random.NextInt64(TimeSpan.TicksPerMinute) : _random.NextInt64(50_000);
            var elapsed = start.AddMinutes(minute).UtcTicks + after;
            var isSetBack = minute >= setBackAt;
            var id = elapsed - (isSetBack ? 5 * TimeSpan.TicksPerMinute : 0);
            AddPair(elapsed, id, node, isSetBack ? (sequence + 1) % (1 << 14) : sequence, isSafe);
            if (!isSafe && _random.Next(40) == 0) AddPair(elapsed + 1, id + 1, node, isSetBack ? (sequence + 1) % (1 << 14) : sequence, isSafe);
        }
    }

    private void AddPair(long logged, long id, long node, int sequence, bool isSafe)
    {
        foreach (var kind in "TE")
        {
            if (!isSafe && _random.NextDouble() < _lossRate) continue;
            var wait = kind == 'T' ? 0 : 10 * TimeSpan.TicksPerSecond;
            var delay = _random.Next(20) == 0 ? _random.NextInt64(3 * TimeSpan.TicksPerSecond) : _random.NextInt64(20_000);
            var line = new Line(kind, id, id + wait, node, sequence, logged + wait, null);
            _lines.Add(_hasTimes ? line with { Time = Cut(line.Due + delay) } : line);
        }
    }

    /// <summary>Cuts the ends off, swaps lines, repeats them, damages them, and puts others in between.</summary>
    private void Disturb()
    {
        if (_parallel < 0)
        {
            _lines.RemoveRange(0, Math.Min(_random.Next(4), _lines.Count));
            for (var cut = _random.Next(4); cut > 0 && _lines.Count > 0; cut--) _lines.RemoveAt(_lines.Count - 1);
        }

        var (noise, twice) = (_random.Next(2) * 0.5, _random.Next(2) * 0.05);
        for (var at = _lines.Count - 1; at >= 0; at--)
        {
            var line = _lines[at];
            if (_random.NextDouble() < twice) _lines.Insert(_random.Next(at, Math.Min(at + 100, _lines.Count)) + 1, line);
            if (_random.NextDouble() < twice && at + 1 < _lines.Count) (_lines[at], _lines[at + 1]) = (_lines[at + 1], _lines[at]);
            if (_lossRate > 0 && _parallel < 0 && _random.Next(100) == 0) _lines[at] = _lines[at] with { Kind = 'D' };
            if (_random.NextDouble() < noise) _lines.Insert(at, line with { Kind = 'N', Time = line.Time is { } time ? Cut(time + _random.NextInt64(TimeSpan.TicksPerSecond)) : null });
        }
    }

    private static long Shown(Line line) => line.Time!.Value;

    /// <summary>What is left of a time when a line of this style tells it.</summary>
    private long Cut(long ticks) => ticks / (_style == 2 ? TimeSpan.TicksPerMillisecond : 10) * (_style == 2 ? TimeSpan.TicksPerMillisecond : 10);

    private string Format(Line line)
    {
        var time = line.Time is { } ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : default;
        var uuid = VerifyLog.Uuid(new(line.Id, TimeSpan.Zero), line.Node, line.Sequence);
        if (line.Id % 3 == 0) uuid = uuid.ToLowerInvariant();
        var message = line.Kind switch
        {
            'T' => $"Heartbeat (timed): UUID={uuid}",
            'E' => $"Heartbeat (event): UUID={uuid}",
            'D' when line.Id % 2 == 0 => $"Heartbeat (timed): UUID={uuid[..(int)(line.Id / 2 % 36)]}",
            'D' => $"Heartbeat (event): UUID={uuid[..30]}g{uuid[31..]}",
            _ => $"an order taken at {line.Id}, heartbeat (timed) Heartbeat of UUID={uuid} until 2031-01-01T00:00:00Z",
        };
        return _style switch
        {
            0 => $"INFO: {message}",
            1 => string.Create(CultureInfo.InvariantCulture, $"{time:yyyy-MM-ddTHH:mm:ss.ffffff}Z INFO: {message}"),
            2 => string.Create(CultureInfo.InvariantCulture, $$$"""{"Timestamp":"{{{time:yyyy-MM-ddTHH:mm:ss.fff}}}Z","EventId":20,"Message":"{{{message}}}","State":{"Message":"{{{message}}}","{OriginalFormat}":"{{{(line.Kind == 'N' ? "{Order}" : "Heartbeat (timed): UUID={Uuid}")}}}"}}"""),
            3 => string.Create(CultureInfo.InvariantCulture, $"<13>1 {time.ToOffset(TimeSpan.FromHours(time.Hour < 1 ? 1 : 2)):yyyy-MM-ddTHH:mm:ss.ffffffzzz} night heartbeat 42 - - INFO: {message}"),
            4 => string.Create(CultureInfo.InvariantCulture, $$"""{"log":"INFO: {{message}}\n","stream":"stdout","time":"{{time:yyyy-MM-ddTHH:mm:ss.ffffff}}Z"}"""),
            _ => $"Nov 23 22:00:00 night heartbeat[42]: INFO: {message}",
        };
    }

    /// <summary>A line: T of a beat, E of its event, D damaged, N another one. Times are in ticks.</summary>
    private sealed record Line(char Kind, long Id, long Due, long Node, int Sequence, long Logged, long? Time)
    {
        /// <summary>Two beats of a node may be of the same instant, one before and one after the clock was set back.</summary>
        public (long Id, int Sequence) Uuid => (Id, Sequence);
    }
}
