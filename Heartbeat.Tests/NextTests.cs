using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <summary>
/// The three lines by which a user's test goes from due time to due time: <see cref="Scheduler.Next"/> and
/// <see cref="Scheduler.WhenIdle"/>.
/// </summary>
public sealed class NextTests : IAsyncLifetime, IDisposable
{
    private static readonly DateTimeOffset Start = Simulation.DefaultStart;
    private static readonly TimeSpan Ms = TimeSpan.FromMilliseconds(1);

    private readonly FakeTimeProvider _time = new(Start);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(DateTimeOffset Due, DateTimeOffset Time)> _runs = [];
    private readonly Scheduler _scheduler;
    private Task<bool> _run = Task.FromResult(true);

    public NextTests() => _scheduler = new(_time, NullLogger<Scheduler>.Instance);

    public Task InitializeAsync()
    {
        _run = _scheduler.RunAsync(_stop.Token);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        (await _run).ShouldBeTrue();
    }

    public void Dispose()
    {
        _stop.Dispose();
        _scheduler.Dispose();
    }

    [Fact]
    public void Without_an_entry_there_is_no_next_and_nothing_to_wait_for()
    {
        _scheduler.Next.ShouldBeNull();
        _scheduler.WhenIdle().IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public void Next_is_the_first_due_time_of_all()
    {
        _scheduler.Schedule("instant", Start.AddHours(3), Record);
        _scheduler.Next.ShouldBe(Start.AddHours(3));
        _scheduler.ScheduleEvery("every", TimeSpan.FromHours(2), Record);
        _scheduler.Next.ShouldBe(Start.AddHours(2));
        var first = _scheduler.Schedule("cron", CronExpression.Parse("0 1 * * *"), Record);
        _scheduler.Next.ShouldBe(Start.AddHours(1));
        first.Cancel();
        _scheduler.Next.ShouldBe(Start.AddHours(2));
    }

    [Fact]
    public void An_instant_that_never_comes_has_no_next_beyond_the_calendar()
    {
        _scheduler.Schedule("last", DateTimeOffset.MaxValue, Record);
        _scheduler.Next.ShouldBe(DateTimeOffset.MaxValue);
    }

    [Theory]
    [InlineData(1)] // a tick
    [InlineData(3_000)] // 0.3 ms
    [InlineData(9_000)]
    [InlineData(9_999)]
    [InlineData(10_000)]
    [InlineData(10_001)]
    [InlineData(25_000)]
    public async Task Due_times_that_close_are_all_met(int ticks)
    {
        const int Count = 1_000;
        for (var i = 1; i <= Count; i++) _scheduler.Schedule("delay", TimeSpan.FromTicks((long)i * ticks), Record);
        for (var i = 1; i <= Count; i++) _scheduler.Schedule("instant", Start.AddTicks((long)i * ticks), Record);
        await AdvanceToAsync(Start.AddTicks((long)Count * ticks) + Ms);

        _runs.Select(static run => run.Due).Order().ShouldBe(
            Enumerable.Range(0, 2 * Count).Select(i => Start.AddTicks(((i / 2) + 1L) * ticks)));
        _runs.ShouldAllBe(static run => run.Time == run.Due);
        _scheduler.Next.ShouldBeNull();
    }

    [Fact]
    public async Task Random_due_times_over_10_s_are_all_met()
    {
        const int Count = 20_000;
        var random = new Random(42);
        for (var i = 0; i < Count; i++)
        {
            _scheduler.Schedule("delay", TimeSpan.FromTicks(random.Next(100_000_000)), Record);
        }

        await AdvanceToAsync(Start.AddSeconds(10) + Ms);
        _runs.Count.ShouldBe(Count);
        _runs.ShouldAllBe(static run => run.Time == run.Due);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1_000)]
    [InlineData(20_000)]
    public async Task A_backlog_that_is_due_at_once_runs_whole_before_time_goes_on(int count)
    {
        for (var i = 0; i < count; i++) _scheduler.Schedule("one", Start.AddHours(1), Record);
        _scheduler.Schedule("next", Start.AddHours(1) + Ms, Record);
        await AdvanceToAsync(Start.AddHours(2));
        _runs.Count.ShouldBe(count + 1);
        _runs.ShouldAllBe(static run => run.Time == run.Due);
    }

    /// <summary>Overdue before the loop begins, it is dispatched by the loop's first tick.</summary>
    [Fact]
    public async Task A_backlog_from_before_the_run_runs_at_once()
    {
        using var scheduler = new Scheduler(_time, NullLogger<Scheduler>.Instance);
        for (var i = 0; i < 5_000; i++) scheduler.Schedule("one", Start.AddDays(-1), Record);
        scheduler.Next.ShouldBe(Start.AddTicks(1)); // at once, but a step
        var run = scheduler.RunAsync(_stop.Token);
        await scheduler.WhenIdle();
        (_runs.Count, scheduler.Next).ShouldBe((5_000, null));
        await _stop.CancelAsync();
        (await run).ShouldBeTrue();
    }

    /// <summary>
    /// Each job schedules the next: the lines see it, though it was not there when they looked before.
    /// </summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9_000)]
    [InlineData(10_000)]
    [InlineData(600_000_000)]
    public async Task What_jobs_schedule_runs_at_its_time_too(int ticks)
    {
        const int Count = 500;
        var step = TimeSpan.FromTicks(ticks);
        _scheduler.Schedule("chain", step, 1, ChainAsync);
        await AdvanceToAsync(Start + (Count * (step < Ms ? Ms : step)) + Ms);
        _runs.Count.ShouldBe(Count);
        _runs.ShouldAllBe(static run => run.Time == run.Due);

        async Task ChainAsync(int number, JobRun run)
        {
            await Task.Yield();
            if (number < Count) _scheduler.Schedule("chain", step, number + 1, ChainAsync);
            await Record(run);
        }
    }

    [Fact]
    public async Task A_cron_and_a_periodic_entry_and_what_they_schedule_run_at_their_times_over_a_day()
    {
        _scheduler.Schedule("cron", CronExpression.Parse("* * * * *"), run =>
        {
            _scheduler.Schedule("event", TimeSpan.FromSeconds(10), Record);
            return Record(run);
        });
        _scheduler.ScheduleEvery("every", TimeSpan.FromSeconds(7), Record);
        await AdvanceToAsync(Start.AddDays(1));
        _runs.Count.ShouldBe(1_440 + 1_439 + (86_400 / 7));
        _runs.ShouldAllBe(static run => run.Time == run.Due);
    }

    [Fact]
    public async Task WhenIdle_ends_with_the_last_run_that_is_going_and_not_before()
    {
        TaskCompletionSource[] ends = [new(), new()];
        foreach (var end in ends)
        {
            _scheduler.Schedule("slow", TimeSpan.FromSeconds(1), end, static (end, _) => end.Task);
        }

        _time.Advance(TimeSpan.FromSeconds(1));
        Task[] waits = [_scheduler.WhenIdle(), _scheduler.WhenIdle()];
        ends[0].SetResult();
        waits.ShouldAllBe(static wait => !wait.IsCompleted);
        ends[1].SetResult();
        await Task.WhenAll(waits);
    }

    private Task Record(JobRun run)
    {
        lock (_runs) _runs.Add((run.Due, _time.GetUtcNow()));
        return Task.CompletedTask;
    }

    private async Task AdvanceToAsync(DateTimeOffset end)
    {
        await _scheduler.WhenIdle();
        while (_scheduler.Next is { } next && next <= end)
        {
            _time.Advance(next - _time.GetUtcNow());
            await _scheduler.WhenIdle();
        }
    }
}
