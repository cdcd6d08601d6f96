using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Heartbeat.Scheduling;

/// <summary>Runs jobs and logs their failures: the common error handling.</summary>
/// <remarks>
/// Promise 7: whatever a job does stays here. It runs on the thread pool, never on the loop, and nothing that it throws
/// gets out. There is no retry.
/// </remarks>
internal sealed class JobRunner(
    ILogger logger, Clocks clocks, Metrics metrics, Func<bool> isStopped, Action<Entry> onEnded)
{
    private long _failed;

    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Runs the entry's job to its end. The task never fails.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "A job may throw anything, and must not harm the others.")]
    public async Task RunAsync(Entry entry)
    {
        var run = Describe(entry);
        if (entry is RecurringEntry { Run.Missed: > 0 } recurring) ReportMissed(recurring, run.Due, isRunning: true);
        var isTimed = metrics.IsHeard || Log.ShowsRuns(logger);
        var start = isTimed ? clocks.ReadElapsed() : 0;
        if (metrics.IsHeard) ReportStart(run);
        Task? task = null;
        try
        {
            task = entry.InvokeAsync(run) ?? throw new InvalidOperationException("The job returned null for its task.");
            var isStarted = task.Status != TaskStatus.Created;
            if (!isStarted) throw new InvalidOperationException("The job returned a task that was never started.");
            await task.ConfigureAwait(false);
            if (task != Task.CompletedTask && IsNested(task))
            {
                task = task is Task<Task> outer ? await outer.ConfigureAwait(false) : null;
                if (task is { Status: not TaskStatus.Created }) await task.ConfigureAwait(false); // else it never ends
                throw new InvalidOperationException("The job returned a task of a task: Unwrap it, to wait for both.");
            }
        }
        catch (Exception exception)
        {
            if (task?.Exception is { InnerExceptions.Count: > 1 } all) exception = all; // await throws the first alone
            if (!EndsByStop(exception, entry)) ReportFailure(run, exception);
        }

        if (isTimed) ReportEnd(run, TimeSpan.FromTicks(clocks.ReadElapsed() - start));
        onEnded(entry);
    }

    /// <summary>
    /// Logs how many occurrences were missed. The run that makes up for them is not running if it was cancelled or
    /// dropped before it began.
    /// </summary>
    public void ReportMissed(RecurringEntry entry, DateTimeOffset due, bool isRunning)
    {
        var count = Occurrences.CountText(entry.Run.Missed);
        Log.Safely(() => Log.Missed(logger, entry.Name, count, isRunning ? "running" : "not running", due));
        Log.Safely(() => metrics.Missed(entry, entry.Run.Missed));
    }

    /// <summary>What the job is told. Reads one clock only: that is a large share of a short run.</summary>
    private JobRun Describe(Entry entry)
    {
        var due = entry.RunDueTicks;
        var now = entry.Clock == Clock.Wall ? new(clocks.ReadUtc(), Elapsed: 0) : clocks.Estimate();
        var lateness = TimeSpan.FromTicks(Math.Max(0, now.On(entry.Clock) - due));
        return new(entry.Name, entry.TimeOf(due, now), lateness) { Entry = entry };
    }

    /// <summary>Whether a job was told to end, or that nothing can be scheduled any more: no failures.</summary>
    private bool EndsByStop(Exception exception, Entry entry) => exception switch
    {
        OperationCanceledException => isStopped(),
        SchedulerStoppedException stopped => stopped.Scheduler == entry.Scheduler,
        _ => false,
    };

    /// <summary>Whether a task's result is a task, as that of <c>Task.Factory.StartNew(async …)</c> is.</summary>
    private static bool IsNested(Task task)
    {
        // A continuation, say, is of a type derived from Task<T>.
        for (var type = task.GetType(); type is not null; type = type.BaseType)
        {
            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>))
                return type.GenericTypeArguments[0].IsAssignableTo(typeof(Task));
        }

        return false;
    }

    private void ReportStart(JobRun run) => Log.Safely(() => metrics.Started(run));

    private void ReportFailure(JobRun run, Exception exception)
    {
        Interlocked.Increment(ref _failed);
        Log.Safely(() => Log.Failed(logger, Printable.Of(exception), run.Name, run.Due));
        Log.Safely(() => metrics.Failed(run, exception));
    }

    private void ReportEnd(JobRun run, TimeSpan duration)
    {
        var (late, took) = (run.Lateness.TotalMilliseconds, duration.TotalMilliseconds);
        Log.Safely(() => Log.Ran(logger, run.Name, run.Due, late, took));
        Log.Safely(() => metrics.Ended(run, duration));
    }
}

/// <summary>What a stopped scheduler throws, so that it can be told apart from a job's own exceptions.</summary>
#pragma warning disable CA1032 // It is thrown by its scheduler or not at all.
internal sealed class SchedulerStoppedException(Scheduler scheduler)
    : ObjectDisposedException(typeof(Scheduler).FullName, "The scheduler has stopped: it takes no more entries.")
#pragma warning restore CA1032
{
    public Scheduler Scheduler => scheduler;
}
