using System.Reflection;
using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <summary>
/// Promise 7, for what a job hands back: whatever it is, it is logged with all that is in it, and nothing else suffers.
/// </summary>
public sealed class JobFailureTests
{
    private const string Stopped = "The scheduler has stopped: it takes no more entries.";

    public static TheoryData<string> Failures => [.. FailingJobs.Keys];

    /// <summary>What fails, the type of what is logged, and what its text has to tell.</summary>
    private static Dictionary<string, (Func<Task> Job, string Type, string[] Texts)> FailingJobs { get; } = new()
    {
        ["a task with three exceptions"] = (
            static () => Task.WhenAll(Fail("one"), Fail("two"), Fail("three")),
            "AggregateException", ["one", "two", "three"]),
        ["a task with three exceptions, later"] = (
            static () => Task.WhenAll(FailLaterAsync("one"), FailLaterAsync("two"), FailLaterAsync("three")),
            "AggregateException", ["one", "two", "three"]),
        ["a task with 5,000 exceptions"] = (
            static () => Task.WhenAll(Enumerable.Range(0, 5_000).Select(static i => Fail($"#{i};"))),
            "AggregateException", ["#0;", "#2500;", "#4999;"]),
        ["a task with an exception and a cancelled one"] = (
            static () => Task.WhenAll(Fail("one"), Task.FromCanceled(new(canceled: true))),
            "TimeoutException", ["one"]),
        ["a task of a task, as StartNew makes it"] = (
            static () => Task.Factory.StartNew(
                static async () => await Task.Yield(), default, default, TaskScheduler.Default),
            "InvalidOperationException", ["task of a task"]),
        ["a task of a task that fails"] = (
            static () => Task.Factory.StartNew(
                static () => FailLaterAsync("inner"), default, default, TaskScheduler.Default),
            "TimeoutException", ["inner"]),
        ["a task of a task with a result"] =
            (static () => Task.FromResult(Task.FromResult(1)), "InvalidOperationException", ["task of a task"]),
        ["an async method that gives a task"] =
            (static () => TaskOfTaskAsync(), "InvalidOperationException", ["task of a task"]),
        ["a task of a task with two exceptions"] = (
            static () => Task.FromResult(Task.WhenAll(Fail("one"), FailLaterAsync("two"))),
            "AggregateException", ["one", "two"]),
        ["a continuation that gives a task"] = (
            static () => Task.FromResult("text").ContinueWith(
                static _ => FailLaterAsync("continued"), TaskScheduler.Default),
            "TimeoutException", ["continued"]),
        ["a task of null"] =
            (static () => Task.FromResult<Task>(null!), "InvalidOperationException", ["task of a task"]),
        ["a task of a task never started"] =
            (static () => Task.FromResult(new Task(static () => { })), "InvalidOperationException", ["task of a task"]),
        ["a task never started"] = (
            static () => new Task(static () => { }), "InvalidOperationException",
            ["The job returned a task that was never started."]),
        ["a task with a result never started"] = (
            static () => new Task<int>(static () => 1), "InvalidOperationException",
            ["The job returned a task that was never started."]),
        ["null"] = (static () => null!, "InvalidOperationException", ["The job returned null for its task."]),
        ["a cancelled task"] =
            (static () => Task.FromCanceled(new(canceled: true)), "TaskCanceledException", ["A task was canceled."]),
        ["a chain of 101 exceptions"] =
            (static () => Task.FromException(Chain(101)), "InvalidOperationException", ["<0>", "<99>", "\u2026"]),
        ["a chain of 100"] = (static () => Task.FromException(Chain(100)), "TimeoutException", ["<0>", "<99>"]),
        ["a chain of 100,000"] =
            (static () => Task.FromException(Chain(100_000)), "InvalidOperationException", ["<0>", "<99>", "\u2026"]),
        ["a chain of 100,000, thrown"] =
            (static () => throw Chain(100_000), "InvalidOperationException", ["<0>", "<99>", "\u2026"]),
        ["100,000 AggregateExceptions, one in the other"] = (
            static () => throw Enumerable.Range(0, 100_000)
                .Aggregate<int, Exception>(new TimeoutException(), static (inner, _) => new AggregateException(inner)),
            "InvalidOperationException", ["more than 100 levels", "\u2026"]),
        ["one that contains itself"] = (static () => throw Itself(), "InvalidOperationException", ["itself", "\u2026"]),
        ["two that contain each other"] =
            (static () => throw OneAnother(), "InvalidOperationException", ["one", "other", "\u2026"]),
        ["an AggregateException that contains itself twice"] =
            (static () => throw ItselfTwice(), "InvalidOperationException", ["\u2026"]),
        ["one exception 2^60 times"] = (
            static () => throw Enumerable.Range(0, 60)
                .Aggregate<int, Exception>(
                    new TimeoutException(), static (inner, _) => new AggregateException(inner, inner)),
            "InvalidOperationException", ["\u2026"]),
        ["an error of another, stopped scheduler"] = (
            static () =>
            {
                using var other = StoppedScheduler();
                other.Schedule("late", TimeSpan.Zero, static _ => Task.CompletedTask);
                return Task.CompletedTask;
            },
            "SchedulerStoppedException", [Stopped]),
        ["an error that looks like the scheduler's own"] = (
            static () => throw new ObjectDisposedException(typeof(Scheduler).FullName, Stopped),
            "ObjectDisposedException", [Stopped]),
    };

