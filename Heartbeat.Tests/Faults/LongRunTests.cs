using System.Diagnostics;
using System.Globalization;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Heartbeat.Tests.Faults;

/// <summary>Minutes of real time on a busy machine, and ten of them on an idle one.</summary>
[Trait("Category", "Faults")]
[Trait("Length", "Long")]
public sealed class LongRunTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <remarks>
    /// No sabotage: a bound. Lateness has the slack of a machine that has half a processor for each of its programs.
    /// </remarks>
    [ProgramFact]
    public async Task Twice_as_many_busy_loops_as_processors_cost_no_beat_in_3_minutes()
    {
        const int Beats = 3;
        using var clock = WallClock.BeforeABeat();
        await using var program = ChildProgram.Start([ChildProgram.On], clock: clock);
        var loops = Enumerable.Range(0, 2 * Environment.ProcessorCount)
            .Select(static _ => Process.Start("timeout", ["180", "sh", "-c", "while :; do :; done"])).ToArray();
        try
        {
            for (var beat = 1; beat <= Beats; beat++)
            {
                var timed = await program.LineAsync(Beat.Timed, Minute + Beat.Slack, beat);
                timed.ShouldBeOnTheMinute(clock.Shift);
                var its = await program.LineAsync(Beat.Event, TimeSpan.FromSeconds(10) + Beat.Slack, beat);
                its.ShouldBeTheEventOf(timed, clock.Shift);
                var late = TimeSpan.FromTicks(Beat.InstantOf(timed).Ticks % TimeSpan.TicksPerMinute);
                output.WriteLine($"{late.TotalMilliseconds:0.0} ms late");
            }
        }
        finally
        {
            foreach (var loop in loops)
            {
                loop.Kill(entireProcessTree: true);
                loop.Dispose();
            }
        }

        (await program.StopAsync()).ShouldBe(Beat.StopLine(6));
        program.Lines.Count.ShouldBe(2 + (2 * Beats), program.ToString());
    }

    /// <remarks>Turns red if each run leaves something behind: a registration, a timer, a thread, a handle.</remarks>
    [ProgramFact]
    public async Task Memory_threads_and_handles_are_flat_over_10_minutes()
    {
        const int Beats = 10;
        using var clock = WallClock.BeforeABeat();
        await using var program = ChildProgram.Start([ChildProgram.On], clock: clock);
        var looks = new List<Look>();
        for (var beat = 1; beat <= Beats; beat++)
        {
            var timed = await program.LineAsync(Beat.Timed, Minute + Beat.Slack, beat);
            timed.ShouldBeOnTheMinute(clock.Shift);
            var its = await program.LineAsync(Beat.Event, TimeSpan.FromSeconds(12), beat);
            its.ShouldBeTheEventOf(timed, clock.Shift);
            looks.Add(Look.At(program));
            output.WriteLine($"{beat}: {looks[^1]}");
        }

        // Until its first collection the heap still grows, and workers of the pool come and go.
        var half = Beats / 2;
        var (before, after) = (looks[..half], looks[half..]);
        after.Max(static look => look.Kilobytes)
            .ShouldBeLessThanOrEqualTo(before.Max(static look => look.Kilobytes) + 1_024);
        after.Max(static look => look.Threads).ShouldBeLessThanOrEqualTo(before.Max(static look => look.Threads) + 1);
        after.Max(static look => look.Handles).ShouldBeLessThanOrEqualTo(before.Max(static look => look.Handles));
        program.ProcessorTime.ShouldBeLessThan(TimeSpan.FromSeconds(1));
        (await program.StopAsync()).ShouldBe(Beat.StopLine(20));
        program.Lines.Count.ShouldBe(2 + (2 * Beats), program.ToString());
    }

    private sealed record Look(int Kilobytes, int Threads, int Handles)
    {
        public static Look At(ChildProgram program)
        {
            var status = File.ReadLines($"/proc/{program.Id}/status")
                .Select(static line => line.Split(':', 2))
                .ToDictionary(static field => field[0], static field => field[1].Trim());
            return new(
                int.Parse(status["VmRSS"].Split(' ')[0], CultureInfo.InvariantCulture),
                int.Parse(status["Threads"], CultureInfo.InvariantCulture),
                Directory.GetFiles($"/proc/{program.Id}/fd").Length);
        }
    }
}
