using Heartbeat.Cli;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <remarks>
/// Sabotages caught: no Escape of the message; none of the exception; Replace("\n") alone; LogLevel.ToString.
/// </remarks>
public sealed class PlainFormatterTests
{
    [Theory]
    [InlineData(LogLevel.Trace, "TRACE: tidy ran\n")]
    [InlineData(LogLevel.Debug, "DEBUG: tidy ran\n")]
    [InlineData(LogLevel.Information, "INFO: tidy ran\n")]
    [InlineData(LogLevel.Warning, "WARNING: tidy ran\n")]
    [InlineData(LogLevel.Error, "ERROR: tidy ran\n")]
    [InlineData(LogLevel.Critical, "CRITICAL: tidy ran\n")]
    public void Puts_the_word_of_the_level_before_the_message(LogLevel level, string line) =>
        Format(level, "tidy ran").ShouldBe(line);

    [Theory]
    [InlineData("", "INFO: \n")]
    [InlineData("two\nlines", "INFO: two\\nlines\n")]
    [InlineData("two\r\nlines", "INFO: two\\r\\nlines\n")]
    [InlineData("a\tb", "INFO: a\\tb\n")]
    [InlineData("\u001B[31mred\u0007", "INFO: \\u001B[31mred\\u0007\n")]
    [InlineData("\u0000\u007F\u0085\u009F", "INFO: \\u0000\\u007F\\u0085\\u009F\n")]
    [InlineData("\u2028\u2029", "INFO: \\u2028\\u2029\n")]
    [InlineData("\u202Eevil\u202C \u2066x\u2069", "INFO: \\u202Eevil\\u202C \\u2066x\\u2069\n")]
    [InlineData("caf\u00E9 \U0001F493 C:\\new", "INFO: caf\u00E9 \U0001F493 C:\\new\n")]
    public void Keeps_a_message_on_its_line(string message, string line) =>
        Format(LogLevel.Information, message).ShouldBe(line);

    [Fact]
    public void Puts_an_exception_below_its_line_indented() =>
        Format(LogLevel.Error, "tidy failed", new Written("Oops: full\r\n   at A()\n   at B()\u001B[2J")).ShouldBe("""
            ERROR: tidy failed
                Oops: full
                   at A()
                   at B()\u001B[2J

            """);

    [Fact]
    public void Leaves_nothing_behind_when_an_exception_cannot_be_shown()
    {
        using var writer = new StringWriter { NewLine = "\n" };
        Should.Throw<InvalidOperationException>(() => Write(writer, LogLevel.Error, "tidy failed", new Written(null)));
        writer.ToString().ShouldBe("");
    }

    private static string Format(LogLevel level, string message, Exception? exception = null)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        Write(writer, level, message, exception);
        return writer.ToString();
    }

    private static void Write(StringWriter writer, LogLevel level, string message, Exception? exception) =>
        new PlainFormatter().Write(
            new LogEntry<string>(level, "Tests", 0, message, exception, static (state, _) => state), null, writer);

#pragma warning disable CA1032 // It is thrown nowhere but here.
    private sealed class Written(string? text) : Exception
#pragma warning restore CA1032
    {
        public override string ToString() => text ?? throw new InvalidOperationException();
    }
}
