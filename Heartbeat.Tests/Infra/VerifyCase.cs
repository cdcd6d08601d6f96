using System.Globalization;
using System.Text.Json;

namespace Heartbeat.Tests.Infra;

/// <summary>
/// A random log, in some files, of which it is known what was left out, and what must therefore be found.
/// </summary>
/// <remarks>
/// The expectation is counted minute by minute from the lines that were left in, by nothing of the product.
/// </remarks>
internal sealed class VerifyCase
{
    private const long Minute = TimeSpan.TicksPerMinute;
    private const long Second = TimeSpan.TicksPerSecond;
    private const long Slack = 15 * Second;

    private readonly Random _random;
    private readonly int _style;
    private readonly long _skew;
    private readonly List<List<Line>> _files;
    private readonly List<long> _nodes = [];
    private readonly double _lossRate;
    private readonly int _parallel = -1;
    private readonly long? _since;
    private readonly long? _until;
    private string? _expected;

    public VerifyCase(int seed)
    {
        _random = new(seed);
        _style = _random.Next(8);
        // Of another clock, of another zone, or ingested late.
        _skew = _random.Next(5) switch
        {
            0 => 3 * Minute,
            1 => -3 * Minute,
            2 => 70 * Second,
            3 => _random.Next(-12, 13) * 60 * Minute,
            _ => 0,
        };
        _lossRate = _random.Next(3) switch { 0 => 0, 1 => 0.03, _ => 0.25 };
        var lines = new List<Line>();
        var start = new DateTimeOffset(2026, 3, 29, 0, 0, 0, TimeSpan.Zero).AddMinutes(_random.Next(2_000));
        var minute = start;
        for (var process = _random.Next(1, 4); process > 0; process--)
        {
            var minutes = _random.Next(3, 80);
            AddProcess(lines, minute, minutes, spares: 0);
            minute = minute.AddMinutes(minutes + (_random.Next(2) * _random.Next(7)));
        }

        if (_random.Next(4) == 0)
        {
            _parallel = _nodes.Count;
            AddProcess(lines, start.AddMinutes(-3), (int)(minute - start).TotalMinutes + 6, spares: 3);
        }

        lines.Sort(static (one, other) => one.Logged.CompareTo(other.Logged));
        Disturb(lines);
        _files = Split(lines);
        if (_random.Next(4) == 0) _since = start.UtcTicks + _random.NextInt64(-10 * Minute, 30 * Minute);
        if (_random.Next(4) == 0) _until = minute.UtcTicks + _random.NextInt64(-30 * Minute, 30 * Minute);
        if (_since >= _until) _until = null;
    }

    /// <summary>
    /// The files, which may have lines that are damaged, there twice or in any order, and other lines.
    /// </summary>
    public IEnumerable<string> Files =>
        _files.Select(file => string.Concat(file.Select(line => Format(line) + (_style == 3 ? "\r\n" : "\n"))));

