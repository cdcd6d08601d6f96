using System.Globalization;
using Heartbeat.Scheduling;

namespace Heartbeat.Cli;

/// <summary><c>heartbeat next</c>: shows when an expression occurs next, and where the clocks decide.</summary>
internal static class NextCommand
{
    private const int StandardCount = 5;
    private const int MostOccurrences = 1_000;
    private const string Example = "'0 9 * * MON-FRI'";

    /// <summary>No two offsets of a zone are further apart, in minutes.</summary>
    private const int LargestChange = 28 * 60;

    private static readonly string[] InstantFormats =
    [
        "yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd HH:mmK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK",
    ];

    /// <summary>Writes one occurrence a line, in the offset of the zone.</summary>
    /// <exception cref="UsageException">An argument cannot be read, or the expression never occurs.</exception>
    public static void Run(string[] arguments, TextWriter output, TimeProvider time)
    {
        var (expression, zone, after, count) = Read(arguments, time);
        CronExpression cron;
        try
        {
            cron = CronExpression.Parse(expression, zone);
        }
        catch (CronFormatException exception)
        {
            throw new UsageException(exception.Message);
        }

        if (cron.NeverBecause is { } reason) throw new UsageException($"'{cron}' never occurs: {reason}.");
        if (cron.Next(after) is null) throw new UsageException($"'{cron}' does not occur after {Format(after)}.");
        var onWall = CronExpression.Parse(expression);
        for (var next = cron.Next(after); next is { } occurrence && count > 0; next = cron.Next(occurrence), count--)
        {
            var note = GapNote(occurrence, onWall, zone) ?? OverlapNote(occurrence, cron);
            var day = occurrence.ToString("ddd", CultureInfo.InvariantCulture);
            output.WriteLine($"{Format(occurrence)}  {day}{(note is null ? "" : "  " + note)}");
        }

        if (cron.DayRule is { } rule) output.WriteLine($"note: {rule}");
        output.Flush();
    }

    private static (string Expression, TimeZoneInfo Zone, DateTimeOffset After, int Count) Read(
        string[] arguments, TimeProvider time)
    {
        var (zone, after, count) = (TimeZoneInfo.Utc, time.GetUtcNow(), StandardCount);
        var expressions = new List<string>();
        for (var i = 0; i < arguments.Length; i++)
        {
            var argument = arguments[i];
            if (argument is "--zone" or "--after" or "-n")
            {
                if (++i == arguments.Length) throw new UsageException($"{argument} needs a value.");
                if (argument == "--zone") zone = Zone(arguments[i]);
                else if (argument == "--after") after = Instant(arguments[i]);
                else count = Count(arguments[i]);
            }
            else if (argument.StartsWith('-') && !argument.Contains(' ', StringComparison.Ordinal))
            {
                var option = Excerpt.Of(argument);
                throw new UsageException($"next has no option '{option}'; it has --zone, --after and -n.");
            }
            else
            {
                expressions.Add(argument);
            }
        }

        return expressions switch
        {
            [var expression] => (expression, zone, after, count),
            [] => throw new UsageException($"next needs an expression, as in: heartbeat next {Example}"),
            _ => throw new UsageException($"next takes one expression, found {expressions.Count}: "
                + $"put it in quotes, as in: heartbeat next {Example}"),
        };
    }

    private static TimeZoneInfo Zone(string name)
    {
        if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)) return zone;
        throw Unknown(name, [.. TimeZoneInfo.GetSystemTimeZones().Select(static zone => zone.Id)]);
    }

    internal static UsageException Unknown(string zone, string[] known)
    {
        if (known.Length <= 1)
            return new("this machine has no time zone data: install it (Debian: tzdata), or leave out --zone for UTC.");
        var nearest = Nearest.To(zone, known);
        var advice = nearest is null ? "write it as in Europe/Berlin." : $"did you mean {nearest}?";
        return new($"unknown time zone '{Excerpt.Of(zone)}': {advice}");
    }

    /// <summary>An instant with its offset: which one it is without would depend on the reader.</summary>
    private static DateTimeOffset Instant(string text)
    {
        var hasOffset = text is [.., 'Z'] or [.., '+' or '-', _, _, ':', _, _];
        return hasOffset && DateTimeOffset.TryParseExact(
            text, InstantFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant)
            ? instant
            : throw new UsageException("--after must be an instant with an offset, as in 2026-03-28T12:00+01:00 or "
                + $"2026-03-28T11:00Z; found '{Excerpt.Of(text)}'.");
    }

    private static int Count(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count is >= 1 and <= MostOccurrences
            ? count
            : throw new UsageException($"-n must be from 1 to {MostOccurrences}; found '{Excerpt.Of(text)}'.");

    /// <param name="occurrence">It may be at the end of a gap.</param>
    /// <param name="onWall">The expression in UTC, to be asked about local times.</param>
    /// <param name="zone">The zone.</param>
    private static string? GapNote(DateTimeOffset occurrence, CronExpression onWall, TimeZoneInfo zone)
    {
        var end = new DateTimeOffset(occurrence.DateTime, TimeSpan.Zero);
        var start = end - (occurrence.Offset - zone.GetUtcOffset(occurrence.AddTicks(-1)));
        if (start >= end || onWall.Next(start.AddTicks(-1)) is not { } skipped || skipped >= end) return null;
        var format = start.Date == end.Date ? "HH:mm" : "yyyy-MM-dd HH:mm";
        return string.Create(CultureInfo.InvariantCulture, $"clocks go forward from {Text(start)} to {Text(end)}: ")
            + $"{Text(skipped)} does not exist and runs at the end of the gap";

        string Text(DateTimeOffset local) => local.ToString(format, CultureInfo.InvariantCulture);
    }

    private static string? OverlapNote(DateTimeOffset occurrence, CronExpression cron)
    {
        var isFirst = IsShownAgain(occurrence, 1, cron.Zone);
        if (!isFirst && !IsShownAgain(occurrence, -1, cron.Zone)) return null;
        var runs = !cron.IsPeriodic ? "runs in the first pass only" : isFirst ? "first pass" : "second pass";
        return string.Create(CultureInfo.InvariantCulture, $"clocks go back and show {occurrence:HH:mm} twice: {runs}");
    }

    /// <summary>Whether the clocks show the same local time again, later (1) or earlier (-1).</summary>
    /// <remarks>
    /// Asks about instants in UTC only: <see cref="TimeZoneInfo.IsAmbiguousTime(DateTimeOffset)"/> misjudges Dublin.
    /// </remarks>
    private static bool IsShownAgain(DateTimeOffset occurrence, int direction, TimeZoneInfo zone)
    {
        for (var minutes = 1; minutes <= LargestChange; minutes++)
        {
            var change = TimeSpan.FromMinutes(direction * minutes);
            var ticks = occurrence.UtcTicks + change.Ticks;
            if (ticks < 0 || ticks > DateTime.MaxValue.Ticks) return false;
            if (zone.GetUtcOffset(new DateTime(ticks, DateTimeKind.Utc)) == occurrence.Offset - change) return true;
        }

        return false;
    }

    private static string Format(DateTimeOffset instant) =>
        instant.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);
}
