using Heartbeat.Cli;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <remarks>Sabotages caught: Enum.TryParse; the first choice as the default; no Trim.</remarks>
public sealed class SettingsTests
{
    private const string FormatMustBe = "LOG_FORMAT must be one of plain, json, systemd; found ";
    private const string LevelMustBe =
        "LOG_LEVEL must be one of trace, debug, info, information, warn, warning, error, fatal, critical, none; found ";

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \t")]
    public void Are_plain_and_information_unless_set(string? value) =>
        Settings.Read(_ => value).ShouldBe(new Settings("plain", LogLevel.Information));

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("json", "json")]
    [InlineData(" SystemD ", "systemd")]
    public void Have_the_format_that_is_named(string value, string format) =>
        Read(Settings.FormatVariable, value).ShouldBe(new Settings(format, LogLevel.Information));

    [Theory]
    [InlineData("trace", LogLevel.Trace)]
    [InlineData("Debug", LogLevel.Debug)]
    [InlineData("INFORMATION", LogLevel.Information)]
    [InlineData("Info", LogLevel.Information)]
    [InlineData("warning", LogLevel.Warning)]
    [InlineData("WARN", LogLevel.Warning)]
    [InlineData("error\n", LogLevel.Error)]
    [InlineData("critical", LogLevel.Critical)]
    [InlineData("fatal", LogLevel.Critical)]
    [InlineData("none", LogLevel.None)]
    public void Have_the_level_that_is_named(string value, LogLevel level) =>
        Read(Settings.LevelVariable, value).ShouldBe(new Settings("plain", level));

    [Theory]
    [InlineData("LOG_FORMAT", "jsn", FormatMustBe + "'jsn'.")]
    [InlineData("LOG_FORMAT", "\u017Fystemd", FormatMustBe + "'<U+017F>ystemd'.")]
    [InlineData("LOG_LEVEL", "2", LevelMustBe + "'2'.")]
    [InlineData("LOG_LEVEL", "a\nb", LevelMustBe + "'a<U+000A>b'.")]
    [InlineData("LOG_LEVEL", "\u0131nfo", LevelMustBe + "'<U+0131>nfo'.")]
    public void Are_refused_with_a_sentence(string variable, string value, string message) =>
        Should.Throw<UsageException>(() => Read(variable, value)).Message.ShouldBe(message);

    private static Settings Read(string variable, string value) =>
        Settings.Read(name => name == variable ? value : null);
}
