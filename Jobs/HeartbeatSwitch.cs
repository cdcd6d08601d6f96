namespace Heartbeat.Jobs;

/// <summary>The environment variable that turns the heartbeat on.</summary>
internal static class HeartbeatSwitch
{
    public const string Variable = "ENABLE_HEARTBEAT";

    /// <summary>The accepted spellings, for people.</summary>
    public const string Spellings = "1, true, yes, on; or 0, false, no, off and nothing for off";

    private const int ShownLength = 64;

    /// <summary>Reads the variable's value; blanks around it and case do not matter.</summary>
    /// <param name="value">The value; <see langword="null"/> if the variable is unset.</param>
    /// <param name="odd">
    /// The value, cut to its first 64 characters, if it is none of the accepted spellings; it then counts as on.
    /// </param>
    public static bool IsOn(string? value, out string? odd)
    {
        odd = null;
        var word = (value ?? "").Trim();
        if (word.Length <= ShownLength)
        {
            switch (word.ToUpperInvariant())
            {
                case "" or "0" or "FALSE" or "NO" or "OFF":
                    return false;
                case "1" or "TRUE" or "YES" or "ON":
                    return true;
            }
        }

        odd = word.Length > ShownLength ? word[..ShownLength] + "…" : word;
        return true;
    }
}
