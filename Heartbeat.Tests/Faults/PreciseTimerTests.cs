using System.Diagnostics;
using Heartbeat.Scheduling;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Heartbeat.Tests.Faults;

/// <summary>The timers of <see cref="PreciseTimeProvider"/> on their real thread.</summary>
[Trait("Category", "Faults")]
[Trait("Length", "Short")]
[Collection(nameof(RealThreadTests))]
public sealed class PreciseTimerTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly PreciseTimeProvider _time = new();

    [LongFact]
    [Trait("Fault", "timers that fire early")]
    public async Task Of_1000_timers_set_by_4_threads_each_fires_once_and_none_early()
    {
        const int Threads = 4;
        const int Each = 250;
        var late = new TimeSpan[Threads * Each];
        var fired = new int[Threads * Each];
        using var all = new SemaphoreSlim(0);
        var timers = new ITimer[Threads * Each];
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
            () =>
            {
                var random = new Random(thread);
                for (var i = thread * Each; i < (thread + 1) * Each; i++)
                {
                    var number = i;
                    var wait = TimeSpan.FromTicks(random.Next(500_000)); // up to 50 ms, most with a fraction of one
                    var start = Stopwatch.GetTimestamp();
                    timers[i] = _time.CreateTimer(
                        _ =>
                        {
                            late[number] = Stopwatch.GetElapsedTime(start) - wait;
                            Interlocked.Increment(ref fired[number]);
                            all.Release();
                        },
                        null, wait, Timeout.InfiniteTimeSpan);
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        for (var i = 0; i < timers.Length; i++) (await all.WaitAsync(Patience)).ShouldBeTrue();
        foreach (var timer in timers) timer.Dispose();

        fired.ShouldAllBe(static count => count == 1);
        late.Min().ShouldBeGreaterThanOrEqualTo(TimeSpan.Zero);
        Array.Sort(late);
        output.WriteLine($"late by {late[500].TotalMilliseconds:0.00} ms at the median, "
            + $"{late[990].TotalMilliseconds:0.00} ms at p99");
    }

    [LongFact]
    [Trait("Fault", "lost wake-up")]
    public async Task A_sooner_timer_wakes_the_thread_that_sleeps_for_a_later_one_1000_times()
    {
        using var fired = new SemaphoreSlim(0);
        using var later = _time.CreateTimer(static _ => { }, null, TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan);
        using var sooner =
            _time.CreateTimer(_ => fired.Release(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        for (var i = 0; i < 1_000; i++)
        {
            sooner.Change(TimeSpan.FromTicks(i * 20), Timeout.InfiniteTimeSpan).ShouldBeTrue();
            (await fired.WaitAsync(Patience)).ShouldBeTrue($"the {i}th wake-up was lost");
        }
    }

    [LongFact]
    [Trait("Fault", "timer changed")]
    public async Task A_timer_that_was_changed_fires_by_its_last_setting_and_a_disposed_one_never()
    {
        var log = new List<string>();
        using var end = new SemaphoreSlim(0);
        var start = Stopwatch.GetTimestamp();
        using var later = Create("later", 5);
        later.Change(TimeSpan.FromMilliseconds(200), Timeout.InfiniteTimeSpan).ShouldBeTrue();
        using var sooner = Create("sooner", 3_600_000);
        sooner.Change(TimeSpan.FromMilliseconds(120), Timeout.InfiniteTimeSpan).ShouldBeTrue();
        using var never = Create("never", 100);
        never.Change(Timeout.InfiniteTimeSpan, TimeSpan.FromMilliseconds(1)).ShouldBeTrue();
        var disposed = Create("disposed", 100);
        await disposed.DisposeAsync();
        disposed.Change(TimeSpan.Zero, TimeSpan.Zero).ShouldBeFalse();
        (await end.WaitAsync(Patience)).ShouldBeTrue();
        (await end.WaitAsync(Patience)).ShouldBeTrue();

        log.ShouldBe(["sooner", "later"]);
        Stopwatch.GetElapsedTime(start).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(200));

        ITimer Create(string name, int milliseconds) => _time.CreateTimer(
            _ =>
            {
                log.Add(name);
                end.Release();
            },
            null, TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
    }

    [LongFact]
    [Trait("Fault", "timer changed")]
    public async Task The_platforms_own_waits_work_with_it()
    {
        var start = Stopwatch.GetTimestamp();
        await Task.Delay(TimeSpan.FromMilliseconds(20.5), _time).WaitAsync(Patience);
        Stopwatch.GetElapsedTime(start).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(20.5));

        start = Stopwatch.GetTimestamp();
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(20.5), _time);
        await Should.ThrowAsync<TaskCanceledException>(() => Task.Delay(Patience, source.Token));
        Stopwatch.GetElapsedTime(start).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(20.5));

        start = Stopwatch.GetTimestamp();
        using var periodic = new PeriodicTimer(TimeSpan.FromMilliseconds(5.5), _time);
        for (var i = 1; i <= 20; i++)
        {
            (await periodic.WaitForNextTickAsync(CancellationToken.None)).ShouldBeTrue();
            Stopwatch.GetElapsedTime(start).ShouldBeGreaterThanOrEqualTo(i * TimeSpan.FromMilliseconds(5.5));
        }
    }

    [LongFact]
    [Trait("Fault", "context lost")]
    public async Task A_callback_has_the_context_of_who_made_the_timer_and_runs_on_the_thread_of_the_timers()
    {
        var local = new AsyncLocal<string> { Value = "maker" };
        var seen = new TaskCompletionSource<(string?, string?, bool)>(
            TaskCreationOptions.RunContinuationsAsynchronously);
        using var timer = _time.CreateTimer(
            _ => seen.SetResult((local.Value, Thread.CurrentThread.Name, Thread.CurrentThread.IsThreadPoolThread)),
            null, TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        local.Value = "later";
        (await seen.Task.WaitAsync(Patience)).ShouldBe(("maker", nameof(PreciseTimeProvider), false));
    }

    [LongFact]
    [Trait("Fault", "thread left behind")]
    public async Task A_timer_has_one_thread_from_when_it_is_first_set_until_it_is_disposed()
    {
        Thread? thread = null;
        using var fired = new SemaphoreSlim(0);
        using var timer = _time.CreateTimer(Note, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        (await fired.WaitAsync(Patience)).ShouldBeTrue();
        var first = thread!;
        timer.Change(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1));
        (await fired.WaitAsync(Patience)).ShouldBeTrue();
        thread.ShouldBe(first);
        first.IsAlive.ShouldBeTrue();
        timer.Dispose();
        first.Join(Patience).ShouldBeTrue("the timer was disposed");
        timer.Change(TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan).ShouldBeFalse();

        void Note(object? state)
        {
            thread = Thread.CurrentThread;
            fired.Release();
        }
    }
}
