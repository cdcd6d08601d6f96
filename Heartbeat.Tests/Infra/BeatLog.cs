using Microsoft.Extensions.Logging;

namespace Heartbeat.Tests.Infra;

/// <summary>Checks heartbeat lines as they come, without keeping them.</summary>
internal sealed class BeatLog(TimeProvider time) : ILogger, IDisposable
{
    private const string TimedPrefix = "Heartbeat (timed): UUID=";
    private const string EventPrefix = "Heartbeat (event): UUID=";

    private DateTimeOffset _beat;
    private string _uuid = "";

    public int Timed { get; private set; }

    public int Events { get; private set; }

    /// <summary>What was wrong, the first time that something was.</summary>
    public string? Fault { get; private set; }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var message = formatter(state, exception);
        var now = time.GetUtcNow();
        if (message.StartsWith(TimedPrefix, StringComparison.Ordinal))
        {
            if (Timed > 0 && now - _beat != TimeSpan.FromMinutes(1)) Fault ??= $"{now:O}: {message} came {now - _beat} after the beat before";
            if (now.Ticks % TimeSpan.TicksPerMinute != 0) Fault ??= $"{now:O}: {message} is not at second 0";
            if (Timed != Events) Fault ??= $"{now:O}: {message} came before the event of the beat before";
            (_beat, _uuid) = (now, message[TimedPrefix.Length..]);
            Timed++;
        }
        else
        {
            if (message != EventPrefix + _uuid) Fault ??= $"{now:O}: {message} does not pair with {_uuid}";
            if (now - _beat != TimeSpan.FromSeconds(10)) Fault ??= $"{now:O}: {message} came {now - _beat} after its beat";
            Events++;
        }
    }

    public void Dispose()
    {
    }
}
