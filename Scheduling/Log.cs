using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Heartbeat.Scheduling;

/// <summary>Every sentence that the scheduler can say.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information,
        "Scheduled {Job}: '{Cron}' in {Zone}, first due {Due:yyyy-MM-ddTHH:mm:ssK}")]
    public static partial void Scheduled(
        ILogger logger, string job, CronExpression cron, string zone, DateTimeOffset due);

    [LoggerMessage(2, LogLevel.Information, "{Job}: '{Cron}': {Rule}")]
    public static partial void DayRule(ILogger logger, string job, CronExpression cron, string rule);

    [LoggerMessage(3, LogLevel.Debug,
        "{Job} ran: due {Due:yyyy-MM-ddTHH:mm:ss.FFFK}, started {Lateness:0.000} ms late, took {Duration:0.000} ms")]
    public static partial void Ran(ILogger logger, string job, DateTimeOffset due, double lateness, double duration);

    [LoggerMessage(4, LogLevel.Warning, "{Job}: missed {Missed}; {Outcome} the one due {Due:yyyy-MM-ddTHH:mm:ssK}")]
    public static partial void Missed(ILogger logger, string job, string missed, string outcome, DateTimeOffset due);

    [LoggerMessage(5, LogLevel.Warning, "{Job}: skipped {Skipped}, the last due {Due:yyyy-MM-ddTHH:mm:ssK}: "
        + "the run due {Running:yyyy-MM-ddTHH:mm:ssK} is still running")]
    public static partial void Skipped(
        ILogger logger, string job, string skipped, DateTimeOffset due, DateTimeOffset running);

    [LoggerMessage(6, LogLevel.Warning, "The wall clock moved {Direction} by {Step:c} against elapsed time ({Cause}): "
        + "cron entries follow the wall clock")]
    public static partial void ClockStep(ILogger logger, string direction, TimeSpan step, string cause);

    [LoggerMessage(7, LogLevel.Error, "{Job} failed (due {Due:yyyy-MM-ddTHH:mm:ss.FFFK})")]
    public static partial void Failed(ILogger logger, Exception exception, string job, DateTimeOffset due);

    [LoggerMessage(8, LogLevel.Error, "{Job} did not stop within {Grace} s")]
    public static partial void DidNotStop(ILogger logger, string job, double grace);

    [LoggerMessage(9, LogLevel.Error, "{Job}: a callback on its stop token failed")]
    public static partial void StopCallbackFailed(ILogger logger, Exception exception, string job);

    [LoggerMessage(10, LogLevel.Information, "Stopped: {Runs} {Noun} started, {Failed} failed; {Dropped}")]
    public static partial void Stopped(ILogger logger, long runs, string noun, long failed, string dropped);

    [LoggerMessage(11, LogLevel.Information, "Scheduled {Job}: every {Period:c}, first due {Due:yyyy-MM-ddTHH:mm:ssK}")]
    public static partial void ScheduledEvery(ILogger logger, string job, TimeSpan period, DateTimeOffset due);

    /// <summary>What was pending at the stop, in words: how many one-shots, and the first few by name.</summary>
    public static string DroppedText(IEnumerable<Entry> dropped, ClockReading now)
    {
        const int Named = 3;
        var oneShots = dropped.Where(static entry => entry is not RecurringEntry)
            .OrderBy(entry => entry.DueTicks - now.On(entry.Clock)).ThenBy(static entry => entry.Sequence).ToArray();
        if (oneShots.Length == 0) return "no one-shot was pending";
        var named = oneShots.Take(Named).Select(entry => (entry.Name, Due: entry.TimeOf(entry.DueTicks, now)))
            .Select(static shown => string.Create(
                CultureInfo.InvariantCulture, $"{shown.Name} due {shown.Due:yyyy-MM-ddTHH:mm:ssK}"));
        var count = string.Create(CultureInfo.InvariantCulture, $"{oneShots.Length:N0} pending one-shot");
        var (plural, more) = (oneShots.Length == 1 ? "" : "s", oneShots.Length > Named ? ", \u2026" : "");
        return $"{count}{plural} dropped: {string.Join(", ", named)}{more}";
    }

    /// <summary>Whether each run is logged. IsEnabled may throw as well.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "A broken logger must not stop the schedule.")]
    public static bool ShowsRuns(ILogger logger)
    {
        try
        {
            return logger.IsEnabled(LogLevel.Debug);
        }
        catch (Exception)
        {
            return false;
        }
    }

    /// <summary>Logs or measures. What throws loses that, and nothing else.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "A broken logger cannot be reported.")]
    public static void Safely(Action log)
    {
        try
        {
            log();
        }
        catch (Exception)
        {
            // A broken logger must not stop the schedule.
        }
    }
}
