using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Heartbeat.Tests.Infra;

/// <summary>One line of the log, with what the clock of the test showed.</summary>
internal sealed record LogLine(DateTimeOffset Time, LogLevel Level, string Message, Exception? Exception)
{
    public override string ToString() => $"{Level}: {Message}";
}

/// <summary>Keeps what is logged, in order.</summary>
internal sealed class LogCapture(TimeProvider time) : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<LogLine> _lines = new();

    /// <summary>The least level that is kept.</summary>
    public LogLevel Level { get; init; } = LogLevel.Information;

    public IReadOnlyList<LogLine> Lines => [.. _lines];

    /// <summary>The lines as text, without their times.</summary>
    public IReadOnlyList<string> Text => [.. _lines.Select(static line => line.ToString())];

    public IReadOnlyList<LogLine> Of(LogLevel level) => [.. _lines.Where(line => line.Level == level)];

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= Level;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue(new(time.GetUtcNow(), logLevel, formatter(state, exception), exception));
}
