using System.Diagnostics;
using Heartbeat.Jobs;
using Heartbeat.Tests.Infra;
using Microsoft.Extensions.Time.Testing;

namespace Heartbeat.Benchmarks;

/// <summary>What one process measures: each scenario warms up, measures once, and returns its figures.</summary>
internal static class Scenarios
{
    private const int WarmUps = 3;
    private const int Seed = 20240101;

    /// <summary>The runtime puts optimised code in place 100 ms after the last new method.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(150);

    /// <summary>The time before a burst that is allowed for scheduling one entry; doubled if it is too short.</summary>
    private static TimeSpan _lead = TimeSpan.FromMicroseconds(1);

    /// <summary>Schedules far ahead, cancels in random order, and measures the memory after each.</summary>
    public static Figures Pending(string contender, int count, int threads)
    {
        // In pieces, as code is optimised by its number of calls, and a queue is compacted about once a piece. Each
        // piece starts the scheduler, which is slow for Quartz.NET.
        var pieces = contender == "quartz" ? 1 : 5;
        WarmUp(() =>
        {
            for (var i = 0; i < pieces; i++) Pending(20_000 / pieces, contender, threads);
        });
        return Pending(count, contender, threads);
    }

    /// <summary>Everything due at one instant: from then on until all have run.</summary>
    public static Figures Burst(string contender, int count)
    {
        // With fewer rounds, half of the bursts ran code that the runtime still profiled, at a third of the speed.
        WarmUp(() => Burst(contender == "quartz" ? 5_000 : 50_000, contender), rounds: 8);
        return Burst(count, contender);
    }

    /// <summary>A thousand one-shots at random times within some seconds; others, far ahead, are pending.</summary>
    public static Figures Lateness(string contender, int seconds, int others)
    {
        const int Count = 1_000;
        using var scheduler = Contender.Create(contender);
        var random = new Random(Seed);
        var far = new JobSet(others);
        var handles = new object[others];
        for (var i = 0; i < others; i++) handles[i] = scheduler.Schedule(FarAhead(random), far.All[i]);
        var warm = new JobSet(100);
        var near = new List<object>(); // a timer without a reference is collected, and does not fire
        for (var i = 0; i < 100; i++) near.Add(scheduler.Schedule(TimeSpan.FromMilliseconds(3 * i), warm.All[i]));
        warm.Wait();
        GC.Collect();
        Thread.Sleep(Settling);

        var jobs = new JobSet(Count);
        var start = Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 10);
        foreach (var job in jobs.All)
        {
            job.Due = start + random.NextInt64(seconds * Stopwatch.Frequency);
            near.Add(scheduler.Schedule(Until(job.Due), job));
        }

