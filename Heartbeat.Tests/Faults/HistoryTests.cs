using System.Diagnostics;
using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Heartbeat.Tests.Faults;

/// <summary>
/// What has become of every one-shot, when 8 real threads schedule and cancel until the stop and beyond it.
/// </summary>
[Trait("Category", "Faults")]
[Trait("Fault", "storm of calls")]
[Collection(nameof(RealThreadTests))]
public sealed class HistoryTests(ITestOutputHelper output)
{
    private const int Threads = 8;
    private const int Fixed = 20_240_229;

    private static readonly TimeSpan Far = TimeSpan.FromDays(1);

    [LongFact]
    [Trait("Length", "Short")]
    public Task Every_one_shot_ends_as_exactly_one_of_started_cancelled_and_dropped_in_5_s() => RoundsAsync(5);

    [LongFact]
    [Trait("Length", "Long")]
    public Task Every_one_shot_ends_as_exactly_one_of_started_cancelled_and_dropped_in_60_s() => RoundsAsync(60);

    /// <param name="rounds">A scheduler lives for a second.</param>
    private async Task RoundsAsync(int rounds)
    {
        var seed = Environment.TickCount;
        output.WriteLine($"{Environment.ProcessorCount} processors, seeds {Fixed} and {seed}");
        long started = 0, cancelled = 0, dropped = 0;
        for (var round = 0; round < rounds; round++)
        {
            using var storm = new Round(round % 2 == 0 ? Fixed + round : seed + round);
            var history = await storm.RunAsync();
            started += history.Count(static record => record.Started == 1);
            cancelled += history.Count(static record => record.Cancelled == 1);
            dropped += history.Count(static record => record.IsDropped);
        }

        output.WriteLine($"{started:N0} started, {cancelled:N0} cancelled, {dropped:N0} dropped");
        Math.Min(started, Math.Min(cancelled, dropped))
            .ShouldBeGreaterThan(1_000L * rounds, "too few to prove anything");
    }

    private sealed class Round(int seed) : IDisposable
    {
        private static readonly TimeSpan Half = TimeSpan.FromMilliseconds(500);

        private readonly LogCapture _log = new(TimeProvider.System);
        private readonly Record?[] _shared = new Record?[4_096]; // where each thread finds what others have scheduled
        private readonly Barrier _halfTime = new(Threads + 1);
        private volatile bool _isHalfTime;

        public async Task<Record[]> RunAsync()
        {
            using var stop = new CancellationTokenSource();
            using var scheduler = new Scheduler(new PreciseTimeProvider(), _log.CreateLogger<Scheduler>());
            var run = Task.Run(() => scheduler.RunAsync(stop.Token));
            var threads = Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
                () => Storm(scheduler, new Random(unchecked((seed * Threads) + thread))),
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();

            await Task.Delay(Half);
            _isHalfTime = true;
            _halfTime.SignalAndWait();
            foreach (var record in _shared)
            {
                if (record?.Delay == Far)
                {
                    (record.Entry.Due is null).ShouldBe(record.Cancelled == 1, "pending is what was not cancelled");
                }
            }

            _halfTime.SignalAndWait();
            await Task.Delay(Half);
            await stop.CancelAsync();
            (await run).ShouldBeTrue();

            Record[] history = [.. (await Task.WhenAll(threads)).SelectMany(static records => records)];
            foreach (var record in history) record.ShouldHaveEndedOnce();
            var dropped = history.Count(static record => record.IsDropped);
            _log.Text.ShouldHaveSingleItem().ShouldStartWith(
                $"Information: Stopped: {history.Count(static record => record.Started == 1)} runs started, 0 failed; "
                    + $"{dropped:N0} pending one-shots dropped: ");
            return history;
        }

        public void Dispose()
        {
            _halfTime.Dispose();
            _log.Dispose();
        }

        /// <summary>Schedules and cancels until the scheduler takes no more.</summary>
        private List<Record> Storm(Scheduler scheduler, Random random)
        {
            List<Record> mine = [];
            var passedHalfTime = false;
            while (true)
            {
                if (_isHalfTime && !passedHalfTime)
                {
                    _halfTime.SignalAndWait();
                    _halfTime.SignalAndWait();
                    passedHalfTime = true;
                }

                ref var slot = ref _shared[random.Next(_shared.Length)];
                if (random.Next(3) == 0)
                {
                    Volatile.Read(ref slot)?.Cancel();
                    continue;
                }

                var record = new Record(random.Next(5) == 0
                    ? Far
                    : TimeSpan.FromTicks(random.Next(20) * TimeSpan.TicksPerMillisecond));
                try
                {
                    record.Entry =
                        scheduler.Schedule("entry", record.Delay, record, static (record, _) => record.Start());
                }
                catch (ObjectDisposedException)
                {
                    return mine;
                }

                mine.Add(record);
                Volatile.Write(ref slot, record);
            }
        }
    }

    private sealed class Record(TimeSpan delay)
    {
        private readonly long _scheduled = Stopwatch.GetTimestamp();
        private int _started;
        private int _cancelled;
        private bool _early;

        public Entry Entry { get; set; } = null!;

        public TimeSpan Delay => delay;

        public int Started => Volatile.Read(ref _started);

        public int Cancelled => Volatile.Read(ref _cancelled);

        /// <summary>Neither started nor cancelled: the line of the stop has to count as many.</summary>
        public bool IsDropped => Started + Cancelled == 0;

        public void Cancel()
        {
            if (Entry.Cancel()) Interlocked.Increment(ref _cancelled);
        }

        public Task Start()
        {
            _early = Stopwatch.GetElapsedTime(_scheduled) < delay;
            Interlocked.Increment(ref _started);
            return Task.CompletedTask;
        }

        public void ShouldHaveEndedOnce()
        {
            var isPending = Entry.Due is not null || Entry.Cancel();
            if (Started + Cancelled > 1 || _early || isPending)
            {
                throw new InvalidOperationException(
                    $"after {delay}, (starts, cancellations, early, pending) are "
                        + $"{(Started, Cancelled, _early, isPending)}");
            }
        }
    }
}
