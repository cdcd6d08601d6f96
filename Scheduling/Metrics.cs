using System.Diagnostics.Metrics;

namespace Heartbeat.Scheduling;

/// <summary>The scheduler's metrics, published on the meter <see cref="MeterName"/>.</summary>
/// <remarks>
/// Names and units follow OpenTelemetry's conventions; each measurement has the job's name as <c>job.name</c>, but for
/// <c>scheduler.pending</c>: counting a million entries by name would delay runs at each scrape. Free unless
/// something listens. A listener may throw: call within <see cref="Log.Safely"/>. Any thread.
/// </remarks>
internal sealed class Metrics : IDisposable
{
    public const string MeterName = "Heartbeat.Scheduling";

    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    };

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _runs;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _missed;
    private readonly Counter<long> _skipped;
    private readonly Histogram<double> _lateness;
    private readonly Histogram<double> _duration;

    public Metrics(Func<long> pending, Func<IEnumerable<Entry>> running)
    {
        _runs = _meter.CreateCounter<long>("scheduler.runs", "{run}", "Runs started.");
        _failures = _meter.CreateCounter<long>("scheduler.failures", "{run}", "Runs that failed.");
        const string Unit = "{occurrence}";
        const string Limit = "; 1,001 stands for any larger number.";
        _missed = _meter.CreateCounter<long>("scheduler.missed", Unit, "Missed in a stall and not run" + Limit);
        _skipped = _meter.CreateCounter<long>("scheduler.skipped", Unit, "Skipped while a run was going" + Limit);
        _lateness = _meter.CreateHistogram("scheduler.lateness", "s", "From due time to start.", advice: Seconds);
        _duration = _meter.CreateHistogram("scheduler.duration", "s", "From start to end.", advice: Seconds);
        _meter.CreateObservableUpDownCounter("scheduler.pending", pending, "{entry}", "Entries that are not due yet.");
        _meter.CreateObservableUpDownCounter("scheduler.running", CountRunning, "{run}", "Runs that are going.");

        IEnumerable<Measurement<long>> CountRunning() => running().CountBy(static entry => entry.Name)
            .Select(static job => new Measurement<long>(job.Value, Tag(job.Key)));
    }

    /// <summary>Whether something listens to runs.</summary>
    public bool IsHeard => _runs.Enabled || _lateness.Enabled || _duration.Enabled;

    public void Missed(Entry entry, int count) => _missed.Add(count, Tag(entry.Name));

    public void Skipped(Entry entry, int count) => _skipped.Add(count, Tag(entry.Name));

    public void Started(JobRun run)
    {
        _runs.Add(1, Tag(run.Name));
        _lateness.Record(run.Lateness.TotalSeconds, Tag(run.Name));
    }

    public void Failed(JobRun run, Exception exception) =>
        _failures.Add(1, Tag(run.Name), new("error.type", exception.GetType().FullName));

    public void Ended(JobRun run, TimeSpan duration) => _duration.Record(duration.TotalSeconds, Tag(run.Name));

    public void Dispose() => Log.Safely(() => _meter.Dispose());

    private static KeyValuePair<string, object?> Tag(string job) => new("job.name", job);
}
