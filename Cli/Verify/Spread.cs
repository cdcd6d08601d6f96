using System.Text.Json.Serialization;

namespace Heartbeat.Cli.Verify;

/// <summary>The least, mean and most of many durations, and when the most was: of equal ones, the first.</summary>
internal sealed class Spread
{
    private Int128 _sum;
    private long _least = long.MaxValue;
    private long _most = long.MinValue;
    private long _mostAt;

    public long Count { get; private set; }

    public double LeastSeconds => Seconds(_least);

    public double MeanSeconds => Seconds((double)_sum / Count);

    public double MostSeconds => Seconds(_most);

    public DateTime MostAt => new(_mostAt, DateTimeKind.Utc);

    /// <summary>Itself; <see langword="null"/> if there are no durations.</summary>
    [JsonIgnore]
    public Spread? IfAny => Count == 0 ? null : this;

    public void Add(long ticks, long at)
    {
        Count++;
        _sum += ticks;
        _least = Math.Min(_least, ticks);
        if (ticks > _most || (ticks == _most && at < _mostAt)) (_most, _mostAt) = (ticks, at);
    }

    private static double Seconds(double ticks) => Math.Round(ticks / TimeSpan.TicksPerSecond, 7);
}
