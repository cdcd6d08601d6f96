using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Heartbeat.Scheduling;

/// <summary>Runs jobs, all of them alike, and logs what they throw: the common error handling.</summary>
/// <remarks>
/// Promise 7: whatever a job does stays here. It runs on the thread pool, never on the loop, and nothing that it throws
/// gets out. There is no retry.
/// </remarks>
internal sealed class JobRunner(ILogger logger, Clocks clocks, Metrics metrics, CancellationToken stopping)
{
    private long _failed;

    /// <summary>How many runs have failed so far.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Runs the entry's job to its end. The task never fails.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "A job may throw anything, and must not harm the others.")]
    public async Task RunAsync(Entry entry)
    {
        var run = Begin(entry);
        var isTimed = metrics.TimesRuns || Log.ShowsRuns(logger);
        var start = isTimed ? clocks.ReadElapsed() : 0;
        if (metrics.CountsRuns) ReportStart(run);
        try
        {
            var task = entry.InvokeAsync(run) ?? throw new InvalidOperationException("The job returned null for its task.");
            await task.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The job ended because it was told to: that is no failure.
        }
        catch (ObjectDisposedException exception) when (exception.ObjectName == typeof(Scheduler).FullName)
        {
            // Nor is it one that the scheduler took nothing more from it, since it has stopped.
        }
        catch (Exception exception)
        {
            ReportFailure(run, exception);
        }

        if (isTimed) ReportEnd(run, TimeSpan.FromTicks(clocks.ReadElapsed() - start));
        entry.IsRunning = false;
    }

    /// <summary>Tells how late the run is. Reading a clock is a good part of a short run, so those on the wall clock read no other.</summary>
    private JobRun Begin(Entry entry)
    {
        var due = entry.RunDueTicks;
        var now = entry.Clock == Clock.Wall ? new(clocks.ReadUtc(), Elapsed: 0) : clocks.Read();
        var lateness = TimeSpan.FromTicks(Math.Max(0, now.On(entry.Clock) - due));
        return new(entry.Name, now.TimeOf(due, entry), lateness, stopping);
    }

    private void ReportStart(JobRun run) => Log.Safely(() => metrics.Started(run));

    private void ReportFailure(JobRun run, Exception exception)
    {
        Interlocked.Increment(ref _failed);
        Log.Safely(() => Log.Failed(logger, Printable(exception), run.Name, run.Due));
        Log.Safely(() => metrics.Failed(run, exception));
    }

    private void ReportEnd(JobRun run, TimeSpan duration)
    {
        Log.Safely(() => Log.Ran(logger, run.Name, run.Due, run.Lateness.TotalMilliseconds, duration.TotalMilliseconds));
        Log.Safely(() => metrics.Ended(run, duration));
    }

    [SuppressMessage("Design", "CA1031", Justification = "Loggers call ToString, which is the job's code too.")]
    private static Exception Printable(Exception exception)
    {
        try
        {
            _ = exception.ToString();
            return exception;
        }
        catch (Exception)
        {
            return new InvalidOperationException($"The job threw a {exception.GetType()}, whose ToString throws.");
        }
    }
}
