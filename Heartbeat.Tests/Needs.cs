using Heartbeat.Tests.Faults;
using Xunit;

namespace Heartbeat.Tests;

/// <summary>Why a test is skipped, in a sentence for whoever runs it; <see langword="null"/> if it runs.</summary>
/// <remarks>
/// A filter of one's own takes the place of the one in the project file, so it finds these tests too: a few of them
/// would fail without the published program, others take minutes.
/// </remarks>
internal static class Needs
{
    /// <summary>The variable that <c>make soak</c> and <c>make faults</c> set.</summary>
    public const string LongVariable = "HEARTBEAT_LONG_TESTS";

    public static string? PublishedProgram =>
        !OperatingSystem.IsLinux() ? "It needs Linux: its signals, its shell and its /proc."
        : IsUnset(ChildProgram.Variable)
            ? $"It needs the published program: make smoke, make faults, or {ChildProgram.Variable}=<file>."
        : null;

    public static string? Minutes =>
        IsUnset(LongVariable)
            ? $"It takes minutes or all processors: make soak, make faults, or {LongVariable}=1."
        : null;

    private static bool IsUnset(string variable) => string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));
}

/// <summary>A test of the published program, which <see cref="ChildProgram"/> starts. On Linux.</summary>
internal sealed class ProgramFactAttribute : FactAttribute
{
    public ProgramFactAttribute() => Skip = Needs.PublishedProgram;
}

/// <inheritdoc cref="ProgramFactAttribute"/>
internal sealed class ProgramTheoryAttribute : TheoryAttribute
{
    public ProgramTheoryAttribute() => Skip = Needs.PublishedProgram;
}

/// <summary>A test that takes minutes, or real threads on all processors.</summary>
internal sealed class LongFactAttribute : FactAttribute
{
    public LongFactAttribute() => Skip = Needs.Minutes;
}

/// <inheritdoc cref="LongFactAttribute"/>
internal sealed class LongTheoryAttribute : TheoryAttribute
{
    public LongTheoryAttribute() => Skip = Needs.Minutes;
}
