using System.Reflection;
using System.Runtime.CompilerServices;
using Heartbeat.Scheduling;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <summary>
/// README says what is so: its examples are files that the tests compile and run, its tables name what is there.
/// </summary>
public sealed class ReadmeTests
{
    private static readonly string Text = Read("../README.md");

    private static readonly string Table = string.Concat(
        Text.Split('\n').SkipWhile(static line => line != "| call | what it does |")
            .TakeWhile(static line => line.Length > 0));

    [Theory]
    [InlineData("Examples/BackupJobs.cs", "../README.md")]
    [InlineData("Examples/BackupJobsTests.cs", "../docs/jobs.md")]
    public void The_example_is_shown_whole_as_it_is_to_be_pasted(string file, string document)
    {
        var pasted = Read(file).Replace("Heartbeat.Tests.Examples.Jobs", "Heartbeat.Jobs", StringComparison.Ordinal)
            .Replace("namespace Heartbeat.Tests.Examples;", "namespace Heartbeat.Tests;", StringComparison.Ordinal);
        Read(document).ShouldContain($"```csharp\n{pasted}```\n");
    }

    [Theory]
    [InlineData("../README.md")]
    [InlineData("../docs/jobs.md")]
    [InlineData("../Scheduling/README.md")]
    public void Each_line_of_code_is_one_of_a_file_that_is_compiled(string document)
    {
        var compiled = string.Concat(
            Read("Examples/BackupJobs.cs"), Read("Examples/BackupJobsTests.cs"), Read("Examples/Recipes.cs"),
            Read("../packaging/consumer/Program.cs"))
            .Replace("Heartbeat.Tests.Examples", "Heartbeat", StringComparison.Ordinal)
            .Replace("Heartbeat.Tests", "Heartbeat", StringComparison.Ordinal);
        var lines = compiled.Split('\n').Select(static line => line.Trim()).ToHashSet();
        var blocks = Read(document).Split("```csharp\n").Skip(1)
            .Select(static rest => rest[..rest.IndexOf("```", StringComparison.Ordinal)]).ToArray();
        blocks.Length.ShouldBeGreaterThan(1);
        blocks.SelectMany(static block => block.Split('\n')).Select(static line => line.Trim())
            .Where(line => !lines.Contains(line.Replace("Heartbeat.Tests", "Heartbeat", StringComparison.Ordinal)))
            .ShouldBeEmpty();
    }

    [Fact]
    public void The_table_of_calls_has_every_public_method_of_the_scheduler()
    {
        const BindingFlags Own = BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        var calls = typeof(Scheduler).GetMethods(Own)
            .Where(static method => !method.IsSpecialName).Select(static method => method.Name).Append("Next");
        foreach (var call in calls) Table.ShouldContain($"`{call}");
        foreach (var member in Properties(typeof(JobRun))) Table.ShouldContain($"`run.{member}`");
        foreach (var member in Properties(typeof(Entry)).Append("Cancel()")) Table.ShouldContain($"`entry.{member}`");

        static IEnumerable<string> Properties(Type type) =>
            type.GetProperties().Select(static property => property.Name);
    }

    [Fact]
    public void The_engine_has_the_public_types_that_the_design_names_and_no_others() =>
        typeof(Scheduler).Assembly.GetExportedTypes().Select(static type => type.Name).Order().ShouldBe(
            ["CronExpression", "CronFormatException", "Entry", "JobRun", "PreciseTimeProvider", "Scheduler"]);

    private static string Read(string name, [CallerFilePath] string here = "") =>
        File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, name));
}
