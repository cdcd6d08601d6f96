using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

public sealed class MetricsTests
{
    private static readonly CronExpression EachMinute = CronExpression.Parse("* * * * *");

    [Fact]
    public async Task Runs_and_failures_are_counted_and_timed_by_job()
    {
        using var heard = new Heard("steady", "broken");
        var clock = new TwoClockTime(Simulation.DefaultStart);
        await using var simulation = Simulation.Start(
            scheduler =>
            {
                scheduler.Schedule("steady", EachMinute, _ =>
                {
                    clock.Advance(TimeSpan.FromMilliseconds(250));
                    return Task.CompletedTask;
                });
                scheduler.Schedule("broken", TimeSpan.FromSeconds(90), _ => throw new TimeoutException());
            },
            clock);
        await simulation.AdvanceAsync(TimeSpan.FromMinutes(2));
        heard.Text.ShouldBe(
        [
            "scheduler.duration 0 s broken",
            "scheduler.duration 0.25 s steady",
            "scheduler.duration 0.25 s steady",
            "scheduler.failures 1 {run} broken System.TimeoutException",
            "scheduler.lateness 0 s broken",
            "scheduler.lateness 0 s steady",
            "scheduler.lateness 0 s steady",
            "scheduler.runs 1 {run} broken",
            "scheduler.runs 1 {run} steady",
            "scheduler.runs 1 {run} steady",
        ]);
    }

    [Theory]
    [InlineData(5, 2, 4, 2)]
    [InlineData(5_000, 5_000, 1_001, 1_001)] // which stands for any larger number
    public async Task Missed_and_skipped_occurrences_are_counted_by_job(int stall, int more, int missed, int skipped)
    {
        using var heard = new Heard("stalled");
        var end = new TaskCompletionSource();
        await using var simulation =
            Simulation.Start(scheduler => scheduler.Schedule("stalled", EachMinute, _ => end.Task));
        simulation.Time.Advance(TimeSpan.FromMinutes(stall));
        simulation.Time.Advance(TimeSpan.FromMinutes(more));
        end.SetResult();
        await simulation.IdleAsync();
        heard.Text.ShouldContain($"scheduler.missed {missed} {{occurrence}} stalled");
        heard.Text.ShouldContain($"scheduler.skipped {skipped} {{occurrence}} stalled");
    }

    [Fact]
    public async Task What_is_running_is_counted_by_job_when_somebody_asks()
    {
        using var heard = new Heard("is counted as running");
        var end = new TaskCompletionSource();
        await using var simulation = Simulation.Start(scheduler =>
        {
            scheduler.Schedule("is counted as running", EachMinute, _ => end.Task);
        });
        simulation.Time.Advance(TimeSpan.FromMinutes(1));
        heard.Ask();
        end.SetResult();
        await simulation.IdleAsync();
        heard.Text.ShouldBe(
        [
            "scheduler.duration 0 s is counted as running",
            "scheduler.lateness 0 s is counted as running",
            "scheduler.running 1 {run} is counted as running",
            "scheduler.runs 1 {run} is counted as running",
        ]);
    }

    [Fact]
    public void What_is_pending_is_one_number_without_what_was_cancelled()
    {
        using var listener = new MeterListener();
        var thread = 0;
        List<long> pending = [];
        listener.InstrumentPublished = (instrument, itself) =>
        {
            var isOurs = Environment.CurrentManagedThreadId == thread && instrument.Meter.Name == Metrics.MeterName;
            if (isOurs && instrument.Name == "scheduler.pending") itself.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => pending.Add(value));
        listener.Start();
        thread = Environment.CurrentManagedThreadId; // from here on: schedulers of other tests are there already
        using var scheduler = new Scheduler(new TwoClockTime(Simulation.DefaultStart), NullLogger<Scheduler>.Instance);
        scheduler.Schedule("one", TimeSpan.FromDays(1), static _ => Task.CompletedTask);
        scheduler.Schedule("two", TimeSpan.FromDays(2), static _ => Task.CompletedTask);
        scheduler.Schedule("three", TimeSpan.FromDays(3), static _ => Task.CompletedTask).Cancel();
        listener.RecordObservableInstruments();
        pending.ShouldBe([2]);
    }

