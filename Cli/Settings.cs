using System.Text;
using Heartbeat.Scheduling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Heartbeat.Cli;

/// <summary>How to log, as the environment has it.</summary>
/// <param name="Format">The name of the console formatter.</param>
/// <param name="Level">The least level that is logged.</param>
internal sealed record Settings(string Format, LogLevel Level)
{
    public const string FormatVariable = "LOG_FORMAT";
    public const string LevelVariable = "LOG_LEVEL";

    private static readonly (string Word, string Value)[] Formats =
    [
        ("plain", PlainFormatter.FormatterName),
        ("json", JsonFormatter.FormatterName),
        ("systemd", ConsoleFormatterNames.Systemd),
    ];

    /// <summary>The names of .NET's levels, and the short ones that other programs use.</summary>
    private static readonly (string Word, LogLevel Value)[] Levels =
    [
        ("trace", LogLevel.Trace), ("debug", LogLevel.Debug),
        ("info", LogLevel.Information), ("information", LogLevel.Information),
        ("warn", LogLevel.Warning), ("warning", LogLevel.Warning),
        ("error", LogLevel.Error),
        ("fatal", LogLevel.Critical), ("critical", LogLevel.Critical),
        ("none", LogLevel.None),
    ];

    /// <summary>Reads the settings.</summary>
    /// <param name="environment">Gives the value of a variable, or <see langword="null"/> if it is unset.</param>
    /// <exception cref="UsageException">A value is not one of those allowed.</exception>
    public static Settings Read(Func<string, string?> environment) => new(
        Choose(FormatVariable, environment, Formats, PlainFormatter.FormatterName),
        Choose(LevelVariable, environment, Levels, LogLevel.Information));

    /// <summary>The value of the chosen word; blanks around it and case do not matter.</summary>
    private static T Choose<T>(
        string variable, Func<string, string?> environment, (string Word, T Value)[] choices, T standard)
    {
        var given = environment(variable)?.Trim();
        if (string.IsNullOrEmpty(given)) return standard;
        foreach (var (word, value) in choices)
        {
            if (Ascii.EqualsIgnoreCase(given, word)) return value;
        }

        var words = string.Join(", ", choices.Select(static choice => choice.Word));
        throw new UsageException($"{variable} must be one of {words}; found '{Excerpt.Of(given)}'.");
    }
}
