using System.Globalization;
using Heartbeat.Jobs;
using Heartbeat.Tests.Infra;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <remarks>
/// Sabotages caught: Guid's mixed-endian constructor; no variant; no lock; last + 1 left out; the sequence kept when
/// the clock is set back; no multicast bit; a node of zeros.
/// </remarks>
public sealed class UuidV1Tests
{
    private static readonly DateTimeOffset Start = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Lays_out_the_vector_of_the_RFC() =>
        UuidV1.Compose(0x1EC9414C232AB00, 0x33C8, 0x9F6BDECED846).ToString().ToUpperInvariant()
            .ShouldBe("C232AB00-9414-11EC-B3C8-9F6BDECED846");

    [Fact]
    public void Takes_no_more_of_a_field_than_it_holds() =>
        UuidV1.Compose(-1, -1, ulong.MaxValue).ToString().ShouldBe("ffffffff-ffff-1fff-bfff-ffffffffffff");

    [Fact]
    public void Carries_the_instant_of_the_clock()
    {
        var clock = new TwoClockTime(new(2022, 2, 22, 14, 22, 22, TimeSpan.FromHours(-5)));
        TimestampOf(new UuidV1(clock).Next()).ShouldBe(0x1EC9414C232AB00);
    }

    [Fact]
    public void Has_version_1_the_variant_and_a_node_that_is_no_MAC_address()
    {
        for (var i = 0; i < 100; i++)
        {
            var text = new UuidV1(new TwoClockTime(Start)).Next().ToString();
            text[14].ShouldBe('1');
            "89ab".ShouldContain(text[19]);
            (int.Parse(text.AsSpan(24, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 1).ShouldBe(1);
        }
    }

    [Fact]
    public void Differs_in_node_and_sequence_from_generator_to_generator()
    {
        var texts = Enumerable.Range(0, 100).Select(static _ => new UuidV1(new TwoClockTime(Start)).Next().ToString())
            .ToList();
        texts.Select(static text => text[24..]).Distinct().Count().ShouldBe(100);
        texts.Select(static text => text[19..23]).Distinct().Count().ShouldBeGreaterThan(90);
    }

    [Fact]
    public void Counts_on_while_the_clock_stands_still()
    {
        var uuids = new UuidV1(new TwoClockTime(Start));
        var ids = Enumerable.Range(0, 10_000).Select(_ => uuids.Next()).ToList();
        ids.Select(TimestampOf).ShouldBe(Enumerable.Range(0, 10_000).Select(i => TimestampOf(ids[0]) + i));
        ids.Select(SequenceOf).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public void Counts_on_when_the_clock_goes_back_by_a_second()
    {
        var clock = new TwoClockTime(Start);
        var uuids = new UuidV1(clock);
        var first = uuids.Next();
        clock.SetWallClock(TimeSpan.FromSeconds(-1));
        var second = uuids.Next();
        TimestampOf(second).ShouldBe(TimestampOf(first) + 1);
        SequenceOf(second).ShouldBe(SequenceOf(first));
    }

    [Fact]
    public void Changes_the_sequence_when_the_clock_is_set_back_further()
    {
        var clock = new TwoClockTime(Start);
        var uuids = new UuidV1(clock);
        var first = uuids.Next();
        clock.SetWallClock(TimeSpan.FromTicks(-TimeSpan.TicksPerSecond - 1));
        var second = uuids.Next();
        TimestampOf(second).ShouldBe(TimestampOf(first) - TimeSpan.TicksPerSecond - 1);
        SequenceOf(second).ShouldBe((SequenceOf(first) + 1) % 0x4000);
        second.ToString()[24..].ShouldBe(first.ToString()[24..]);
    }

    [Fact]
    public void No_two_are_alike_while_the_clock_goes_back_and_forth()
    {
        var clock = new TwoClockTime(Start);
        var uuids = new UuidV1(clock);
        var random = new Random(20240101);
        var ids = new HashSet<Guid>();
        for (var i = 0; i < 100_000; i++)
        {
            clock.SetWallClock(TimeSpan.FromTicks(random.Next(-3, 4) * TimeSpan.TicksPerSecond / 2));
            ids.Add(uuids.Next()).ShouldBeTrue($"id {i}");
        }
    }

    /// <remarks>Twenty times over: threads that share two cores do not always meet.</remarks>
    [Fact]
    public async Task A_hundred_thousand_at_once_from_eight_threads_are_all_different()
    {
        const int Threads = 8;
        const int Each = 100_000 / Threads;
        for (var round = 0; round < 20; round++)
        {
            var uuids = new UuidV1(new StandingClock());
            using var barrier = new Barrier(Threads);
            var made = await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Factory.StartNew(
                () => Make(uuids, Each, barrier), CancellationToken.None, TaskCreationOptions.LongRunning,
                TaskScheduler.Default)));
            made.SelectMany(static own => own).Distinct().Count().ShouldBe(Threads * Each);
        }
    }

    private static Guid[] Make(UuidV1 uuids, int count, Barrier barrier)
    {
        var made = new Guid[count];
        barrier.SignalAndWait();
        for (var i = 0; i < count; i++) made[i] = uuids.Next();
        return made;
    }

    /// <summary>Read from the text, so that nothing of how it was laid out is shared.</summary>
    private static long TimestampOf(Guid uuid)
    {
        var text = uuid.ToString();
        return long.Parse(text[15..18] + text[9..13] + text[..8], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    private static int SequenceOf(Guid uuid) =>
        int.Parse(uuid.ToString().AsSpan(19, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 0x3FFF;

    /// <summary>Takes no lock, which would keep the threads apart by itself.</summary>
    private sealed class StandingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Start;
    }
}
