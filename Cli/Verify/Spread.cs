namespace Heartbeat.Cli.Verify;

/// <summary>The least, mean and most of many durations, and when the most was.</summary>
internal sealed class Spread
{
    private double _sum;

    public long Count { get; private set; }

    public long Least { get; private set; } = long.MaxValue;

    public long Most { get; private set; } = long.MinValue;

    /// <summary>The instant of the most.</summary>
    public long MostAt { get; private set; }

    public double Mean => _sum / Count;

    public void Add(long ticks, long at)
    {
        Count++;
        _sum += ticks;
        Least = Math.Min(Least, ticks);
        if (ticks <= Most) return;
        (Most, MostAt) = (ticks, at);
    }
}
