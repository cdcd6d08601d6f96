using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Heartbeat.Cli;
using Heartbeat.Scheduling;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <summary>What <c>docs/cron.md</c> shows is what the program says.</summary>
/// <remarks>Catches: a sentence that was changed in one place only.</remarks>
public sealed class CronDocumentTests
{
    private static readonly string Document = Read();

    [Fact]
    public void Each_session_is_what_heartbeat_next_prints()
    {
        var console = Document.Split("```console\n")[1].Split("```")[0];
        var sessions = console.Split("$ heartbeat next ", StringSplitOptions.RemoveEmptyEntries);
        sessions.Length.ShouldBe(5);
        foreach (var session in sessions)
        {
            var (command, printed) = session.Split('\n', 2) is [var first, var rest] ? (first, rest) : (session, "");
            Run(command).ShouldBe(printed.Trim('\n'), command);
        }
    }

    [Fact]
    public void Each_message_is_what_the_parser_says()
    {
        var messages = Document.Split('\n').Select(static line => line.Trim())
            .Where(static line => line.StartsWith("Invalid cron expression", StringComparison.Ordinal)).ToList();
        messages.Count.ShouldBe(11);
        foreach (var message in messages)
        {
            Should.Throw<CronFormatException>(() => CronExpression.Parse(message.Split('\'')[1]))
                .Message.ShouldBe(message);
        }
    }

    private static string Run(string command)
    {
        string[] arguments = [.. Regex.Matches(command, @"'([^']*)'|(\S+)")
            .Select(static match => match.Groups[1].Value + match.Groups[2].Value)];
        using var output = new StringWriter { NewLine = "\n" };
        try
        {
            NextCommand.Run(arguments, output, new FakeTimeProvider());
            return output.ToString().Trim('\n');
        }
        catch (UsageException exception)
        {
            return $"heartbeat: {exception.Message}";
        }
    }

    private static string Read([CallerFilePath] string here = "") =>
        File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "../docs/cron.md"));
}
