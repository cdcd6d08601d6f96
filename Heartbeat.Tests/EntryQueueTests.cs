using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

public sealed class EntryQueueTests : IDisposable
{
    private readonly LogCapture _log = new(TimeProvider.System);
    private readonly Scheduler _scheduler;
    private readonly EntryQueue _queue = new();
    private long _sequence;

    public EntryQueueTests() =>
        _scheduler = new(new TwoClockTime(Simulation.DefaultStart), _log.CreateLogger<Scheduler>());

    [Fact]
    public void Equal_due_times_come_in_the_order_scheduled_whatever_their_clock()
    {
        var entries = Enumerable.Range(0, 1_000).Select(i => Add((Clock)(i % 2), due: 5)).ToArray();
        TakeAll(now: 5).ShouldBe(entries);
    }

    [Fact]
    public void The_longest_overdue_comes_first_by_the_clock_that_each_goes_by()
    {
        var a = Add(Clock.Wall, due: 1_007);
        var b = Add(Clock.Elapsed, due: 6);
        var c = Add(Clock.Wall, due: 1_005);
        var d = Add(Clock.Elapsed, due: 9);
        ClockReading now = new(Utc: 1_007, Elapsed: 7);
        _queue.TryDequeueDue(now, out var first).ShouldBeTrue();
        _queue.TryDequeueDue(now, out var second).ShouldBeTrue();
        _queue.TryDequeueDue(now, out var third).ShouldBeTrue();
        _queue.TryDequeueDue(now, out var none).ShouldBeFalse();
        var wait = _queue.WaitFor(now);
        (first, second, third, none, wait).ShouldBe((c, b, a, null, 2));
        _queue.Clear().ShouldBe([d]);
    }

    [Fact]
    public void An_empty_queue_waits_for_ever()
    {
        _queue.TryDequeueDue(default, out var entry).ShouldBeFalse();
        var wait = _queue.WaitFor(default);
        (entry, wait).ShouldBe((null, long.MaxValue));
    }

    [Fact]
    public void Of_100000_cancelled_entries_at_most_as_many_are_held_as_are_live() => Cancel(100_000);

    [LongFact]
    [Trait("Category", "Soak")]
    public void Of_1000000_cancelled_entries_at_most_as_many_are_held_as_are_live() => Cancel(1_000_000);

    public void Dispose()
    {
        _scheduler.Dispose();
        _log.Dispose();
    }

    private void Cancel(int count)
    {
        var entries = Enumerable.Range(0, count).Select(i => Add((Clock)(i % 2), due: 10 + i)).ToArray();
        new Random(count).Shuffle(entries);
        for (var i = 0; i < count; i++)
        {
            entries[i].TryCancel(out _).ShouldBeTrue();
            _queue.OnCancelled();
            var live = count - i - 1;
            _queue.Count.ShouldBe(live);
            if (_queue.Held > 2 * live) _queue.Held.ShouldBeLessThanOrEqualTo(2 * live);
        }

        _queue.Held.ShouldBe(0);
    }

    private OneShot<int> Add(Clock clock, long due)
    {
        var entry = new OneShot<int>(
            _scheduler, "one", clock, due, TimeSpan.Zero, 0, static (_, _) => Task.CompletedTask)
        {
            Sequence = _sequence++,
        };
        _queue.Enqueue(entry);
        return entry;
    }

    private IEnumerable<Entry> TakeAll(long now)
    {
        while (_queue.TryDequeueDue(new(now, now), out var entry)) yield return entry;
    }
}
