using System.Globalization;
using System.Text.RegularExpressions;
using Heartbeat.Scheduling;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Heartbeat.Tests;

/// <summary>The answers of other projects' test suites, read from the folder that <c>CRON_VECTORS</c> names.</summary>
/// <remarks>
/// Each file has one header row and tab-separated columns; every row counts. Three expressions have a step that reaches
/// Sunday only where the maximum is 7: the suites disagree about it, and they must be refused for that. Catches: any
/// change of the dialect, such as <c>&amp;</c> for <c>|</c> between the days, a step that counts from 0, an overlap in
/// which fixed times run twice.
/// </remarks>
public sealed class CronVectorTests(ITestOutputHelper output)
{
    private const string InclusiveFlag = "1";
    private const string NotBefore = "not-before ";

    private static readonly string[] Disputed = ["0 0 * * 1/2", "0 0 * * 6/1", "0 0 * Feb Mon/2"];

    [CronVectorsFact]
    public void Every_expression_that_others_accept_is_accepted() => Check("valid.tsv", 3, static row =>
    {
        _ = CronExpression.Parse(row[1]);
        return null;
    });

    [CronVectorsFact]
    public void Every_expression_that_others_refuse_is_refused() => Check("invalid.tsv", 4, static row =>
    {
        try
        {
            return $"accepted as {CronExpression.Parse(row[1])}, should be refused: {row[2]}";
        }
        catch (CronFormatException)
        {
            return null;
        }
    });

    [CronVectorsFact]
    public void Every_next_occurrence_is_the_one_that_others_find() => Check("next.tsv", 7, static row =>
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(row[2]);
        var from = Instant(row[3]);
        var next = CronExpression.Parse(row[1], zone).Next(row[5] == InclusiveFlag ? from.AddTicks(-1) : from);
        var isRight =
            row[4].StartsWith(NotBefore, StringComparison.Ordinal) ? !(next < Instant(row[4][NotBefore.Length..])) :
            row[4] == "never" ? next is null :
            next == Instant(row[4]) && next.Value.Offset == zone.GetUtcOffset(next.Value.UtcDateTime);
        return isRight ? null : $"in {row[2]} after {row[3]} gave {next:O}, should be {row[4]}";
    });

    /// <summary>Runs all rows, then fails with all that are wrong: those whose check returns why, or throws.</summary>
    private void Check(string file, int columns, Func<string[], string?> check)
    {
        var rows = File.ReadLines(Path.Combine(CronVectorsFactAttribute.Folder!, file)).Skip(1)
            .Select(static line => line.Split('\t').Select(Regex.Unescape).ToArray())
            .ToList();
        rows.ShouldNotBeEmpty();
        rows.ShouldAllBe(row => row.Length == columns);

        var wrong = rows.Select(row => (Row: row, Fault: Fault(row, check)))
            .Where(static result => result.Fault is not null)
            .Select(static result => $"{result.Row[0]} {result.Row[^1]}: '{result.Row[1]}' {result.Fault}")
            .ToList();
        output.WriteLine($"{file}: {rows.Count} rows checked, {wrong.Count} wrong");
        wrong.Count.ShouldBe(0, $"{wrong.Count} of {rows.Count} rows of {file}:\n{string.Join('\n', wrong)}");
    }

    private static string? Fault(string[] row, Func<string[], string?> check)
    {
        try
        {
            var fault = check(row);
            return Disputed.Contains(row[1]) ? "should be refused: programs disagree about it" : fault;
        }
        catch (CronFormatException e) when (Disputed.Contains(row[1]))
        {
            return e.Message.Contains("; programs disagree about Sunday: ", StringComparison.Ordinal)
                ? null
                : e.Message;
        }
#pragma warning disable CA1031 // Whatever a row throws is its fault, and the rest are checked all the same.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return $"{e.GetType().Name}: {e.Message}";
        }
    }

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>A fact that is skipped, and says so, where the folder of vectors is not at hand.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CronVectorsFactAttribute : FactAttribute
{
    public CronVectorsFactAttribute()
    {
        if (string.IsNullOrEmpty(Folder)) Skip = "CRON_VECTORS names no folder of vectors.";
    }

    internal static string? Folder => Environment.GetEnvironmentVariable("CRON_VECTORS");
}
