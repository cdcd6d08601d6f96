using System.Diagnostics.Metrics;
using System.Text.Json;
using Heartbeat.Scheduling;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Heartbeat.Tests.Faults;

/// <summary>
/// Jobs that block their threads, and a meter that is read each moment: what is due meanwhile starts in time.
/// </summary>
/// <remarks>With the threads that the program asks for: the setting is read from what is built of it.</remarks>
[Trait("Category", "Faults")]
[Collection(nameof(RealThreadTests))]
public sealed class BlockingJobsTests : IAsyncLifetime, IDisposable
{
    private readonly ITestOutputHelper _output;
    private readonly CancellationTokenSource _stop = new();
    private readonly Scheduler _scheduler = new(new PreciseTimeProvider(), NullLogger<Scheduler>.Instance);
    private readonly int _workers;
    private readonly int _completionPorts;
    private Task<bool> _run = Task.FromResult(true);

    public BlockingJobsTests(ITestOutputHelper output)
    {
        _output = output;
        ThreadPool.GetMinThreads(out _workers, out _completionPorts);
        using var settings = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "heartbeat.runtimeconfig.json")));
        var properties = settings.RootElement.GetProperty("runtimeOptions").GetProperty("configProperties");
        var isSet = properties.TryGetProperty("System.Threading.ThreadPool.MinThreads", out var threads);
        ThreadPool.SetMinThreads(isSet ? threads.GetInt32() : Environment.ProcessorCount, _completionPorts)
            .ShouldBeTrue();
    }

    public Task InitializeAsync()
    {
        _run = _scheduler.RunAsync(_stop.Token);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        (await _run).ShouldBeTrue();
        ThreadPool.SetMinThreads(_workers, _completionPorts).ShouldBeTrue();
    }

    public void Dispose()
    {
        _scheduler.Dispose();
        _stop.Dispose();
    }

    /// <summary>
    /// The median, as the machine may be busy; and a bound for each, as without the setting 2 cost a second.
    /// </summary>
    [LongTheory]
    [Trait("Fault", "jobs that block")]
    [Trait("Length", "Short")]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(24)]
    public async Task Jobs_that_block_delay_another_that_is_due_100_ms_later_by_less_than_50_ms(int blocking)
    {
        var late = new List<TimeSpan>();
        for (var round = 0; round < 5; round++) late.Add(await BlockAsync(blocking));
        late.Sort();
        _output.WriteLine($"{blocking} block: "
            + $"{string.Join(", ", late.Select(static late => $"{late.TotalMilliseconds:0.0}"))} ms late");
        late[2].ShouldBeLessThan(TimeSpan.FromMilliseconds(50));
        late[^1].ShouldBeLessThan(TimeSpan.FromMilliseconds(500));
    }

    /// <summary>Beyond the setting the pool adds about one thread a second.</summary>
    [LongFact]
    [Trait("Fault", "jobs that block")]
    [Trait("Length", "Long")]
    public async Task With_60_jobs_that_block_another_starts_while_they_do_when_the_pool_has_grown()
    {
        var late = await BlockAsync(60);
        _output.WriteLine($"{late.TotalSeconds:0.0} s late");
        late.ShouldBeLessThan(TimeSpan.FromSeconds(60));
    }

    /// <summary>
    /// A walk through a million entries is tens of milliseconds, and each scrape would hold up the schedule for it.
    /// </summary>
    [LongFact]
    [Trait("Fault", "scrape of the meter")]
    [Trait("Length", "Short")]
    public async Task A_scrape_with_a_million_entries_pending_holds_up_no_run_for_5_ms()
    {
        const int Scrapes = 50;
        for (var i = 0; i < 1_000_000; i++)
        {
            _scheduler.Schedule("pending", TimeSpan.FromDays(1 + (i % 1_000)), static _ => Task.CompletedTask);
        }

        using var listener = new MeterListener();
        listener.InstrumentPublished = static (instrument, itself) =>
        {
            if (instrument.Name is "scheduler.pending" or "scheduler.running")
            {
                itself.EnableMeasurementEvents(instrument);
            }
        };
        long pending = 0;
        listener.SetMeasurementEventCallback<long>((_, count, _, _) => pending = Math.Max(pending, count));
        listener.Start();
        GC.Collect();
        var late = new List<TimeSpan>();
        var scrapes = new List<TimeSpan>();
        for (var i = 0; i < Scrapes; i++)
        {
            var started = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
            _scheduler.Schedule("one", TimeSpan.FromMilliseconds(1.5), run =>
                Task.FromResult(started.TrySetResult(run.Lateness)));
            while (!started.Task.IsCompleted)
            {
                var start = TimeProvider.System.GetTimestamp();
                listener.RecordObservableInstruments();
                scrapes.Add(TimeProvider.System.GetElapsedTime(start));
            }

            late.Add(await started.Task);
        }

        late.Sort();
        scrapes.Sort();
        _output.WriteLine($"a scrape takes {scrapes[scrapes.Count / 2].TotalMilliseconds:0.000} ms, runs are "
            + $"{late[Scrapes / 2].TotalMilliseconds:0.000} ms late");
        pending.ShouldBeInRange(1_000_000, 1_000_001);
        scrapes[scrapes.Count / 2].ShouldBeLessThan(TimeSpan.FromMilliseconds(1));
        late[Scrapes / 2].ShouldBeLessThan(TimeSpan.FromMilliseconds(5));
    }

    /// <returns>How late the other started.</returns>
    private async Task<TimeSpan> BlockAsync(int blocking)
    {
        using var release = new ManualResetEventSlim();
        var other = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
        for (var i = 0; i < blocking; i++)
        {
            _scheduler.Schedule("blocks", TimeSpan.Zero, release, static (release, _) =>
            {
                release.Wait(TimeSpan.FromSeconds(120));
                return Task.CompletedTask;
            });
        }

        _scheduler.Schedule("other", TimeSpan.FromMilliseconds(100), run =>
        {
            other.SetResult(run.Lateness);
            release.Set(); // the test itself has no thread to go on with before
            return Task.CompletedTask;
        });
        var late = await other.Task;
        await _scheduler.WhenIdle();
        return late;
    }
}