    [Theory(Timeout = 300_000)]
    [MemberData(nameof(Failures))]
    public async Task Each_kind_is_one_failure_each_time_with_all_that_is_in_it_and_the_next_run_is_normal(string kind)
    {
        var (job, type, texts) = FailingJobs[kind];
        await using var simulation = Simulation.Start();
        simulation.Scheduler.Schedule("bad", CronExpression.Parse("* * * * *"), run =>
            run.Due.Minute < 3 ? job() : simulation.Record(run));
        simulation.Scheduler.Schedule("bad once", TimeSpan.FromMinutes(2), _ => job());
        simulation.Scheduler.ScheduleEvery("good", TimeSpan.FromMinutes(1), simulation.Record);
        await simulation.AdvanceAsync(TimeSpan.FromMinutes(3));

        simulation.Runs.Select(static run => run.Run.Name).Order().ShouldBe(["bad", "good", "good", "good"]);
        var failures = simulation.Log.Of(LogLevel.Error);
        failures.Select(static line => line.Message).Order().ShouldBe(
        [
            "bad failed (due 2024-01-01T00:01:00+00:00)",
            "bad failed (due 2024-01-01T00:02:00+00:00)",
            "bad once failed (due 2024-01-01T00:02:00+00:00)",
        ]);
        foreach (var exception in failures.Select(static line => line.Exception!))
        {
            exception.GetType().Name.ShouldBe(type);
            var text = exception.ToString();
            foreach (var part in texts) text.ShouldContain(part);
            text.ShouldNotContain("<100>");
        }

        (await simulation.StopAsync()).ShouldBeTrue();
        simulation.Log.Text[^1].ShouldBe("Information: Stopped: 7 runs started, 3 failed; no one-shot was pending");
    }

    [Fact]
    public async Task A_continuation_of_a_task_of_a_task_is_no_task_of_a_task()
    {
        await using var simulation = Simulation.Start();
        simulation.Scheduler.Schedule("good", TimeSpan.Zero, static _ =>
            Task.WhenAny(Task.Delay(0)).ContinueWith(static first => first.Result.IsCompleted, TaskScheduler.Default));
        await simulation.IdleAsync();
        simulation.Log.Of(LogLevel.Error).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("another scheduler's")]
    [InlineData("made by the job")]
    [InlineData("its scheduler's, wrapped")]
    public async Task After_the_stop_only_the_error_of_its_own_scheduler_is_no_failure(string kind)
    {
        var running = new TaskCompletionSource();
        var stopped = new TaskCompletionSource();
        await using var simulation = Simulation.Start();
        simulation.Scheduler.Schedule("late", TimeSpan.Zero, async _ =>
        {
            running.SetResult();
            await stopped.Task;
            using var other = StoppedScheduler();
            var own = Should.Throw<ObjectDisposedException>(() =>
                simulation.Scheduler.Schedule("later", TimeSpan.Zero, simulation.Record));
            if (kind == "another scheduler's") other.Schedule("later", TimeSpan.Zero, simulation.Record);
            throw kind == "made by the job"
                ? new ObjectDisposedException(own.ObjectName, Stopped)
                : new TimeoutException("wrapped", own);
        });
        await running.Task;
        await simulation.RequestStopAsync();
        stopped.SetResult();
        (await simulation.Run).ShouldBeTrue();
        simulation.Log.Text.ShouldBe(
        [
            "Error: late failed (due 2024-01-01T00:00:00+00:00)",
            "Information: Stopped: 1 run started, 1 failed; no one-shot was pending",
        ]);
    }

    private static Task Fail(string text) => Task.FromException(new TimeoutException(text));

    private static async Task FailLaterAsync(string text)
    {
        await Task.Yield();
        throw new TimeoutException(text);
    }

    private static async Task<Task> TaskOfTaskAsync()
    {
        await Task.Yield();
        return Task.CompletedTask;
    }

    private static Exception Chain(int length) => Enumerable.Range(0, length).Reverse()
        .Aggregate((Exception)null!, static (inner, level) => new TimeoutException($"<{level}>", inner));

    private static TimeoutException Itself()
    {
        var exception = new TimeoutException("itself");
        SetInner(exception, exception);
        return exception;
    }

    private static TimeoutException OneAnother()
    {
        var one = new TimeoutException("one");
        SetInner(one, new TimeoutException("other", one));
        return one;
    }

    private static AggregateException ItselfTwice()
    {
        var exception = new AggregateException();
        var inner = typeof(AggregateException)
            .GetField("_innerExceptions", BindingFlags.NonPublic | BindingFlags.Instance)!;
        inner.SetValue(exception, new Exception[] { exception, exception });
        return exception;
    }

    /// <summary>No constructor does this, but deserializers have.</summary>
    private static void SetInner(Exception outer, Exception inner) =>
        typeof(Exception).GetField(
            "_innerException", BindingFlags.NonPublic | BindingFlags.Instance)!.SetValue(outer, inner);

    private static Scheduler StoppedScheduler()
    {
        using var log = new LogCapture(TimeProvider.System);
        var scheduler = new Scheduler(TimeProvider.System, log.CreateLogger<Scheduler>());
        scheduler.Dispose();
        return scheduler;
    }
}
