using System.Runtime.CompilerServices;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <summary>
/// The table of sabotages follows the engine: each applies, once and only once, and names tests that exist.
/// </summary>
public sealed class MutantsTests
{
    private static readonly string Folder = Path.Combine(Path.GetDirectoryName(ThisFile())!, "..");

    public static TheoryData<string> Names => [.. Sabotages.Keys];

    private static Dictionary<string, string[]> Sabotages { get; } =
        File.ReadAllText(Path.Combine(Folder, "Heartbeat.Tests", "Mutants", "mutants.txt"))
        .Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(static block => block[0] != '#')
        .Select(static block => block.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        .ToDictionary(static lines => lines[0]);

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_sabotage_applies_once_and_only_once(string name)
    {
        var lines = Sabotages[name];
        var path = Path.Combine(Folder, lines[1]);
        File.Exists(path).ShouldBeTrue($"{lines[1]} is missing");
        var find = string.Join('\n', lines.Where(static line => line[0] == '-').Select(static line => line[1..]));
        var found = File.ReadAllText(path).ReplaceLineEndings("\n").Split(find).Length - 1;
        found.ShouldBe(1, $"its text is {(found == 0 ? "missing from" : "more than once in")} {lines[1]}:\n{find}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_sabotage_names_tests_that_exist(string name)
    {
        var tests = typeof(MutantsTests).Assembly.GetTypes()
            .SelectMany(static type => type.GetMethods().Select(method => $"{type.FullName}.{method.Name}")).ToArray();
        foreach (var filter in Sabotages[name][2].Split('|'))
        {
            tests.ShouldContain(
                test => test.Contains(filter, StringComparison.Ordinal), $"no test has '{filter}' in its name");
        }
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
