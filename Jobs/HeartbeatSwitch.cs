using System.Text;
using Heartbeat.Scheduling;

namespace Heartbeat.Jobs;

/// <summary>The environment variable that turns the heartbeat on.</summary>
internal static class HeartbeatSwitch
{
    public const string Variable = "ENABLE_HEARTBEAT";

    /// <summary>The accepted spellings, for people.</summary>
    public const string Spellings = "1, true, yes, on; or 0, false, no, off and nothing for off";

    private static readonly string[] On = ["1", "true", "yes", "on"];
    private static readonly string[] Off = ["", "0", "false", "no", "off"];

    /// <summary>Reads the variable's value; blanks around it and case do not matter.</summary>
    /// <param name="value">The value; <see langword="null"/> if the variable is unset.</param>
    /// <param name="unrecognized">
    /// The value, escaped and cut to its first 64 characters, if it is none of the accepted spellings; it then counts
    /// as on.
    /// </param>
    public static bool IsOn(string? value, out string? unrecognized)
    {
        var word = (value ?? "").Trim();
        unrecognized = null;
        if (IsOneOf(Off, word)) return false;
        if (!IsOneOf(On, word)) unrecognized = Excerpt.Of(word);
        return true;
    }

    private static bool IsOneOf(string[] spellings, string word) =>
        Array.Exists(spellings, spelling => Ascii.EqualsIgnoreCase(spelling, word));
}
