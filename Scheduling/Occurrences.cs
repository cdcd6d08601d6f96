namespace Heartbeat.Scheduling;

/// <summary>What to do about a cron entry that is due: which occurrence to run, how many were missed, when the next one is.</summary>
/// <param name="Latest">The latest occurrence that has come due: the one to run.</param>
/// <param name="Missed">How many came due before it and are not run: <see cref="CountLimit"/> + 1 stands for any larger number.</param>
/// <param name="Next">The first occurrence to come; <see langword="null"/> if there is none.</param>
internal readonly record struct Occurrences(DateTimeOffset Latest, int Missed, DateTimeOffset? Next)
{
    /// <summary>Missed occurrences are counted so far and no further.</summary>
    public const int CountLimit = 1_000;

    /// <summary>Looks at all occurrences from one that has come due until now.</summary>
    /// <param name="cron">The expression.</param>
    /// <param name="due">An occurrence that has come due.</param>
    /// <param name="now">The time to go by, at or after <paramref name="due"/>.</param>
    /// <remarks>
    /// A clock that is set forward by 56 years passes 29 million minutes. Beyond the limit they are not enumerated: the
    /// latest is found by halving the time that is left.
    /// </remarks>
    public static Occurrences Since(DateTimeOffset due, CronExpression cron, DateTimeOffset now)
    {
        var latest = due;
        var missed = 0;
        var next = cron.Next(latest);
        while (next <= now && missed <= CountLimit)
        {
            latest = next.Value;
            missed++;
            next = cron.Next(latest);
        }

        if (next <= now)
        {
            latest = LatestBetween(next.Value, now, cron);
            next = cron.Next(latest);
        }

        return new(latest, missed, next);
    }

    /// <summary>Puts a number of occurrences, as <see cref="Missed"/> has it, into words.</summary>
    public static string CountText(int count) => count switch
    {
        1 => "1 occurrence",
        > CountLimit => $"more than {CountLimit:N0} occurrences",
        _ => $"{count:N0} occurrences",
    };

    private static DateTimeOffset LatestBetween(DateTimeOffset latest, DateTimeOffset now, CronExpression cron)
    {
        var end = now;
        while (end - latest > TimeSpan.FromTicks(1))
        {
            var middle = latest + ((end - latest) / 2);
            if (cron.Next(middle) is { } next && next <= now) latest = next;
            else end = middle;
        }

        return latest;
    }
}