        jobs.Wait();
        var figures = jobs.Correctness();
        var lateness = jobs.Lateness();
        figures["p50"] = lateness[Count / 2];
        figures["p99"] = lateness[Count * 99 / 100];
        figures["max"] = lateness[^1];
        GC.KeepAlive((handles, near));
        return figures;
    }

    /// <summary>Cron entries all due at the same minute: from then on until the last has started.</summary>
    public static Figures Recurring(string contender, int count)
    {
        // Quartz.NET and Coravel wait for whole seconds, and more rounds make them no faster.
        WarmUp(() => Recurring(count, contender), contender is "quartz" or "coravel" ? 1 : WarmUps);
        return Recurring(count, contender);
    }

    /// <summary>A year of beats through the real loop on simulated time; each beat is checked.</summary>
    public static Figures Year(int days)
    {
        var clock = new FakeTimeProvider(Simulation.DefaultStart);
        using var log = new BeatLog(clock);
        var watch = Stopwatch.StartNew();
        RunAsync().GetAwaiter().GetResult();
        return new() { ["seconds"] = watch.Elapsed.TotalSeconds, ["wrong"] = log.Fault is null ? 0 : 1 };

        async Task RunAsync()
        {
            await using var simulation = Simulation.Start(
                scheduler => HeartbeatJobs.Register(scheduler, new UuidV1(clock), log), clock);
            await simulation.AdvanceAsync(TimeSpan.FromDays(days) + TimeSpan.FromSeconds(10)).ConfigureAwait(false);
        }
    }

    /// <summary>One recurring entry, until the process is ended.</summary>
    public static Figures Idle(string contender)
    {
        using var scheduler = Contender.Create(contender);
        scheduler.ScheduleRecurring(new JobSet(1).All);
        Thread.Sleep(Timeout.Infinite);
        return [];
    }

    private static Figures Pending(int count, string contender, int threads)
    {
        using var scheduler = Contender.Create(contender);
        var random = new Random(Seed);
        var jobs = new JobSet(count);
        var delays = new TimeSpan[count];
        for (var i = 0; i < count; i++) delays[i] = FarAhead(random);
        var order = Enumerable.Range(0, count).ToArray();
        random.Shuffle(order);
        var handles = new object[count];
        var before = GC.GetTotalMemory(forceFullCollection: true);

        var schedule = TimeOf(threads, thread =>
        {
            for (var i = thread; i < count; i += threads) handles[i] = scheduler.Schedule(delays[i], jobs.All[i]);
        });
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        var cancel = TimeOf(1, _ =>
        {
            foreach (var i in order) scheduler.Cancel(handles[i]);
        });
        Array.Clear(handles);
        var left = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(scheduler);
        return new()
        {
            ["schedule"] = schedule.TotalNanoseconds / count,
            ["bytes"] = (double)held / count,
            ["cancel"] = cancel.TotalNanoseconds / count,
            ["left"] = Math.Max(0, Math.Round((double)left / count)),
            ["wrong"] = jobs.All.Count(static job => job.Runs != 0),
        };
    }

    private static Figures Burst(int count, string contender)
    {
        // However long scheduling takes, the instant must come after it.
        for (; ; _lead *= 2)
        {
            if (Burst(count, contender, TimeSpan.FromSeconds(0.1) + (count * _lead)) is { } figures) return figures;
        }
    }

    private static Figures? Burst(int count, string contender, TimeSpan lead)
    {
        using var scheduler = Contender.Create(contender);
        var jobs = new JobSet(count);
        var instant = DateTimeOffset.UtcNow + lead;
        var due = Contender.TimestampOf(instant);
        var handles = new object[count];
        for (var i = 0; i < count; i++)
        {
            jobs.All[i].Due = due;
            handles[i] = scheduler.Schedule(instant, jobs.All[i]);
        }

        GC.Collect();
        var figures = AwaitAll(jobs, due);
        GC.KeepAlive(handles);
        return figures;
    }

    private static Figures Recurring(int count, string contender)
    {
        for (var attempt = 0; attempt < 5; attempt++)
        {
            using var scheduler = Contender.Create(contender);
            var jobs = new JobSet(count);
            var due = scheduler.ScheduleRecurring(jobs.All);
            foreach (var job in jobs.All) job.Due = due;
            if (AwaitAll(jobs, due) is { } figures) return figures;
        }

        throw new InvalidOperationException("The jobs were due before all of them had been scheduled, each time.");
    }

    /// <returns><see langword="null"/> if the jobs were due before all of them had been scheduled.</returns>
    private static Figures? AwaitAll(JobSet jobs, long due)
    {
        var rest = Until(due) - TimeSpan.FromMilliseconds(30);
        if (rest < TimeSpan.Zero)
        {
            jobs.Wait(); // or they would run during the next attempt
            return null;
        }

        Thread.Sleep(rest);
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        jobs.Wait();
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;

        var figures = jobs.Correctness();
        figures["milliseconds"] = jobs.Duration(due);
        figures["rate"] = jobs.All.Length / (figures["milliseconds"] / 1e3);
        figures["allocated"] = (double)allocated / jobs.All.Length;
        return figures;
    }

    private static void WarmUp(Action action, int rounds = WarmUps)
    {
        for (var i = 0; i < rounds; i++)
        {
            action();
            Thread.Sleep(Settling);
        }
    }

    private static TimeSpan FarAhead(Random random) => TimeSpan.FromHours(1 + (24 * random.NextDouble()));

    /// <summary>The time until a reading of the stopwatch, rounded up: or an exact scheduler would be early.</summary>
    private static TimeSpan Until(long due) =>
        Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) + TimeSpan.FromTicks(1);

    private static TimeSpan TimeOf(int threads, Action<int> action)
    {
        using var start = new Barrier(threads + 1);
        var all = Enumerable.Range(0, threads).Select(thread => new Thread(() =>
        {
            start.SignalAndWait();
            action(thread);
        })).ToList();
        all.ForEach(static thread => thread.Start());
        start.SignalAndWait();
        var watch = Stopwatch.StartNew();
        all.ForEach(static thread => thread.Join());
        return watch.Elapsed;
    }
}
