using System.Globalization;

namespace Heartbeat.Scheduling;

/// <summary>The due occurrences of a recurring entry: the one to run, those missed; and the one to come.</summary>
/// <param name="Latest">The latest occurrence that has come due, in ticks of the entry's clock: the one to run.</param>
/// <param name="Missed">How many came due before it: <see cref="CountLimit"/> + 1 stands for any larger number.</param>
/// <param name="Next">The first occurrence to come; <see cref="Never"/> if there is none.</param>
internal readonly record struct Occurrences(long Latest, int Missed, long Next)
{
    /// <summary>Missed occurrences are counted up to here.</summary>
    public const int CountLimit = 1_000;

    /// <summary>The time of an occurrence that does not come.</summary>
    public const long Never = long.MaxValue;

    /// <summary>Finds all occurrences from one that has come due until now.</summary>
    /// <remarks>
    /// A clock that is set forward by 56 years passes 29 million minutes. Beyond the limit they are not enumerated: the
    /// latest is found by halving the time that is left.
    /// </remarks>
    public static Occurrences Since(long due, Func<long, long> nextAfter, long now)
    {
        var (latest, missed, next) = (due, 0, nextAfter(due));
        for (; next <= now && missed <= CountLimit; next = nextAfter(latest)) (latest, missed) = (next, missed + 1);
        if (next > now) return new(latest, missed, next);

        for (var (low, high) = (next, now); ;)
        {
            var middle = low + ((high - low) / 2);
            var later = nextAfter(middle);
            if (later <= now) low = later;
            else if (middle == low) return new(low, missed, later);
            else high = middle;
        }
    }

    /// <summary>A number of occurrences, as <see cref="Missed"/> counts them, in words.</summary>
    public static string CountText(int count) => count == 1 ? "1 occurrence" : string.Create(
        CultureInfo.InvariantCulture,
        $"{(count > CountLimit ? "more than " : "")}{Math.Min(count, CountLimit):N0} occurrences");
}
