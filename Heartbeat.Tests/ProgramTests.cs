using System.Globalization;
using Heartbeat.Cli;
using Heartbeat.Jobs;
using Heartbeat.Tests.Infra;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <summary>
/// The composition root, as its user sees it: the real console log and the real loop, on a clock of the test.
/// </summary>
/// <remarks>
/// </remarks>
[Collection(ConsoleCapture.Collection)]
public sealed class ProgramTests
{
    private const string Timed = "INFO: Heartbeat (timed): UUID=";
    private const string Event = "INFO: Heartbeat (event): UUID=";

    private readonly TwoClockTime _clock = new(new(2024, 1, 1, 11, 59, 30, TimeSpan.Zero));

    [Fact]
    public async Task A_beat_is_two_lines_10_s_apart_with_one_UUID()
    {
        using var console = new ConsoleCapture();
        using var stop = new CancellationTokenSource();
        var run = RunAsync("1", LogLevel.Debug, stop.Token);
        (await console.NextAsync()).ShouldBe(
            "INFO: Scheduled heartbeat (timed): '* * * * *' in UTC, first due 2024-01-01T12:00:00+00:00");

        _clock.Advance(TimeSpan.FromSeconds(30));
        var timed = await console.NextAsync();
        timed.ShouldStartWith(Timed);
        (await console.NextAsync()).ShouldBe(
            "DEBUG: heartbeat (timed) ran: due 2024-01-01T12:00:00+00:00, started 0.000 ms late, took 0.000 ms");

        _clock.Advance(TimeSpan.FromSeconds(10));
        (await console.NextAsync()).ShouldBe(Event + timed[Timed.Length..]);
        (await console.NextAsync()).ShouldBe(
            "DEBUG: heartbeat (event) ran: due 2024-01-01T12:00:10+00:00, started 0.000 ms late, took 0.000 ms");

        await stop.CancelAsync();
        (await run).ShouldBe(0);
        console.Lines.ShouldBe(["INFO: Stopped: 2 runs started, 0 failed; no one-shot was pending"]);

        // 2024-01-01T12:00:00Z in units of 100 ns since 1582-10-15.
        timed[Timed.Length..].ShouldStartWith("4A016000-A89D-11EE-");
    }

    [Fact]
    public async Task An_event_that_is_pending_at_the_stop_is_named()
    {
        using var console = new ConsoleCapture();
        using var stop = new CancellationTokenSource();
        var run = RunAsync("yes", LogLevel.Debug, stop.Token);
        _clock.Advance(TimeSpan.FromSeconds(30));
        for (var i = 0; i < 3; i++) await console.NextAsync();
        await stop.CancelAsync();
        (await run).ShouldBe(0);
        console.Lines.ShouldBe(
        [
            "INFO: Stopped: 1 run started, 0 failed; "
                + "1 pending one-shot dropped: heartbeat (event) due 2024-01-01T12:00:10+00:00",
        ]);
    }

    /// <summary>
    /// Time alone starts nothing: the program waits for the one timer that it has, a <see cref="PeriodicTimer"/>.
    /// </summary>
    [Fact]
    public async Task Nothing_runs_unless_its_PeriodicTimer_fires()
    {
        using var console = new ConsoleCapture();
        using var stop = new CancellationTokenSource();
        var time = new HandTime(new(2024, 1, 1, 11, 59, 30, TimeSpan.Zero));
        var run = RunAsync("1", LogLevel.Information, stop.Token, time);
        (await console.NextAsync()).ShouldStartWith("INFO: Scheduled heartbeat (timed)");
        time.Timers.ShouldBe(1);

        time.Advance(TimeSpan.FromSeconds(30));
        console.Lines.ShouldBeEmpty();
        time.Fire().ShouldBe(typeof(PeriodicTimer));
        (await console.NextAsync()).ShouldStartWith(Timed);
        time.Advance(TimeSpan.FromSeconds(10));
        console.Lines.ShouldBeEmpty();
        time.Fire();
        (await console.NextAsync()).ShouldStartWith(Event);
        time.Advance(TimeSpan.FromDays(1));
        console.Lines.ShouldBeEmpty();
        time.Timers.ShouldBe(1);
        await stop.CancelAsync();
        (await run).ShouldBe(0);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("off")]
    public async Task Off_it_says_so_and_stays_up_in_silence(string? enable)
    {
        using var console = new ConsoleCapture();
        using var stop = new CancellationTokenSource();
        var run = RunAsync(enable, LogLevel.Debug, stop.Token);
        (await console.NextAsync()).ShouldBe("INFO: Heartbeat is off: set ENABLE_HEARTBEAT=1 to turn it on");
        _clock.Advance(TimeSpan.FromDays(1));
        run.IsCompleted.ShouldBeFalse();
        await stop.CancelAsync();
        (await run).ShouldBe(0);
        console.Lines.ShouldBe(["INFO: Stopped: 0 runs started, 0 failed; no one-shot was pending"]);
    }

