using System.Globalization;
using System.Text.RegularExpressions;
using Shouldly;

namespace Heartbeat.Tests.Faults;

/// <summary>
/// What must hold of the two lines of a beat: never early, and in time with some slack for a busy machine.
/// </summary>
/// <remarks>
/// A line's arrival is later than what it tells of, by an unknown time. The id tells the instant of the beat exactly,
/// so "never early" needs no slack: neither is the beat before its minute, nor the event before 10 s after the beat.
/// </remarks>
internal static partial class Beat
{
    public const string Timed = "INFO: Heartbeat (timed): UUID=";
    public const string Event = "INFO: Heartbeat (event): UUID=";

    /// <summary>How late things may be, on a machine that has other work too.</summary>
    public static readonly TimeSpan Slack = TimeSpan.FromSeconds(2);

    private static readonly DateTimeOffset UuidEpoch = new(1582, 10, 15, 0, 0, 0, TimeSpan.Zero);

    /// <summary>When the id of a line was made, by the program's wall clock.</summary>
    public static DateTimeOffset InstantOf(Line line)
    {
        var fields = Uuid().Match(line.Text);
        fields.Success.ShouldBeTrue($"'{line.Text}' does not end in a UUIDv1");
        var timestamp = fields.Groups["high"].Value + fields.Groups["mid"].Value + fields.Groups["low"].Value;
        return UuidEpoch.AddTicks(long.Parse(timestamp, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }

    /// <summary>
    /// The line has just been written, and its id made, right after a full minute of the program's clock.
    /// </summary>
    public static void ShouldBeOnTheMinute(this Line timed, TimeSpan shift = default, TimeSpan? slack = null)
    {
        timed.ShouldBeOfNow(shift, slack);
        var intoMinute = TimeSpan.FromTicks(InstantOf(timed).Ticks % TimeSpan.TicksPerMinute);
        intoMinute.ShouldBeLessThan(slack ?? Slack, $"{timed}, made at {InstantOf(timed):O}");
    }

    /// <summary>The line has just been written, and its id made.</summary>
    public static void ShouldBeOfNow(this Line timed, TimeSpan shift = default, TimeSpan? slack = null)
    {
        timed.Text.ShouldStartWith(Timed);
        (timed.Time + shift - InstantOf(timed)).ShouldBeInRange(TimeSpan.Zero, slack ?? Slack, timed.ToString());
    }

    /// <summary>The line is the event of that beat: it has its id, and comes 10 s of elapsed time after it.</summary>
    /// <param name="line">The line of the event.</param>
    /// <param name="timed">The line of the beat.</param>
    /// <param name="shift">How far the program's clock was ahead of the machine's at the beat.</param>
    /// <param name="slack">How late it may be.</param>
    public static void ShouldBeTheEventOf(this Line line, Line timed, TimeSpan shift = default, TimeSpan? slack = null)
    {
        line.Text.ShouldBe(Event + timed.Text[Timed.Length..]);
        var elapsed = line.Time - (InstantOf(timed) - shift);
        elapsed.ShouldBeInRange(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10) + (slack ?? Slack), line.ToString());
    }

    /// <summary>The whole line that a stop says when nothing was pending.</summary>
    public static string StopLine(int runs) =>
        $"INFO: Stopped: {Runs(runs)} started, 0 failed; no one-shot was pending";

    /// <summary>The whole line that a stop says when it drops the event of a beat.</summary>
    public static string StopLine(int runs, Line pending, TimeSpan moved = default)
    {
        var due = InstantOf(pending) + moved + TimeSpan.FromSeconds(10);
        return $"INFO: Stopped: {Runs(runs)} started, 0 failed; "
            + $"1 pending one-shot dropped: heartbeat (event) due {due:yyyy-MM-ddTHH:mm:ss}+00:00";
    }

    /// <summary>
    /// For a stop that may come while the beat is still running: its event is named, or was not taken any more.
    /// </summary>
    public static void ShouldBeStopLineAtABeat(this string stopped, int runs, Line pending, TimeSpan moved = default) =>
        stopped.ShouldBeOneOf(StopLine(runs, pending, moved), StopLine(runs));

    /// <summary>The line that the program begins with when its first beat is to be that one.</summary>
    public static string ScheduledLine(Line timed) =>
        "INFO: Scheduled heartbeat (timed): '* * * * *' in UTC, "
        + $"first due {InstantOf(timed):yyyy-MM-ddTHH:mm}:00+00:00";

    private static string Runs(int count) => count == 1 ? "1 run" : $"{count} runs";

    [GeneratedRegex(
        "(?<low>[0-9A-F]{8})-(?<mid>[0-9A-F]{4})-1(?<high>[0-9A-F]{3})-[89AB][0-9A-F]{3}-[0-9A-F]{12}$",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Uuid();
}