    /// <summary>The time that is asked about.</summary>
    public IEnumerable<string> Arguments =>
    [
        .. _since is { } since ? ["--since", Instant(since)] : Array.Empty<string>(),
        .. _until is { } until ? ["--until", Instant(until)] : Array.Empty<string>(),
    ];

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
            Minutes(process, "missedAtStart"),
            Minutes(process, "missed"),
            Minutes(process, "missedAtEnd"),
            Minutes(process, "down"),
            Minutes(process, "beatsWithoutEvent"),
            Minutes(process, "eventsWithoutBeat"),
            process.GetProperty("pending").GetInt32(),
            process.GetProperty("cut").GetInt32(),
            process.GetProperty("repeatedLines").GetInt32(),
            process.GetProperty("logEnd").GetDateTimeOffset().UtcTicks))
            .Order(StringComparer.Ordinal).Append($"damaged {report.GetProperty("damagedLines").GetInt32()}"));

    private string Expect()
    {
        var logs = Join();
        var all = _files.SelectMany(static file => file).ToList();
        var beats = all.Where(static line => line.Kind is 'T' or 'E').ToList();
        var found = new List<string>();
        HashSet<long>? before = null;
        var lastOfChain = _nodes.Where((node, index) => index != _parallel && beats.Exists(line => line.Node == node))
            .LastOrDefault(-1);
        var first = beats.Count == 0 ? -1 : beats.MinBy(static line => line.Due)!.Node;
        foreach (var node in _nodes)
        {
            var lines = beats.Where(line => line.Node == node).ToList();
            if (lines.Count == 0) continue;
            var isParallel = _parallel >= 0 && node == _nodes[_parallel];
            var log = logs.First(log => log.Exists(line => line.Node == node && line.Kind is 'T' or 'E'));
            var isLast = isParallel || node == lastOfChain;
            var text = Describe(node, lines, log, isParallel ? null : before, isLast, node == first, out var minutes);
            if (text is not null) found.Add(text);
            if (!isParallel) before = minutes;
        }

        return string.Join('\n', found.Order(StringComparer.Ordinal)
            .Append($"damaged {all.Count(static line => line.Kind == 'D')}"));
    }

    /// <summary>Files that share a process are one log.</summary>
    private List<List<Line>> Join()
    {
        var logs = _files.Select(static file => file.ToList()).ToList();
        while (true)
        {
            var pair = (
                from one in logs
                from other in logs
                where one != other && Nodes(one).Overlaps(Nodes(other))
                select (one, other)).FirstOrDefault();
            if (pair.one is null) return logs;
            pair.one.AddRange(pair.other);
            logs.Remove(pair.other);
        }

        static HashSet<long> Nodes(List<Line> log) =>
            [.. log.Where(static line => line.Kind is 'T' or 'E').Select(static line => line.Node)];
    }

    private string? Describe(
        long node, List<Line> lines, List<Line> log, HashSet<long>? before, bool isLast, bool isFirst,
        out HashSet<long> minutes)
    {
        var beats = lines.Where(static line => line.Kind == 'T').Select(static line => line.Id / Minute).ToHashSet();
        var events = lines.Where(static line => line.Kind == 'E').Select(static line => line.Id / Minute).ToHashSet();
        HashSet<long> life = [.. beats, .. events];
        minutes = life;
        var due = log.Where(static line => line.Kind is 'T' or 'E').ToList();
        var (from, to) = (due.Min(static line => line.Due), due.Max(static line => line.Due));
        if (lines[0].Time is not null)
        {
            var (first, last) =
                (lines.MinBy(static line => line.Due)!, lines.MaxBy(static line => (line.Due, line.Time))!);
            from = first.Due - (Seconds(first) - log.Min(Seconds));
            to = last.Due + log.Max(Seconds) - Seconds(last);
        }

        var end = _until ?? to;
        var latest = lines.Where(static line => line.Kind == 'T').Select(static line => line.Id).Distinct()
            .OrderDescending().Take(2);
        var pending = latest.Where(id => id > end - Slack).Select(static id => id / Minute)
            .Where(minute => !events.Contains(minute)).ToHashSet();
        // What the log has of its first minute may be less than all.
        HashSet<long> cut = events.Count > 0 && events.Min() * Minute <= from ? [events.Min()] : [];
        cut.ExceptWith(beats);
        var lastDue = 0L;
        while (((lastDue + 1) * Minute) + Slack <= end)
        {
            lastDue += Math.Max(1, (end - Slack - ((lastDue + 1) * Minute)) / Minute);
        }

        var missed = Between(life.Min(), life.Max()).Where(minute => !life.Contains(minute));
        var atEnd = isLast && lines.Count > 1 ? Between(life.Max() + 1, lastDue) : [];
        var atStart = isFirst && _since is { } since ? Between(since / Minute, life.Min() - 1) : [];
        var down = before is null ? [] : Between(before.Max() + 1, life.Min() - 1);
        var (lost, orphans) = (beats.Except(events).Except(pending), events.Except(beats).Except(cut));
        var lists = new[] { atStart, missed, atEnd, down, lost, orphans }
            .Select(list => list.Where(IsAsked).ToList()).ToList();
        if (!beats.Concat(events).Any(IsAsked) && lists.TrueForAll(static list => list.Count == 0)) return null;
        return Describe(
            node.ToString("X12", CultureInfo.InvariantCulture),
            beats.Count(IsAsked),
            events.Count(IsAsked),
            lists[0],
            lists[1],
            lists[2],
            lists[3],
            lists[4],
            lists[5],
            pending.Count(IsAsked),
            cut.Count(IsAsked),
            lines.Count - beats.Count - events.Count,
            to);

        static long Seconds(Line line) => line.Time!.Value / Second * Second;

        bool IsAsked(long minute) => !(minute * Minute < _since) && !((minute * Minute) + Slack > _until);
    }

    private static string Describe(
        string node, int beats, int events, IEnumerable<long> atStart, IEnumerable<long> missed,
        IEnumerable<long> atEnd, IEnumerable<long> down, IEnumerable<long> lost, IEnumerable<long> orphans,
        int pending, int cut, int repeated, long logEnd)
    {
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{node}: {beats} beats, {events} events, start {List(atStart)}, missed {List(missed)}, "
                + $"end {List(atEnd)}, down {List(down)}, lost {List(lost)}, orphans {List(orphans)}, "
                + $"pending {pending}, cut {cut}, repeated {repeated}, end of log {logEnd}");

        static string List(IEnumerable<long> minutes) => $"[{string.Join(' ', minutes.Distinct().Order())}]";
    }

    private static List<long> Minutes(JsonElement process, string name)
    {
        var minutes = process.GetProperty(name).GetProperty("ranges").EnumerateArray()
            .SelectMany(static range => Between(MinuteOf(range.GetProperty("from")), MinuteOf(range.GetProperty("to"))))
            .ToList();
        if (minutes.Count != process.GetProperty(name).GetProperty("count").GetInt32())
        {
            throw new InvalidOperationException($"{name} counts {process.GetProperty(name)}");
        }

        return minutes;

        static long MinuteOf(JsonElement time) => time.GetDateTimeOffset().UtcTicks / Minute;
    }

    private static IEnumerable<long> Between(long first, long last)
    {
        for (var minute = first; minute <= last; minute++) yield return minute;
    }

    private static string Instant(long ticks) => new DateTimeOffset(ticks, TimeSpan.Zero)
        .ToString("yyyy-MM-ddTHH:mm:ss.fffffffzzz", CultureInfo.InvariantCulture);

    private static bool IsComputer(long node) => (node & (1L << 40)) == 0;

    private void AddProcess(List<Line> lines, DateTimeOffset start, int minutes, int spares)
    {
        var (node, sequence) = (_random.NextInt64(1L << 48), _random.Next(1 << 14));
        _nodes.Add(node);
        var setBackAt = minutes > 20 && spares == 0 && _random.Next(4) == 0 ? _random.Next(10, minutes) : int.MaxValue;
        var stall = _random.Next(15);
        for (var minute = 0; minute < minutes; minute++)
        {
            if (minute >= setBackAt && minute < setBackAt + stall) continue;
            var isSafe = minute < spares || minute >= minutes - spares;
            var after = !isSafe && _random.Next(30) == 0 ? _random.NextInt64(Minute) : _random.NextInt64(50_000);
            var elapsed = start.AddMinutes(minute).UtcTicks + after;
            var isSetBack = minute >= setBackAt;
            var id = elapsed - (isSetBack ? 5 * Minute : 0);
            // The UUIDs of other programs have a clock sequence that tells nothing.
            if (IsComputer(node)) sequence = _random.Next(1 << 14);
            AddPair(lines, elapsed, id, node, isSetBack ? (sequence + 1) % (1 << 14) : sequence, isSafe);
            if (!isSafe && _random.Next(40) == 0)
            {
                AddPair(lines, elapsed + 1, id + 1, node, isSetBack ? (sequence + 1) % (1 << 14) : sequence, isSafe);
            }
        }
    }

    private void AddPair(List<Line> lines, long logged, long id, long node, int sequence, bool isSafe)
    {
        foreach (var kind in "TE")
        {
            if (!isSafe && _random.NextDouble() < _lossRate) continue;
            var wait = kind == 'T' ? 0 : 10 * Second;
            var delay = _random.Next(20) == 0 ? _random.NextInt64(3 * Second) : _random.NextInt64(20_000);
            long? time = _style == 0 ? null : Cut(id + wait + delay + _skew);
            lines.Add(new Line(kind, id, id + wait, node, sequence, logged + wait, time));
        }
    }

    /// <summary>Cuts the ends off, repeats lines, damages them, and puts others in between.</summary>
    private void Disturb(List<Line> lines)
    {
        if (_parallel < 0)
        {
            lines.RemoveRange(0, Math.Min(_random.Next(4), lines.Count));
            for (var cut = _random.Next(4); cut > 0 && lines.Count > 0; cut--) lines.RemoveAt(lines.Count - 1);
        }

        var (noise, twice) = (_random.Next(2) * 0.5, _random.Next(2) * 0.05);
        for (var at = lines.Count - 1; at >= 0; at--)
        {
            var line = lines[at];
            if (_random.NextDouble() < twice) lines.Insert(_random.Next(at, Math.Min(at + 100, lines.Count)) + 1, line);
            if (_lossRate > 0 && _parallel < 0 && _random.Next(100) == 0) lines[at] = lines[at] with { Kind = 'D' };
            if (_random.NextDouble() < noise)
            {
                long? later = line.Time is { } time ? Cut(time + _random.NextInt64(Second)) : null;
                lines.Insert(at, line with { Kind = 'N', Time = later });
            }
        }

        // A log may go on without beats, and end with lines that tell no time.
        if (_style != 0 && lines.Count > 0 && _random.Next(4) == 0)
        {
            var end = Cut(lines[^1].Time!.Value + _random.NextInt64(20 * Minute));
            lines.Add(lines[^1] with { Kind = 'N', Time = end });
        }
    }

    /// <summary>Puts the lines into files and in some order. Each file has a beat.</summary>
    private List<List<Line>> Split(List<Line> lines)
    {
        var count = _random.Next(1, 4);
        var isRotated = _random.Next(2) == 0;
        var files = lines
            .Select((line, index) => (line, File: isRotated ? index * count / lines.Count : _random.Next(count)))
            .GroupBy(static pair => pair.File, static pair => pair.line).Select(static file => file.ToList()).ToList();
        var order = _random.Next(5);
        foreach (var file in files.Where(static file => !file.Exists(static line => line.Kind is 'T' or 'E')).ToList())
        {
            files.Remove(file);
            if (files.Count > 0) files[0].AddRange(file);
        }

        for (var at = 0; at < files.Count; at++)
        {
            files[at] = order switch
            {
                0 => [.. files[at].OrderBy(_ => _random.Next())],
                1 => [.. files[at].AsEnumerable().Reverse()],
                2 => [.. files[at].OrderBy(static line => line.Kind)],
                3 => [.. files[at].OrderBy(Format, StringComparer.Ordinal)],
                _ => files[at],
            };
        }

        if (order % 2 == 0) files.Reverse();
        return files;
    }

    /// <summary>What is left of a time when a line of this style tells it.</summary>
    private long Cut(long ticks)
    {
        var unit = _style switch { 2 or 6 or 7 => TimeSpan.TicksPerMillisecond, 5 => Second, _ => 10 };
        return ticks / unit * unit;
    }

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
        var original = line.Kind == 'N' ? "{Order}" : "Heartbeat (timed): UUID={Uuid}";
        var local = time.ToOffset(TimeSpan.FromHours(time.Hour < 1 ? 1 : 2));
        return _style switch
        {
            0 => $"INFO: {message}",
            1 => string.Create(CultureInfo.InvariantCulture, $"{time:yyyy-MM-ddTHH:mm:ss.ffffff}Z INFO: {message}"),
            2 => string.Create(
                CultureInfo.InvariantCulture,
                $$$"""{"Timestamp":"{{{time:yyyy-MM-ddTHH:mm:ss.fff}}}Z","EventId":"""
                    + $$$"""20,"Message":"{{{message}}}","State":"""
                    + $$$"""{"Message":"{{{message}}}","{OriginalFormat}":"{{{original}}}"}}"""),
            3 => string.Create(
                CultureInfo.InvariantCulture,
                $"<13>1 {local:yyyy-MM-ddTHH:mm:ss.ffffffzzz} night heartbeat 42 - - INFO: {message}"),
            4 => string.Create(
                CultureInfo.InvariantCulture,
                $$"""{"log":"INFO: {{message}}\n","stream":"stdout","time":"{{time:yyyy-MM-ddTHH:mm:ss.ffffff}}Z"}"""),
            5 => string.Create(
                CultureInfo.InvariantCulture,
                $"{time:MMM} {time.Day,2} {time:HH:mm:ss} night heartbeat[42]: INFO: {message}"),
            6 => string.Create(
                CultureInfo.InvariantCulture, $"{time:yyyy-MM-dd HH:mm:ss,fff} INFO heartbeat: {message}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{time:yyyy-MM-dd HH:mm:ss.fff} +00:00 [INF] {message}"),
        };
    }

    /// <summary>A line: T of a beat, E of its event, D damaged, N another one. Times are in ticks.</summary>
    private sealed record Line(char Kind, long Id, long Due, long Node, int Sequence, long Logged, long? Time);
}