    [Fact]
    public async Task An_unrecognized_switch_is_warned_of_before_all_else_and_is_on()
    {
        using var console = new ConsoleCapture();
        (await RunAsync("ja\nINFO: x", LogLevel.Information, new CancellationToken(canceled: true))).ShouldBe(0);
        console.Lines.ShouldBe(
        [
            "WARNING: ENABLE_HEARTBEAT='ja<U+000A>INFO: x' is taken as on; the spellings are "
                + "1, true, yes, on; or 0, false, no, off and nothing for off",
            "INFO: Scheduled heartbeat (timed): '* * * * *' in UTC, first due 2024-01-01T12:00:00+00:00",
            "INFO: Stopped: 0 runs started, 0 failed; no one-shot was pending",
        ]);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("verify --help")]
    public async Task Help_goes_to_stdout(string arguments)
    {
        using var console = new ConsoleCapture();
        (await Program.Main(arguments.Split(' '))).ShouldBe(0);
        string.Concat(console.Lines.Select(static line => line + "\n")).ShouldBe(Help.Text);
        console.Error.ShouldBe("");
    }

    [Fact]
    public async Task The_version_goes_to_stdout()
    {
        using var console = new ConsoleCapture();
        (await Program.Main(["--version"])).ShouldBe(0);
        console.Lines.ShouldHaveSingleItem().ShouldMatch(@"^\d+\.\d+\.\d+(\+[0-9a-f]{40})?$");
    }

    /// <summary>Threads of the pool, which run the jobs, begin with the culture that is set here.</summary>
    [Fact]
    public async Task Nothing_is_written_in_the_culture_of_the_user()
    {
        using var console = new ConsoleCapture();
        CultureInfo.DefaultThreadCurrentCulture = new CultureInfo("") { NumberFormat = { NegativeSign = "~" } };
        try
        {
            await Program.Main(["--version"]);
            CultureInfo.DefaultThreadCurrentCulture.ShouldBe(CultureInfo.InvariantCulture);
            CultureInfo.DefaultThreadCurrentCulture.NumberFormat.NegativeSign.ShouldBe("-");
        }
        finally
        {
            CultureInfo.DefaultThreadCurrentCulture = null;
        }
    }

    [Fact]
    public async Task Bad_usage_is_one_sentence_on_stderr()
    {
        using var console = new ConsoleCapture();
        (await Program.Main(["--hlep"])).ShouldBe(2);
        console.Error.ShouldBe($"heartbeat: unknown argument '--hlep': did you mean --help?{Environment.NewLine}");
        console.Lines.ShouldBeEmpty();
    }

    /// <summary>A module whose registration throws: here, one whose environment cannot be read.</summary>
    [Fact]
    public async Task A_job_that_cannot_be_registered_is_one_sentence_and_bad_usage()
    {
        using var console = new ConsoleCapture();
        await RefusesAsync(
            new TimeZoneNotFoundException("The time zone 'Europe/Berlin' was not found."),
            "a job cannot be registered: TimeZoneNotFoundException: The time zone 'Europe/Berlin' was not found.");
        var cause = new InvalidOperationException("No settings.", new IOException("Gone."));
        await RefusesAsync(
            new TypeInitializationException("Jobs", cause),
            "a job cannot be registered: InvalidOperationException: No settings.");
        console.Lines.ShouldBeEmpty();

        async Task RefusesAsync(Exception thrown, string message)
        {
            using var logging = Log(LogLevel.Information);
            var refusal = await Should.ThrowAsync<UsageException>(
                () => Program.RunAsync((_, _, _) => throw thrown, _clock, logging, CancellationToken.None));
            refusal.Message.ShouldBe(message);
        }
    }

    [Fact]
    public async Task At_debug_a_job_that_cannot_be_registered_shows_its_exception()
    {
        using var console = new ConsoleCapture();
        using (var logging = Log(LogLevel.Debug))
        {
            var thrown = new InvalidOperationException("No settings.");
            await Should.ThrowAsync<UsageException>(
                () => Program.RunAsync((_, _, _) => throw thrown, _clock, logging, CancellationToken.None));
        }

        var lines = console.Lines;
        lines[..2].ShouldBe(
            ["DEBUG: A job cannot be registered", "    System.InvalidOperationException: No settings."]);
        lines[2].ShouldStartWith("       at Heartbeat.Tests.ProgramTests.");
    }

    private async Task<int> RunAsync(string? enable, LogLevel level, CancellationToken stop, TimeProvider? time = null)
    {
        using var logging = Log(level);
        // The heartbeat alone: a job that is added to the program changes nothing here.
        return await Program.RunAsync(
            (scheduler, clock, logging) => HeartbeatJobs.RegisterIfEnabled(
                enable, scheduler, new UuidV1(clock), logging.CreateLogger("Heartbeat")),
            time ?? _clock, logging, stop);
    }

    /// <summary>Time with timers that fire by hand, and are counted.</summary>
    private sealed class HandTime(DateTimeOffset start) : FakeTimeProvider(start)
    {
        private TimerCallback? _callback;
        private object? _state;

        public int Timers { get; private set; }

        /// <returns>The type that made the timer.</returns>
        public Type? Fire()
        {
            _callback!(_state);
            return _callback.Method.DeclaringType!.DeclaringType;
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Timers++;
            (_callback, _state) = (callback, state);
            return base.CreateTimer(static _ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private ILoggerFactory Log(LogLevel level) =>
        ConsoleLog.Create(new Settings(PlainFormatter.FormatterName, level), _clock);
}
