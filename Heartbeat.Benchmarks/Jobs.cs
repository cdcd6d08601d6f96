using System.Diagnostics;

namespace Heartbeat.Benchmarks;

/// <summary>What every contender runs: a job that records when it was started and how often.</summary>
internal sealed class Job(JobSet set)
{
    /// <summary>When it is due, as <see cref="Stopwatch.GetTimestamp"/> counts.</summary>
    public long Due { get; set; }

    /// <summary>When it first ran, likewise.</summary>
    public long Started { get; private set; }

    /// <summary>How often it ran.</summary>
    public int Runs { get; private set; }

    /// <summary>The job.</summary>
    public void Run()
    {
        var now = Stopwatch.GetTimestamp();
        if (Runs++ == 0) Started = now;
        set.OnRun();
    }
}

/// <summary>The jobs of one measurement, made before it begins, so that its figures do not include them.</summary>
internal sealed class JobSet
{
    private readonly TaskCompletionSource _allRan = new();
    private int _left;

    /// <summary>Makes the jobs.</summary>
    public JobSet(int count)
    {
        _left = count;
        All = new Job[count];
        for (var i = 0; i < count; i++) All[i] = new(this);
    }

    /// <summary>The jobs.</summary>
    public Job[] All { get; }

    /// <summary>To be called by each run.</summary>
    public void OnRun()
    {
        if (Interlocked.Decrement(ref _left) == 0) _allRan.SetResult();
    }

    /// <summary>Waits until as many runs have started as there are jobs.</summary>
    public void Wait() => _allRan.Task.Wait(TimeSpan.FromMinutes(3));

    /// <summary>How late the jobs started, in milliseconds, the least late first.</summary>
    public double[] Lateness() => [.. All.Select(static job => Milliseconds(job.Started - job.Due)).Order()];

    /// <summary>
    /// Milliseconds from a due time of all to the last start. An early start counts as well, or what starts early would
    /// seem to be fast.
    /// </summary>
    public double Duration(long due) =>
        Milliseconds(All.Max(static job => job.Started) - Math.Min(due, All.Min(static job => job.Started)));

    /// <summary>How many jobs did not run exactly once, and how many ran early.</summary>
    public Figures Correctness() => new()
    {
        ["wrong"] = All.Count(static job => job.Runs != 1),
        ["early"] = All.Count(static job => job.Runs > 0 && job.Started < job.Due),
    };

    private static double Milliseconds(long ticks) => ticks * 1e3 / Stopwatch.Frequency;
}
