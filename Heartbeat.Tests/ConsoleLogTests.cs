using Heartbeat.Cli;
using Heartbeat.Tests.Infra;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <remarks>Sabotages caught: a provider that the factory does not dispose; the level left out.</remarks>
[Collection(ConsoleCapture.Collection)]
public sealed partial class ConsoleLogTests
{
    private const string Uuid = "C232AB00-9414-11EC-B3C8-9F6BDECED846";

    private static readonly FakeTimeProvider Clock = new(new(2026, 11, 25, 7, 55, 0, 123, TimeSpan.Zero));

    [Fact]
    public void Plain_is_a_word_and_the_message() =>
        Lines("plain", LogLevel.Information, static logger => LogBeat(logger, Uuid))
            .ShouldBe([$"INFO: Beat: UUID={Uuid}"]);

    [Fact]
    public void Systemd_is_a_priority_the_category_and_the_message() =>
        Lines("systemd", LogLevel.Information, static logger => LogBeat(logger, Uuid))
            .ShouldBe([$"<6>Tests[7] Beat: UUID={Uuid}"]);

    [Fact]
    public void Json_is_an_object_a_line_with_the_UUID_as_a_field() =>
        Lines("json", LogLevel.Information, static logger => LogBeat(logger, Uuid)).ShouldBe(
        [
            """{"Timestamp":"2026-11-25T07:55:00.123Z","EventId":7,"LogLevel":"Information","Category":"Tests",""" +
            $$$"""
            "Message":"Beat: UUID={{{Uuid}}}","State":{"Uuid":"{{{Uuid}}}","{OriginalFormat}":"Beat: UUID={Uuid}"}}
            """,
        ]);

    [Theory]
    [InlineData("plain", LogLevel.Trace, 3)]
    [InlineData("plain", LogLevel.Information, 2)]
    [InlineData("plain", LogLevel.Error, 1)]
    [InlineData("plain", LogLevel.None, 0)]
    [InlineData("json", LogLevel.Debug, 3)]
    [InlineData("json", LogLevel.None, 0)]
    [InlineData("systemd", LogLevel.Information, 2)]
    public void Logs_from_the_level_on_that_is_set(string format, LogLevel level, int lines) =>
        Lines(format, level, static logger =>
        {
            LogDetail(logger);
            LogBeat(logger, Uuid);
            LogFault(logger);
        }).Count.ShouldBe(lines);

    [Theory]
    [InlineData("plain")]
    [InlineData("json")]
    [InlineData("systemd")]
    public void Has_written_all_when_it_is_disposed(string format) =>
        Lines(format, LogLevel.Information, static logger =>
        {
            for (var i = 0; i < 2_000; i++) LogBeat(logger, Uuid);
        }).Count.ShouldBe(2_000);

    private static List<string> Lines(string format, LogLevel level, Action<ILogger> log)
    {
        using var console = new ConsoleCapture();
        using (var logging = ConsoleLog.Create(new Settings(format, level), Clock)) log(logging.CreateLogger("Tests"));
        return console.Lines;
    }

    [LoggerMessage(7, LogLevel.Information, "Beat: UUID={Uuid}")]
    private static partial void LogBeat(ILogger logger, string uuid);

    [LoggerMessage(8, LogLevel.Debug, "Detail")]
    private static partial void LogDetail(ILogger logger);

    [LoggerMessage(9, LogLevel.Error, "Fault")]
    private static partial void LogFault(ILogger logger);
}