    [Fact]
    public async Task A_listener_that_throws_harms_no_run()
    {
        using var listener = new MeterListener();
        listener.InstrumentPublished = Enable;
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => Throw(tags));
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) => Throw(tags));
        listener.Start();
        var runs = 0;
        await using var simulation = Simulation.Start(scheduler => scheduler.Schedule("listened to", EachMinute, _ =>
        {
            runs++;
            throw new TimeoutException();
        }));
        await simulation.AdvanceAsync(TimeSpan.FromMinutes(3));
        runs.ShouldBe(3);
        simulation.Log.Text.Count(static line => line.StartsWith("Error: listened to failed", StringComparison.Ordinal))
            .ShouldBe(3);
    }

    [Fact]
    public async Task A_listener_that_throws_at_the_end_does_not_keep_the_scheduler_from_ending()
    {
        using var listener = new MeterListener();
        listener.InstrumentPublished = Enable;
        listener.MeasurementsCompleted = static (_, _) =>
            throw new InvalidOperationException("The listener is broken.");
        listener.Start();
        await using var simulation = Simulation.Start();
        (await simulation.StopAsync()).ShouldBeTrue();

        using var log = new LogCapture(simulation.Time);
        var neverRun = new Scheduler(simulation.Time, log.CreateLogger<Scheduler>());
        neverRun.Dispose();
        Should.Throw<ObjectDisposedException>(() =>
            neverRun.Schedule("late", TimeSpan.Zero, static _ => Task.CompletedTask));
        listener.MeasurementsCompleted = null; // which its own end would call, too
    }

    [Fact]
    public void A_listener_may_ask_what_is_running_as_soon_as_it_hears_of_it()
    {
        using var listener = new MeterListener();
        var failures = new ConcurrentQueue<Exception>();
        listener.InstrumentPublished = (instrument, itself) =>
        {
            if (instrument.Meter.Name != Metrics.MeterName) return;
            itself.EnableMeasurementEvents(instrument);
            if (Record.Exception(itself.RecordObservableInstruments) is { } failure) failures.Enqueue(failure);
        };
        listener.Start();
        var clock = new TwoClockTime(Simulation.DefaultStart);
        using var log = new LogCapture(clock);
        using var scheduler = new Scheduler(clock, log.CreateLogger<Scheduler>());
        failures.ShouldBeEmpty();
    }

    private static void Enable(Instrument instrument, MeterListener listener)
    {
        if (instrument.Meter.Name == Metrics.MeterName) listener.EnableMeasurementEvents(instrument);
    }

    /// <summary>Throws for the job of the test: others run beside it.</summary>
    private static void Throw(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags[0].Value is "listened to") throw new InvalidOperationException("The listener is broken.");
    }

    /// <summary>
    /// Notes the measurements of some jobs as text, sorted: schedulers of other tests measure at the same time.
    /// </summary>
    private sealed class Heard : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentQueue<string> _measurements = new();
        private readonly string[] _jobs;

        public Heard(params string[] jobs)
        {
            _jobs = jobs;
            _listener.InstrumentPublished = Enable;
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
                Note(instrument, value, tags));
            _listener.Start();
        }

        public string[] Text => [.. _measurements.Order(StringComparer.Ordinal)];

        public void Ask() => _listener.RecordObservableInstruments();

        public void Dispose() => _listener.Dispose();

        private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var values = string.Join(' ', tags.ToArray().Select(static tag => tag.Value));
            if (tags.Length == 0 || !_jobs.Contains(tags[0].Value)) return;
            _measurements.Enqueue(
                string.Create(CultureInfo.InvariantCulture, $"{instrument.Name} {value} {instrument.Unit} {values}"));
        }
    }
}
