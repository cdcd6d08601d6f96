using System.Collections.Concurrent;
using System.Globalization;
using Heartbeat.Tests.Infra;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <summary>Promise 7, for threads: what a job sets on its thread is gone when the next job has it.</summary>
public sealed class JobThreadTests
{
    private static readonly AsyncLocal<string?> Local = new();

    private static readonly Dictionary<string, Action> Settings = new()
    {
        ["priority"] = static () => Thread.CurrentThread.Priority = ThreadPriority.AboveNormal,
        ["name"] = static () => Thread.CurrentThread.Name = "mine",
        ["background"] = static () => Thread.CurrentThread.IsBackground = false,
        ["culture"] = static () => CultureInfo.CurrentCulture = Foreign(),
        ["culture of messages"] = static () => CultureInfo.CurrentUICulture = Foreign(),
        ["AsyncLocal"] = static () => Local.Value = "mine",
        ["synchronization context"] = static () => SynchronizationContext.SetSynchronizationContext(new()),
    };

    public static TheoryData<string> Kinds => [.. Settings.Keys, "all"];

    /// <summary>
    /// Many rounds, each with all jobs handed to the pool at once: so its few threads run them one after the other.
    /// </summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_a_job_sets_on_its_thread_none_of_the_next_50_sees(string kind)
    {
        const int Rounds = 20;
        const int Next = 50;
        Action[] settings = kind == "all" ? [.. Settings.Values] : [Settings[kind]];
        var seen = new ConcurrentBag<string>();
        var setters = new ConcurrentBag<int>();
        var followers = new ConcurrentBag<int>();
        await using var simulation = Simulation.Start();
        for (var round = 1; round <= Rounds; round++)
        {
            var second = TimeSpan.FromSeconds(round);
            for (var i = 0; i < 8; i++)
            {
                simulation.Scheduler.Schedule("sets", second, settings, (settings, _) =>
                {
                    foreach (var set in settings) set();
                    setters.Add(Environment.CurrentManagedThreadId);
                    return Task.CompletedTask;
                });
            }

            for (var i = 0; i < Next; i++)
            {
                simulation.Scheduler.Schedule("next", second, _ =>
                {
                    seen.Add(Describe());
                    followers.Add(Environment.CurrentManagedThreadId);
                    return Task.CompletedTask;
                });
            }
        }

        await simulation.AdvanceAsync(TimeSpan.FromSeconds(Rounds));
        seen.Count.ShouldBe(Rounds * Next);
        seen.Distinct().ShouldBe(["Normal, .NET TP Worker, background, 1.5, 1.5, no AsyncLocal, no context"]);
        setters.Intersect(followers).ShouldNotBeEmpty("no thread ran a job of both kinds, so this proves nothing");
    }

    private static CultureInfo Foreign()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = "!";
        return culture;
    }

    private static string Describe()
    {
        var thread = Thread.CurrentThread;
        return $"{thread.Priority}, {thread.Name}, {(thread.IsBackground ? "background" : "foreground")}, "
            + $"{1.5.ToString(CultureInfo.CurrentCulture)}, {1.5.ToString(CultureInfo.CurrentUICulture)}, "
            + $"{Local.Value ?? "no AsyncLocal"}, "
            + $"{(SynchronizationContext.Current is null ? "no context" : "a context")}";
    }
}
