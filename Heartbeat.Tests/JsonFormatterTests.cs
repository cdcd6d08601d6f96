using System.Globalization;
using System.Text.Json;
using Heartbeat.Cli;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

public sealed class JsonFormatterTests
{
    private const string Head =
        """{"Timestamp":"2026-11-25T07:55:00.000Z","EventId":5,"LogLevel":"Warning","Category":"Tests","Message":""";

    [Fact]
    public void Is_one_object_on_one_line() =>
        Format("it's \"now\" + 1 <tag> caf\u00E9 \U0001F493").ShouldBe(
            Head + "\"it's \\\"now\\\" + 1 <tag> caf\u00E9 \\uD83D\\uDC93\"}\n");

    /// <summary>Dates with their offset, numbers as numbers, all else as text in the invariant culture.</summary>
    [Fact]
    public void Shows_the_values_of_the_message_by_name() =>
        State(
            ("Due", new DateTimeOffset(2026, 11, 25, 7, 55, 0, TimeSpan.Zero)),
            ("Berlin", new DateTimeOffset(2026, 7, 1, 9, 30, 0, 125, TimeSpan.FromHours(2))),
            ("Local", new DateTime(2026, 7, 1, 9, 30, 0, DateTimeKind.Utc)),
            ("Step", TimeSpan.FromHours(-1.5)),
            ("Runs", 3L), ("Small", (byte)7), ("Exact", 1.10m), ("Lateness", 0.25), ("Single", 0.1f),
            ("None", double.NaN),
            ("On", true), ("Nothing", null), ("Job", "it's \"5 o'clock\" + 1")).ShouldBe(
            """
            {"Due":"2026-11-25T07:55:00+00:00","Berlin":"2026-07-01T09:30:00.125+02:00","Local":"2026-07-01T09:30:00Z",
            "Step":"-01:30:00","Runs":3,"Small":7,"Exact":1.10,"Lateness":0.25,"Single":0.1,"None":"NaN",
            "On":true,"Nothing":null,"Job":"it's \"5 o'clock\" + 1"}
            """.ReplaceLineEndings(""));

    /// <summary>
    /// Controls, separators and marks of direction are escaped, and can be read back; half a pair cannot.
    /// </summary>
    [Theory]
    [InlineData("two\r\nlines", "two\\r\\nlines", "two\r\nlines")]
    [InlineData("\u001B[2J\u0007", "\\u001B[2J\\u0007", "\u001B[2J\u0007")]
    [InlineData("\u0000\u007F\u0085\u009F", "\\u0000\\u007F\\u0085\\u009F", "\u0000\u007F\u0085\u009F")]
    [InlineData("\u2028\u2029\u202Eevil\u2066", "\\u2028\\u2029\\u202Eevil\\u2066", "\u2028\u2029\u202Eevil\u2066")]
    public void Escapes_what_could_end_a_line_or_command_a_terminal(string text, string written, string read)
    {
        var line = Format(text);
        line.ShouldBe($"{Head}\"{written}\"}}\n");
        using var parsed = JsonDocument.Parse(line);
        parsed.RootElement.GetProperty("Message").GetString().ShouldBe(read);
    }

    [Fact]
    public void Replaces_half_a_pair_of_surrogates() => Format("\uD83D").ShouldBe(Head + "\"\\uFFFD\"}\n");

    [Fact]
    public void Has_an_exception_as_one_text() =>
        Format("tidy failed", new Written("Oops: full\n   at A()")).ShouldBe(
            Head + "\"tidy failed\",\"Exception\":\"Oops: full\\n   at A()\"}\n");

    [Fact]
    public void Leaves_nothing_behind_when_an_exception_cannot_be_shown()
    {
        using var writer = new StringWriter();
        Should.Throw<InvalidOperationException>(() => Write(writer, "tidy failed", new Written(null)));
        writer.ToString().ShouldBe("");
    }

    /// <summary>Dates, digits and decimal points do not follow the culture of a thread.</summary>
    [Fact]
    public void Is_the_same_in_every_culture()
    {
        var before = CultureInfo.CurrentCulture;
        var other = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (other.NumberFormat.NumberDecimalSeparator, other.DateTimeFormat.TimeSeparator) = (",", ".");
        CultureInfo.CurrentCulture = other;
        try
        {
            State(
                ("Lateness", 0.25), ("Exact", 1.5m),
                ("Due", DateTimeOffset.UnixEpoch), ("Time", TimeOnly.MinValue)).ShouldBe(
                """{"Lateness":0.25,"Exact":1.5,"Due":"1970-01-01T00:00:00+00:00","Time":"00:00"}""");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static string State(params (string Name, object? Value)[] values)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var state = values.Select(static value => KeyValuePair.Create(value.Name, value.Value)).ToArray();
        Write(writer, state, static _ => "", null);
        var line = writer.ToString();
        line.ShouldStartWith($"{Head}\"\",\"State\":");
        line.ShouldEndWith("}\n");
        return line[$"{Head}\"\",\"State\":".Length..^2];
    }

    private static string Format(string message, Exception? exception = null)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        Write(writer, message, exception);
        return writer.ToString();
    }

    private static void Write(StringWriter writer, string message, Exception? exception) =>
        Write(writer, message, static state => state, exception);

    private static void Write<T>(StringWriter writer, T state, Func<T, string> text, Exception? exception) =>
        new JsonFormatter(new FakeTimeProvider(new(2026, 11, 25, 7, 55, 0, TimeSpan.Zero))).Write(
            new LogEntry<T>(LogLevel.Warning, "Tests", 5, state, exception, (state, _) => text(state)), null, writer);

#pragma warning disable CA1032 // It is thrown nowhere but here.
    private sealed class Written(string? text) : Exception
#pragma warning restore CA1032
    {
        public override string ToString() => text ?? throw new InvalidOperationException();
    }
}
