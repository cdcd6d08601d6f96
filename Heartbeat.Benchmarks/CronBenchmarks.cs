using BenchmarkDotNet.Attributes;
using Heartbeat.Scheduling;
using NCrontab;
using Quartz;
using Ours = Heartbeat.Scheduling.CronExpression;
using QuartzCron = Quartz.CronExpression;
using Theirs = Cronos.CronExpression;

namespace Heartbeat.Benchmarks;

/// <summary>The next occurrence in UTC: consecutive calls, from the start again after a century.</summary>
[MemoryDiagnoser]
[HideColumns("Error", "StdDev", "RatioSD", "Median")]
public class CronNextInUtc
{
    private const int Calls = 1_000;

    private readonly DateTime _start = new(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private DateTime _end;
    private DateTime _at;

    private Ours _heartbeat = null!;
    private Theirs _cronos = null!;
    private CrontabSchedule _nCrontab = null!;
    private QuartzCron _quartz = null!;

    [Params("* * * * *", "*/5 0-6 * 1,7 MON-FRI", "0 0 29 2 *", "0 0 30 2 *")]
    public string Expression { get; set; } = "";

    [GlobalSetup]
    public void Parse()
    {
        _heartbeat = Ours.Parse(Expression);
        _cronos = Theirs.Parse(Expression);
        _nCrontab = CrontabSchedule.Parse(Expression);
        _quartz = QuartzCron.Parse(Expression, CronFormat.Unix).WithTimeZone(TimeZoneInfo.Utc);
        (_at, _end) = (_start, _start.AddYears(100));
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Calls)]
    public void Heartbeat()
    {
        for (var i = 0; i < Calls; i++) GoTo(_heartbeat.Next(_at)?.UtcDateTime);
    }

    [Benchmark(OperationsPerInvoke = Calls)]
    public void Cronos()
    {
        for (var i = 0; i < Calls; i++) GoTo(_cronos.GetNextOccurrence(_at));
    }

    [Benchmark(OperationsPerInvoke = Calls)]
    public void NCrontab()
    {
        for (var i = 0; i < Calls; i++) GoTo(_nCrontab.GetNextOccurrence(_at));
    }

    [Benchmark(OperationsPerInvoke = Calls)]
    public void Quartz()
    {
        for (var i = 0; i < Calls; i++) GoTo(_quartz.GetNextValidTimeAfter(_at)?.UtcDateTime);
    }

    private void GoTo(DateTime? next) =>
        _at = next < _end ? DateTime.SpecifyKind(next.Value, DateTimeKind.Utc) : _start;
}

/// <summary>The next occurrence where clocks change, likewise but in a year. NCrontab knows no zones.</summary>
[MemoryDiagnoser]
[HideColumns("Error", "StdDev", "RatioSD", "Median")]
public class CronNextInNewYork
{
    private const int Calls = 1_000;

    private readonly TimeZoneInfo _zone = TimeZoneInfo.FindSystemTimeZoneById("America/New_York");
    private readonly DateTimeOffset _start = new(2025, 1, 1, 0, 0, 0, TimeSpan.FromHours(-5));
    private DateTimeOffset _end;
    private DateTimeOffset _at;

    private Ours _heartbeat = null!;
    private Theirs _cronos = null!;
    private QuartzCron _quartz = null!;

    [Params("* * * * *", "*/5 0-6 * 1,7 MON-FRI", "30 2 * * *")]
    public string Expression { get; set; } = "";

    [GlobalSetup]
    public void Parse()
    {
        _heartbeat = Ours.Parse(Expression, _zone);
        _cronos = Theirs.Parse(Expression);
        _quartz = QuartzCron.Parse(Expression, CronFormat.Unix).WithTimeZone(_zone);
        (_at, _end) = (_start, _start.AddYears(1));
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Calls)]
    public void Heartbeat()
    {
        for (var i = 0; i < Calls; i++) GoTo(_heartbeat.Next(_at));
    }

    [Benchmark(OperationsPerInvoke = Calls)]
    public void Cronos()
    {
        for (var i = 0; i < Calls; i++) GoTo(_cronos.GetNextOccurrence(_at, _zone));
    }

    [Benchmark(OperationsPerInvoke = Calls)]
    public void Quartz()
    {
        for (var i = 0; i < Calls; i++) GoTo(_quartz.GetNextValidTimeAfter(_at));
    }

    private void GoTo(DateTimeOffset? next) => _at = next < _end ? next.Value : _start;
}

/// <summary>From text to expression, each in its own notation: Quartz has a field for seconds.</summary>
[MemoryDiagnoser]
[HideColumns("Error", "StdDev", "RatioSD", "Median")]
public class CronParse
{
    private string _quartz = "";

    [Params("* * * * *", "*/5 0-6 1,15 * MON-FRI", "0 0 29 2 *")]
    public string Expression { get; set; } = "";

    [GlobalSetup]
    public void Translate() => _quartz = QuartzCron.Parse(Expression, CronFormat.Unix).CronExpressionString;

    [Benchmark(Baseline = true)]
    public object Heartbeat() => Ours.Parse(Expression);

    [Benchmark]
    public object Cronos() => Theirs.Parse(Expression);

    [Benchmark]
    public object NCrontab() => CrontabSchedule.Parse(Expression);

    [Benchmark]
    public object Quartz() => QuartzCron.Parse(_quartz);
}

/// <summary>The expressions of <c>$CRON_VECTORS/valid.tsv</c> that all four read: the time is for the lot.</summary>
[MemoryDiagnoser]
[HideColumns("Error", "StdDev", "RatioSD", "Median")]
public class CronParseAll
{
    private string[] _unix = [];
    private string[] _quartz = [];

    [GlobalSetup]
    public void Read()
    {
        var folder = Environment.GetEnvironmentVariable("CRON_VECTORS")
            ?? throw new InvalidOperationException("CRON_VECTORS must name the folder that holds valid.tsv.");
        var rows = File.ReadLines(Path.Combine(folder, "valid.tsv")).Skip(1);
        _unix = [.. rows.Select(static row => row.Split('\t')[1]).Where(AllRead)];
        _quartz = [.. _unix.Select(static text => QuartzCron.Parse(text, CronFormat.Unix).CronExpressionString)];
        Console.WriteLine($"// {_unix.Length} expressions");
    }

    [Benchmark(Baseline = true)]
    public void Heartbeat()
    {
        foreach (var text in _unix) _ = Ours.Parse(text);
    }

    [Benchmark]
    public void Cronos()
    {
        foreach (var text in _unix) _ = Theirs.Parse(text);
    }

    [Benchmark]
    public void NCrontab()
    {
        foreach (var text in _unix) _ = CrontabSchedule.Parse(text);
    }

    [Benchmark]
    public void Quartz()
    {
        foreach (var text in _quartz) _ = QuartzCron.Parse(text);
    }

    private static bool AllRead(string text) =>
        Theirs.TryParse(text, out _) && CrontabSchedule.TryParse(text) is not null
        && QuartzCron.TryParse(text, CronFormat.Unix, out _) && IsOurs(text);

    private static bool IsOurs(string text)
    {
        try
        {
            return Ours.Parse(text) is not null;
        }
        catch (CronFormatException)
        {
            return false;
        }
    }
}
