using System.Reflection;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

public sealed class NeedsTests
{
    /// <summary>
    /// Every test outside the everyday ones says what it needs, so that a filter of one's own does no harm: nothing
    /// fails for want of the program, and nothing takes minutes unasked.
    /// </summary>
    [Fact]
    public void Each_test_that_is_not_an_everyday_one_is_skipped_where_it_lacks_what_it_needs()
    {
        var tests =
            from type in typeof(NeedsTests).Assembly.GetTypes()
            from method in type.GetMethods()
            where method.GetCustomAttribute<FactAttribute>() is not null && (HasCategory(type) || HasCategory(method))
            select method;

        tests.Where(static test => test.GetCustomAttribute<FactAttribute>() is not
            (ProgramFactAttribute or ProgramTheoryAttribute or LongFactAttribute or LongTheoryAttribute))
            .Select(static test => $"{test.DeclaringType!.Name}.{test.Name}").ShouldBeEmpty();
        tests.Count().ShouldBeGreaterThan(30);
    }

    [Fact]
    public void A_test_is_skipped_with_a_sentence_unless_what_it_needs_is_there()
    {
        const string ForProgram =
            "It needs the published program: make smoke, make faults, or HEARTBEAT_PROGRAM=<file>.";
        const string ForLinux = "It needs Linux: its signals, its shell and its /proc.";
        const string ForLong = "It takes minutes or all processors: make soak, make faults, or HEARTBEAT_LONG_TESTS=1.";
        var program = !OperatingSystem.IsLinux() ? ForLinux : IsSet("HEARTBEAT_PROGRAM") ? null : ForProgram;
        var minutes = IsSet("HEARTBEAT_LONG_TESTS") ? null : ForLong;

        new ProgramFactAttribute().Skip.ShouldBe(program);
        new ProgramTheoryAttribute().Skip.ShouldBe(program);
        new LongFactAttribute().Skip.ShouldBe(minutes);
        new LongTheoryAttribute().Skip.ShouldBe(minutes);
    }

    private static bool IsSet(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));

    private static bool HasCategory(MemberInfo member) =>
        member.GetCustomAttributesData().Any(static attribute => attribute.AttributeType == typeof(TraitAttribute)
            && (string?)attribute.ConstructorArguments[0].Value == "Category");
}
