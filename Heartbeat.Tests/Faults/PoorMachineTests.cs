using Shouldly;
using Xunit;

namespace Heartbeat.Tests.Faults;

/// <summary>A machine that has little. No sabotage: a bound.</summary>
/// <remarks>Each beats once, on time and in UTC, and stops as told. All run at once.</remarks>
[Trait("Category", "Faults")]
[Trait("Length", "Short")]
public sealed class PoorMachineTests
{
    private const string NotRoot = """exec setpriv --reuid=65534 --regid=65534 --clear-groups "$0" """;

    private const string ReadOnly = """
        exec unshare --user --map-root-user --mount sh -c '
            mount -o remount,bind,ro / && ! touch "$0" 2>/dev/null && exec "$0"' "$0"
        """;

    private static readonly Dictionary<string, (string? Shell, (string, string)[] Environment)> Machines = new()
    {
        ["one CPU"] = ("""exec taskset -c 0 "$0" """, []),
        ["32 MB of heap"] = (null, [("DOTNET_GCHeapHardLimit", "2000000")]),
        ["32 file handles"] = ("""ulimit -n 32; exec "$0" """, []),
        ["no time zones"] = (null, [("TZDIR", "/nonexistent")]),
        ["TZ=nonsense"] = (null, [("TZ", "nonsense")]),
        ["TZ=:/nonexistent"] = (null, [("TZ", ":/nonexistent")]),
        ["TZ=Asia/Kolkata"] = (null, [("TZ", "Asia/Kolkata")]),
        ["HOME unset"] = ("""unset HOME; exec "$0" """, []),
        ["HOME and TMPDIR missing"] = (null, [("HOME", "/nonexistent"), ("TMPDIR", "/nonexistent")]),
        ["read-only file system"] = (ReadOnly, []),
        ["not root"] = (Environment.IsPrivilegedProcess ? NotRoot : null, []),
        ["working directory gone"] = ("""d=$(mktemp -d); cd "$d"; rmdir "$d"; exec "$0" """, []),
        ["no stack to speak of"] = ("""ulimit -s 256; exec "$0" """, []),
        ["stdin closed"] = ("""exec "$0" <&-""", []),
    };

    private static readonly Dictionary<string, Task> Running =
        Machines.Keys.ToDictionary(static machine => machine, static machine => Task.Run(() => BeatAsync(machine)));

    [ProgramTheory]
    [InlineData("one CPU")]
    [InlineData("32 MB of heap")]
    [InlineData("32 file handles")]
    [InlineData("no time zones")]
    [InlineData("TZ=nonsense")]
    [InlineData("TZ=:/nonexistent")]
    [InlineData("TZ=Asia/Kolkata")]
    [InlineData("HOME unset")]
    [InlineData("HOME and TMPDIR missing")]
    [InlineData("read-only file system")]
    [InlineData("not root")]
    [InlineData("working directory gone")]
    [InlineData("no stack to speak of")]
    [InlineData("stdin closed")]
    public Task Program_beats_on_time_in_UTC_and_stops_as_told_with(string machine) => Running[machine];

    private static async Task BeatAsync(string machine)
    {
        var (shell, environment) = Machines[machine];
        using var clock = WallClock.BeforeABeat();
        await using var program = ChildProgram.Start([ChildProgram.On, .. environment], shell: shell, clock: clock);

        var timed = await program.LineAsync(Beat.Timed, TimeSpan.FromSeconds(8));
        timed.ShouldBeOnTheMinute(clock.Shift);
        var its = await program.LineAsync(Beat.Event, TimeSpan.FromSeconds(12));
        its.ShouldBeTheEventOf(timed, clock.Shift);
        var stopped = await program.StopAsync();

        stopped.ShouldBe(Beat.StopLine(2));
        program.Text.ShouldBe(
            [
                Beat.ScheduledLine(timed),
                timed.Text,
                its.Text,
                stopped,
            ]);
    }
}
