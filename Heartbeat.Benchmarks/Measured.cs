namespace Heartbeat.Benchmarks;

/// <summary>What one measurement gives: a number for each name.</summary>
internal sealed class Figures : Dictionary<string, double>;

/// <summary>What the rounds of one scenario gave, for each contender.</summary>
internal sealed class Measured : Dictionary<string, List<Figures>>
{
    /// <summary>Adds the figures of one round.</summary>
    public void Add(string contender, Figures figures)
    {
        if (!TryGetValue(contender, out var rounds)) this[contender] = rounds = [];
        rounds.Add(figures);
    }

    /// <summary>What a row shows of a contender, the least first; empty if the contender did not take part.</summary>
    public double[] Of(string contender, Row row)
    {
        var rounds = this.GetValueOrDefault(contender, []).Where(figures => figures.ContainsKey(row.Figure));
        return [.. rounds.Select(figures => figures[row.Figure] * row.Factor).Order()];
    }
}

/// <summary>A row of the table.</summary>
/// <param name="Title">What is shown, with its unit.</param>
/// <param name="Figure">The name of the figure.</param>
/// <param name="Factor">What the figure is multiplied by to have that unit.</param>
internal sealed record Row(string Title, string Figure, double Factor = 1)
{
    /// <summary>Whether the README shows it, too.</summary>
    public bool IsInReadme { get; init; }
}
