using System.Diagnostics;

namespace Heartbeat.Benchmarks;

/// <summary>What every contender runs: it notes when it was started and how often.</summary>
internal sealed class Job(JobSet set)
{
    /// <summary>When it is due, as <see cref="Stopwatch.GetTimestamp"/> counts.</summary>
    public long Due { get; set; }

    public long Started { get; private set; }

    public int Runs { get; private set; }

    public void Run()
    {
        var now = Stopwatch.GetTimestamp();
        if (Runs++ == 0) Started = now;
        set.OnRun();
    }
}

/// <summary>The jobs of one measurement, made before it begins so that they are no part of its figures.</summary>
internal sealed class JobSet
{
    private readonly TaskCompletionSource _allRan = new();
    private int _left;

    public JobSet(int count)
    {
        _left = count;
        All = new Job[count];
        for (var i = 0; i < count; i++) All[i] = new(this);
    }

    public Job[] All { get; }

    public void OnRun()
    {
        if (Interlocked.Decrement(ref _left) == 0) _allRan.SetResult();
    }

    /// <summary>Waits until as many runs have started as there are jobs.</summary>
    public void Wait() => _allRan.Task.Wait(TimeSpan.FromMinutes(3));

    /// <summary>How late the jobs started, in milliseconds, the least late first.</summary>
    public double[] Lateness() => [.. All.Select(static job => (job.Started - job.Due) * 1e3 / Stopwatch.Frequency).Order()];

    /// <summary>The figures that show whether the measurement is worth anything: all ran exactly once, and none early.</summary>
    public Figures Correctness() => new()
    {
        ["wrong"] = All.Count(static job => job.Runs != 1),
        ["early"] = All.Count(static job => job.Runs > 0 && job.Started < job.Due),
    };
}

/// <summary>What one measurement gives: a number for each name.</summary>
internal sealed class Figures : Dictionary<string, double>;
