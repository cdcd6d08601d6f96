using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <summary>
/// <c>docs/promises.md</c> names tests, promises and sabotages that exist, and all of the latter two.
/// </summary>
public sealed class PromisesDocumentTests
{
    private static readonly string Document = Read("../docs/promises.md");

    private static readonly Dictionary<string, HashSet<string>> Tests =
        typeof(PromisesDocumentTests).Assembly.GetTypes().Where(static type => TestsOf(type).Any())
            .ToDictionary(static type => type.Name, static type => TestsOf(type).ToHashSet());

    /// <summary>The rows of the table of faults, by cell. Its headings have nothing but the first.</summary>
    private static readonly string[][] Faults = Document.Split("\n## Faults and loads\n")[1].Split('\n')
        .Where(static line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(2)
        .Select(static line => line.Trim('|').Split('|').Select(static cell => cell.Trim()).ToArray()).ToArray();

    [Fact]
    public void Each_test_exists()
    {
        var named = NamedIn(Document).ToArray();
        named.Length.ShouldBeGreaterThan(100);
        named.Where(static test => !Exists(test)).ShouldBeEmpty();
    }

    [Fact]
    public void Each_promise_of_README_has_its_section_and_tests_in_it()
    {
        var promises = Regex.Matches(Read("../README.md"), @"^(\d+)\. \*\*(.+)\.\*\* ", RegexOptions.Multiline)
            .Select(static match => $"{match.Groups[1].Value}. {match.Groups[2].Value}").ToArray();
        promises.Length.ShouldBe(13);
        var sections = Document.Split("\n## ").Where(static section => char.IsAsciiDigit(section[0])).ToArray();
        sections.Select(static section => section.Split('\n')[0]).ShouldBe(promises);
        foreach (var section in sections)
        {
            section.ShouldContain("\nTested with ");
            NamedIn(section.Split("\nTested with ")[1]).ShouldNotBeEmpty(section);
        }
    }

    [Fact]
    public void Each_fault_has_a_figure_what_is_expected_and_a_test()
    {
        var faults = Faults.Where(static cells => !cells[0].StartsWith("**", StringComparison.Ordinal)).ToArray();
        faults.Length.ShouldBeGreaterThan(40);
        foreach (var cells in faults)
        {
            cells.Length.ShouldBe(5);
            cells[..4].ShouldAllBe(static cell => cell.Length > 0);
            NamedIn(cells[3]).ShouldNotBeEmpty(cells[0]);
        }
    }

    [Fact]
    public void Each_sabotage_is_named_beside_a_test_that_is_meant_to_catch_it()
    {
        var sabotages = Read("Mutants/mutants.txt").Split("\n\n").Where(static block => block[0] != '#')
            .Select(static block => block.TrimStart('\n').Split('\n'))
            .ToDictionary(static lines => lines[0], static lines => lines[2].Split('|'));
        var named = new HashSet<string>();
        foreach (var cells in Faults.Where(static cells => cells[4].Length > 0))
        {
            foreach (var sabotage in cells[4].Split("; "))
            {
                named.Add(sabotage);
                sabotages.ShouldContainKey(sabotage);
                var tests = sabotages[sabotage].Select(static test => test.Split('.')[0]);
                tests.Any(test => cells[3].Contains($"`{test}", StringComparison.Ordinal)).ShouldBeTrue(sabotage);
            }
        }

        sabotages.Keys.Except(named).ShouldBeEmpty();
    }

    private static IEnumerable<string> TestsOf(Type type) => type.GetMethods()
        .Where(static method => method.IsDefined(typeof(FactAttribute), inherit: true))
        .Select(static method => method.Name);

    private static IEnumerable<string> NamedIn(string text) =>
        Regex.Matches(text, @"`(\w+Tests?(?:\.\w+)?)`").Select(static match => match.Groups[1].Value);

    private static bool Exists(string test)
    {
        var (type, method) = test.Split('.') is [var both, var name] ? (both, name) : (test, null);
        return Tests.TryGetValue(type, out var methods) && (method is null || methods.Contains(method));
    }

    private static string Read(string name, [CallerFilePath] string here = "") =>
        File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, name));
}
