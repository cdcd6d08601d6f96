using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <summary>
/// Promises 7 and 11, for callbacks on the stop token: one that hangs holds up its own job, and is the one named.
/// </summary>
public sealed class StopCallbackTests : IDisposable
{
    private const int Innocent = 10;

    private readonly ManualResetEventSlim _release = new();
    private readonly SemaphoreSlim _begun = new(0);
    private readonly SemaphoreSlim _ended = new(0);

    public void Dispose()
    {
        _release.Set(); // those that hang hold the handle until they have seen it
        _release.Dispose();
        _begun.Dispose();
        _ended.Dispose();
    }

    [Theory(Timeout = 300_000)]
    [InlineData("blocks", 1)]
    [InlineData("blocks", 4)]
    [InlineData("blocks, though its job has ended", 1)]
    [InlineData("takes the lock of its job", 1)]
    [InlineData("waits for its own job", 1)]
    [InlineData("waits for its own job", 3)]
    public async Task A_callback_that_hangs_is_named_after_5_s_and_no_other_job_waits_for_it(string kind, int guilty)
    {
        await using var simulation = Simulation.Start();
        for (var i = 0; i < Innocent + guilty; i++)
        {
            if (i < guilty)
            {
                simulation.Scheduler.Schedule($"guilty {i + 1}", TimeSpan.Zero, run => BeGuiltyAsync(kind, run));
            }
            else
            {
                simulation.Scheduler.Schedule("innocent", TimeSpan.Zero, WaitAsync);
            }
        }

        await WaitForAsync(_begun, Innocent + guilty);
        var stop = Task.Run(simulation.RequestStopAsync);
        await WaitForAsync(_ended, Innocent); // at once: no time has passed
        await stop;
        while (simulation.Scheduler.Running().Any(static entry => entry.Name == "innocent")) await Task.Yield();
        for (var i = 0; i < 1_000; i++) await Task.Yield(); // and the last callback returns
        simulation.Step(TimeSpan.FromSeconds(5));
        (await simulation.Run).ShouldBeFalse();
        simulation.Log.Text.SkipLast(1).Order().ShouldBe(
            Enumerable.Range(1, guilty).Select(static i => $"Error: guilty {i} did not stop within 5 s"));
        simulation.Log.Text[^1].ShouldBe(
            $"Information: Stopped: {Innocent + guilty} runs started, 0 failed; no one-shot was pending");

        async Task WaitAsync(JobRun run)
        {
            var stopping = run.Stopping;
            _begun.Release();
            try
            {
                await Task.Delay(Timeout.Infinite, stopping);
            }
            finally
            {
                _ended.Release();
            }
        }
    }

    [Fact]
    public async Task Several_callbacks_that_throw_are_logged_by_job_and_all_of_them()
    {
        await using var simulation = Simulation.Start();
        foreach (var name in new[] { "one", "two" })
        {
            simulation.Scheduler.Schedule(name, TimeSpan.Zero, run =>
            {
                run.Stopping.Register(() => throw new NotSupportedException($"first of {name}"));
                run.Stopping.Register(() => throw new NotSupportedException($"second of {name}"));
                _begun.Release();
                return Task.Delay(Timeout.Infinite, run.Stopping);
            });
        }

        await WaitForAsync(_begun, 2);
        (await simulation.StopAsync()).ShouldBeTrue();
        foreach (var name in new[] { "one", "two" })
        {
            var line =
                simulation.Log.Lines.Single(line => line.Message == $"{name}: a callback on its stop token failed");
            line.Level.ShouldBe(LogLevel.Error);
            line.Exception!.ToString().ShouldContain($"first of {name}");
            line.Exception!.ToString().ShouldContain($"second of {name}");
        }

        simulation.Log.Text.Count.ShouldBe(3);
        simulation.Log.Text[^1].ShouldBe("Information: Stopped: 2 runs started, 0 failed; no one-shot was pending");
    }

    [Fact]
    public async Task Each_run_has_a_token_of_its_own_that_stays_as_it_was_when_the_run_has_ended()
    {
        var tokens = new List<CancellationToken>();
        await using var simulation = Simulation.Start();
        simulation.Scheduler.ScheduleEvery("every", TimeSpan.FromSeconds(1), run =>
        {
            tokens.Add(run.Stopping);
            run.Stopping.ShouldBe(tokens[^1]);
            return Task.CompletedTask;
        });
        await simulation.AdvanceAsync(TimeSpan.FromSeconds(3));
        tokens.Distinct().Count().ShouldBe(3);
        (await simulation.StopAsync()).ShouldBeTrue();
        tokens.ShouldAllBe(static token => token.CanBeCanceled && !token.IsCancellationRequested);
        simulation.Log.Of(LogLevel.Error).ShouldBeEmpty();
    }

    private async Task BeGuiltyAsync(string kind, JobRun run)
    {
        var called = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var job = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var ownLock = new SemaphoreSlim(0, 2); // held by the job
        run.Stopping.Register(() =>
        {
            called.SetResult();
            var wait = kind switch
            {
                "takes the lock of its job" => ownLock.AvailableWaitHandle,
                "waits for its own job" => ((IAsyncResult)job.Task).AsyncWaitHandle,
                _ => _release.WaitHandle,
            };
            WaitHandle.WaitAny([wait, _release.WaitHandle]); // the last, for the end of the test
            left.SetResult();
        });
        _begun.Release();
        await called.Task;
        if (kind == "blocks, though its job has ended") return;
        await left.Task; // as CancellationTokenRegistration.Dispose does
        ownLock.Release();
        job.SetResult();
    }

    private static async Task WaitForAsync(SemaphoreSlim signal, int count)
    {
        for (var i = 0; i < count; i++) (await signal.WaitAsync(TimeSpan.FromMinutes(5))).ShouldBeTrue();
    }
}
