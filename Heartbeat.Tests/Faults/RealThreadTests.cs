using System.Collections.Concurrent;
using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests.Faults;

/// <summary>
/// Not at the same time as tests that look at the clock: these take all processors, or the whole thread pool.
/// </summary>
[CollectionDefinition(nameof(RealThreadTests), DisableParallelization = true)]
public static class RealThreads;

/// <summary>The scheduler on real threads, real timers and the real clock.</summary>
[Trait("Category", "Faults")]
[Collection(nameof(RealThreadTests))]
public sealed class RealThreadTests : IAsyncLifetime, IDisposable
{
    private readonly LogCapture _log = new(TimeProvider.System);
    private readonly Scheduler _scheduler;
    private readonly CancellationTokenSource _stop = new();

    public RealThreadTests() => _scheduler = new(new PreciseTimeProvider(), _log.CreateLogger<Scheduler>());

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _stop.CancelAsync();

    public void Dispose()
    {
        _stop.Dispose();
        _scheduler.Dispose();
        _log.Dispose();
    }

    /// <remarks>
    /// The loop sleeps until its safety wake-up, up to 10 s away, so a wake-up that is lost shows as seconds.
    /// </remarks>
    [LongFact]
    [Trait("Fault", "lost wake-up")]
    [Trait("Length", "Short")]
    public async Task Each_of_10000_entries_for_1_ms_ahead_from_other_threads_starts_on_time_although_the_loop_sleeps()
    {
        const int Threads = 4;
        const int Each = 2_500;
        var lateness = new ConcurrentQueue<TimeSpan>();
        var run = _scheduler.RunAsync(_stop.Token);
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Factory.StartNew(
            () =>
            {
                using var started = new SemaphoreSlim(0);
                for (var entry = 0; entry < Each; entry++)
                {
                    _scheduler.Schedule("soon", TimeSpan.FromMilliseconds(1), run =>
                    {
                        lateness.Enqueue(run.Lateness);
                        started.Release();
                        return Task.CompletedTask;
                    });
                    // So that the loop goes to sleep each time.
                    started.Wait(TimeSpan.FromSeconds(5)).ShouldBeTrue("a wake-up was lost");
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        lateness.Count.ShouldBe(Threads * Each);
        lateness.Max().ShouldBeLessThan(TimeSpan.FromSeconds(1));
        await _stop.CancelAsync();
        (await run).ShouldBeTrue();
    }

    [LongFact]
    [Trait("Fault", "blocked pool")]
    [Trait("Length", "Long")]
    public async Task Loop_survives_64_jobs_that_block_the_pool_for_30_s_and_nothing_is_lost()
    {
        const int Blocking = 64;
        const int Others = 1_000;
        using var release = new ManualResetEventSlim();
        var blocked = 0;
        var others = 0;
        using var allOthers = new CountdownEvent(Others);
        var run = _scheduler.RunAsync(_stop.Token);
        for (var job = 0; job < Blocking; job++)
        {
            _scheduler.Schedule("blocking", TimeSpan.Zero, _ =>
            {
                Interlocked.Increment(ref blocked);
                release.Wait(TimeSpan.FromSeconds(30));
                return Task.CompletedTask;
            });
        }

        for (var job = 0; job < Others; job++)
        {
            _scheduler.Schedule("other", TimeSpan.FromMilliseconds(job), _ =>
            {
                Interlocked.Increment(ref others);
                allOthers.Signal();
                return Task.CompletedTask;
            });
        }

        // The pool grows by a thread or two a second while it is blocked.
        await Task.Factory.StartNew(
            () => allOthers.Wait(TimeSpan.FromSeconds(90)).ShouldBeTrue($"{others} of {Others} ran, {blocked} block"),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        release.Set();
        await _scheduler.WhenIdle().WaitAsync(TimeSpan.FromSeconds(10));

        (blocked, others).ShouldBe((Blocking, Others));
        await _stop.CancelAsync();
        (await run).ShouldBeTrue();
        _log.Text.ShouldBe(
            [$"Information: Stopped: {Blocking + Others} runs started, 0 failed; no one-shot was pending"]);
    }

    /// <remarks>A wake-up that is lost shows as seconds, as the loop then sleeps until its safety wake-up.</remarks>
    [LongFact]
    [Trait("Fault", "lost wake-up")]
    [Trait("Length", "Short")]
    public async Task After_a_burst_of_5000_the_next_entry_starts_on_time()
    {
        const int Burst = 5_000;
        var runs = 0;
        var next = new TaskCompletionSource<TimeSpan>();
        var due = DateTimeOffset.UtcNow.AddMilliseconds(100);
        _scheduler.Schedule("next", due.AddMilliseconds(400), run =>
        {
            next.SetResult(run.Lateness);
            return Task.CompletedTask;
        });
        for (var job = 0; job < Burst; job++)
        {
            _scheduler.Schedule("burst", due, _ =>
            {
                Interlocked.Increment(ref runs);
                return Task.CompletedTask;
            });
        }

        var run = _scheduler.RunAsync(_stop.Token);
        (await next.Task.WaitAsync(TimeSpan.FromSeconds(20))).ShouldBeLessThan(TimeSpan.FromSeconds(1));
        runs.ShouldBe(Burst);
        await _stop.CancelAsync();
        (await run).ShouldBeTrue();
    }

    /// <remarks>The exit code is that of this result: 1 where a job has outlived the stop.</remarks>
    [LongFact]
    [Trait("Fault", "job that never ends")]
    [Trait("Length", "Long")]
    public async Task Job_that_never_ends_is_skipped_from_then_on_and_named_5_s_after_the_stop()
    {
        var time = new ShiftedTime(
            TimeSpan.FromSeconds(58) - TimeSpan.FromTicks(DateTimeOffset.UtcNow.Ticks % TimeSpan.TicksPerMinute));
        using var scheduler = new Scheduler(time, _log.CreateLogger<Scheduler>());
        var hangs = 0;
        using var others = new BlockingCollection<DateTimeOffset>();
        scheduler.Schedule("hanging", CronExpression.Parse("* * * * *"), _ =>
        {
            Interlocked.Increment(ref hangs);
            return new TaskCompletionSource().Task;
        });
        scheduler.Schedule("other", CronExpression.Parse("* * * * *"), run =>
        {
            others.Add(run.Due, CancellationToken.None);
            return Task.CompletedTask;
        });
        var run = scheduler.RunAsync(_stop.Token);

        others.TryTake(out var first, TimeSpan.FromSeconds(4)).ShouldBeTrue();
        others.TryTake(out var second, TimeSpan.FromSeconds(62)).ShouldBeTrue();
        var stopped = TimeProvider.System.GetTimestamp();
        await _stop.CancelAsync();
        (await run.WaitAsync(TimeSpan.FromSeconds(7))).ShouldBeFalse();

        TimeProvider.System.GetElapsedTime(stopped).ShouldBeInRange(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(6));
        (second - first).ShouldBe(TimeSpan.FromMinutes(1));
        hangs.ShouldBe(1);
        _log.Text.ShouldBe(
            [
                $"Information: Scheduled hanging: '* * * * *' in UTC, first due {first:yyyy-MM-ddTHH:mm:ss}+00:00",
                $"Information: Scheduled other: '* * * * *' in UTC, first due {first:yyyy-MM-ddTHH:mm:ss}+00:00",
                $"Warning: hanging: skipped 1 occurrence, the last due {second:yyyy-MM-ddTHH:mm:ss}+00:00: the run "
                    + $"due {first:yyyy-MM-ddTHH:mm:ss}+00:00 is still running",
                "Error: hanging did not stop within 5 s",
                "Information: Stopped: 3 runs started, 0 failed; no one-shot was pending",
            ]);
    }

    /// <summary>
    /// The machine's clocks and timers, with a wall clock that is ahead: no waiting for a full minute.
    /// </summary>
    private sealed class ShiftedTime(TimeSpan shift) : TimeProvider
    {
        private readonly PreciseTimeProvider _precise = new();

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + shift;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            _precise.CreateTimer(callback, state, dueTime, period);
    }
}
