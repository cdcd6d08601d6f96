using System.Globalization;

namespace Heartbeat.Tests.Infra;

/// <summary>Random texts for the cron parser: expressions that are valid, and strings that mostly are not.</summary>
internal sealed class CronTexts(int seed)
{
    /// <summary>What some cron reads, what looks like it in other scripts, and what does not show.</summary>
    private const string Hostile =
        "0123456789*,-/?LWHlwh#@~ \t\r\n\0\u00A0\u0663\uFF15\uFEFF\u2028\uD800\u017FUN\u0131JANsunmonTZ=every";

    private readonly Random _random = new(seed);

    /// <summary>All forms of the dialect, in all fields.</summary>
    public string Expression() => string.Join(
        _random.Next(20) == 0 ? " \t " : " ",
        Field(0, 59, "", 30),
        Field(0, 23, "", 50),
        DayField(1, 31, ""),
        Field(1, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC", 70),
        DayField(0, 7, "SUNMONTUEWEDTHUFRISAT"));

    /// <summary>An instant within the years 2009 to 2037; every other one within four hours of a change.</summary>
    public DateTimeOffset Instant(CronOracleZone zone)
    {
        var (first, last) = (new DateTime(2009, 1, 1).Ticks, new DateTime(2038, 1, 1).Ticks);
        var changes = zone.Changes.Select(static minute => minute * TimeSpan.TicksPerMinute)
            .Where(change => change >= first && change < last).ToList();
        var ticks = changes.Count > 0 && _random.Next(2) == 0
            ? changes[_random.Next(changes.Count)]
                + _random.NextInt64(-4 * TimeSpan.TicksPerHour, 4 * TimeSpan.TicksPerHour)
            : _random.NextInt64(first, last);
        if (_random.Next(2) == 0) ticks -= ticks % TimeSpan.TicksPerMinute;
        return new DateTimeOffset(ticks, TimeSpan.Zero).ToOffset(TimeSpan.FromHours(_random.Next(-12, 15)));
    }

    /// <summary>Hostile letters strung together, or an expression with one of them put in.</summary>
    public string HostileText()
    {
        if (_random.Next(3) == 0)
        {
            var expression = Expression();
            var letter = Hostile[_random.Next(Hostile.Length)];
            return expression.Insert(_random.Next(expression.Length + 1), letter.ToString());
        }

        var length = _random.Next(_random.Next(4) == 0 ? 2_000 : 40);
        return string.Create(length, _random, static (text, random) => random.GetItems<char>(Hostile, text));
    }

    private string DayField(int first, int last, string names) =>
        _random.Next(20) == 0 ? "?" : Field(first, last, names, 50);

    private string Field(int first, int last, string names, int starsInHundred) => _random.Next(100) < starsInHundred
        ? _random.Next(3) == 0 ? $"*/{Number(_random.Next(1, last + 1))}" : "*"
        : string.Join(',', Enumerable.Range(0, Math.Max(1, _random.Next(-3, 4))).Select(_ => Item(first, last, names)));

    private string Item(int first, int last, string names)
    {
        var (low, high) = (_random.Next(first, last + 1), _random.Next(first, last + 1));
        if (low > high) (low, high) = (high, low);
        var item = _random.Next(4) switch
        {
            0 => $"{Value(low, first, names)}-{Value(high, first, names)}",
            1 when last == 7 && low is > 0 and < 7 => $"{Value(low, first, names)}-Sun",
            2 when _random.Next(5) == 0 => "*",
            _ => Value(low, first, names),
        };
        var step = _random.Next(1, last + 1);
        // Is Sunday in it?
        var isAmbiguous = last == 7 && low is > 0 and < 7 && !item.Contains('-') && (7 - low) % step == 0;
        return _random.Next(3) == 0 && !isAmbiguous ? $"{item}/{Number(step)}" : item;
    }

    private string Value(int value, int first, string names)
    {
        var at = (value - first) * 3;
        if (at >= names.Length || _random.Next(2) == 0) return Number(value);
        var name = names.Substring(at, 3);
        var lower = name.ToLowerInvariant();
        return _random.Next(3) switch { 0 => name, 1 => lower, _ => name[0] + lower[1..] };
    }

    private string Number(int value) =>
        value.ToString(_random.Next(10) == 0 ? "00" : "0", CultureInfo.InvariantCulture);
}
