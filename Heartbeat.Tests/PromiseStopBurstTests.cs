using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <summary>
/// Promise 11 in the midst of work: what was missed or skipped is said once, and before the line of the stop.
/// </summary>
[Collection(nameof(Alone))]
public sealed class PromiseStopBurstTests
{
    [Fact]
    public Task Stopped_amid_a_burst_of_3000_that_missed_and_skipped_10_rounds_nothing_is_lost_or_said_twice() =>
        RoundsAsync(10);

    [LongFact]
    [Trait("Category", "Soak")]
    public Task Stopped_amid_a_burst_of_3000_that_missed_and_skipped_200_rounds_nothing_is_lost_or_said_twice() =>
        RoundsAsync(200);

    [Fact]
    public async Task Stopped_while_the_pool_has_no_thread_what_was_missed_and_skipped_is_said_before_the_last_line()
    {
        const int Count = 100;
        using var begun = new CountdownEvent(Count / 2);
        await using var simulation = Simulation.Start(scheduler => Schedule(scheduler, Count, begun));
        simulation.Time.Advance(TimeSpan.FromSeconds(1));
        begun.Wait();
        using (var pool = new BlockedPool())
        {
            simulation.Time.Advance(TimeSpan.FromSeconds(5));
            simulation.Scheduler.Dispose();
        }

        (await simulation.Run).ShouldBeTrue();
        ShouldHaveSaid(simulation, Count, out var missed, out var skipped);
        skipped.ShouldBeInRange(Count / 2, Count - 1); // a run that does not hang may not have ended yet
        simulation.Log.Text.Count(static line => line.EndsWith(
            "; not running the one due 2024-01-01T00:00:06+00:00", StringComparison.Ordinal)).ShouldBe(missed);
    }

    private static async Task RoundsAsync(int rounds)
    {
        const int Count = 3_000;
        var random = new Random(rounds);
        var partial = 0;
        for (var round = 0; round < rounds; round++)
        {
            using var heard = new Heard();
            using var begun = new CountdownEvent(Count / 2);
            var time = new ReadTime();
            await using var simulation = Simulation.Start(scheduler => Schedule(scheduler, Count, begun), time);
            time.Advance(TimeSpan.FromSeconds(1));
            begun.Wait(); // half of them hang from here on, so that they skip what comes due
            var isMidst = 0;
            var stopper = new Thread(() =>
            {
                while (Volatile.Read(ref isMidst) == 0) Thread.SpinWait(10);
                simulation.Scheduler.Dispose();
            });
            stopper.Start();
            var reads = random.Next(2, 20); // the loop reads the clock anew for each part of the burst
            var loop = Environment.CurrentManagedThreadId;
            time.OnRead = () =>
            {
                if (Environment.CurrentManagedThreadId != loop || --reads != 0) return;
                Volatile.Write(ref isMidst, 1);
                stopper.Join(TimeSpan.FromMilliseconds(200)); // it waits for the lock, long enough to have it next
            };
            time.Advance(TimeSpan.FromSeconds(5));
            time.OnRead = null;
            Volatile.Write(ref isMidst, 1);
            stopper.Join();
            (await simulation.Run).ShouldBeTrue();
            ShouldHaveSaid(simulation, Count, out var missed, out var skipped);
            var dropped = simulation.Log.Text.Count(static line => line.Contains("; not running the one due"));
            if (dropped > 0 && dropped < missed) partial++;
            (heard.Missed, heard.Skipped).ShouldBe((4 * missed, 5 * skipped));
        }

        partial.ShouldBeGreaterThan(0, "each stop came before or after the burst, so this proves nothing");
    }

    /// <summary>Those with an even number end at once; each other's first run ends at the stop.</summary>
    private static void Schedule(Scheduler scheduler, int count, CountdownEvent begun)
    {
        for (var i = 0; i < count; i++)
        {
            var hangs = i % 2 != 0;
            scheduler.ScheduleEvery($"burst {i}", TimeSpan.FromSeconds(1), run =>
            {
                if (!hangs) return Task.CompletedTask;
                var stopping = run.Stopping;
                if (!begun.IsSet) begun.Signal();
                return Task.Delay(Timeout.Infinite, stopping);
            });
        }
    }

    /// <summary>Something was said of each entry once, and nothing after the line of the stop.</summary>
    private static void ShouldHaveSaid(Simulation simulation, int count, out int missed, out int skipped)
    {
        var text = simulation.Log.Text.Where(static line =>
            !line.StartsWith("Information: Scheduled", StringComparison.Ordinal)).ToArray();
        text[^1].ShouldStartWith("Information: Stopped: ");
        text.Count(static line => line.Contains("Stopped", StringComparison.Ordinal)).ShouldBe(1);
        var warnings = text.Where(static line => line.StartsWith("Warning: ", StringComparison.Ordinal)).ToArray();
        var numbers = warnings.Select(static line =>
            int.Parse(line.Split(' ')[2].TrimEnd(':'), CultureInfo.InvariantCulture)).Order().ToArray();
        numbers.ShouldBe(Enumerable.Range(0, count));
        missed = warnings.Count(static line => line.Contains(": missed 4 occurrences; ", StringComparison.Ordinal));
        skipped = warnings.Count(static line => line.Contains(": skipped 5 occurrences, ", StringComparison.Ordinal));
        (missed + skipped).ShouldBe(count);
    }

    /// <summary>Tells when the wall clock is read.</summary>
    private sealed class ReadTime() : FakeTimeProvider(Simulation.DefaultStart)
    {
        public Action? OnRead { get; set; }

        public override DateTimeOffset GetUtcNow()
        {
            OnRead?.Invoke();
            return base.GetUtcNow();
        }
    }

    /// <summary>Counts what the meter says of these jobs.</summary>
    private sealed class Heard : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentQueue<(string Instrument, long Count)> _counts = new();

        public Heard()
        {
            _listener.InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name is "scheduler.missed" or "scheduler.skipped")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((instrument, count, tags, _) =>
            {
                if (tags[0].Value is string name && name.StartsWith("burst ", StringComparison.Ordinal))
                {
                    _counts.Enqueue((instrument.Name, count));
                }
            });
            _listener.Start();
        }

        public long Missed =>
            _counts.Where(static count => count.Instrument == "scheduler.missed").Sum(static count => count.Count);

        public long Skipped =>
            _counts.Where(static count => count.Instrument == "scheduler.skipped").Sum(static count => count.Count);

        public void Dispose() => _listener.Dispose();
    }
}
