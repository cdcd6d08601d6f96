namespace Heartbeat.Cli;

/// <summary>Finds what somebody meant who mistyped it.</summary>
internal static class Nearest
{
    /// <summary>
    /// The choice that the text is closest to; <see langword="null"/> if half of that would have to change.
    /// </summary>
    public static string? To(string text, IEnumerable<string> choices)
    {
        var nearest = choices.MinBy(choice => Distance(text, choice));
        return nearest is not null && Distance(text, nearest) * 2 < nearest.Length ? nearest : null;
    }

    /// <summary>
    /// How many letters to insert, drop, replace or swap with the next one make one text the other; any case.
    /// </summary>
    internal static int Distance(string from, string to)
    {
        // row[j] is the distance of the first i letters of one text from the first j of the other; above is that of i -
        // 1.
        var before = new int[to.Length + 1];
        var above = new int[to.Length + 1];
        var row = new int[to.Length + 1];
        for (var j = 0; j <= to.Length; j++) row[j] = j;
        for (var i = 1; i <= from.Length; i++)
        {
            (before, above, row) = (above, row, before);
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var change = Alike(i, j) ? 0 : 1;
                row[j] = Math.Min(Math.Min(above[j], row[j - 1]) + 1, above[j - 1] + change);
                if (i > 1 && j > 1 && Alike(i, j - 1) && Alike(i - 1, j)) row[j] = Math.Min(row[j], before[j - 2] + 1);
            }
        }

        return row[to.Length];

        bool Alike(int i, int j) => char.ToUpperInvariant(from[i - 1]) == char.ToUpperInvariant(to[j - 1]);
    }
}
