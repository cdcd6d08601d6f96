using Microsoft.Extensions.Logging;

namespace Heartbeat.Tests.Infra;

/// <summary>
/// Checks heartbeat lines as they come, without keeping them: a beat at second 0 of every minute, and 10 s after it,
/// before the next, its event with the same UUID.
/// </summary>
internal sealed class BeatLog(TimeProvider time) : ILogger, IDisposable
{
    private const string TimedPrefix = "Heartbeat (timed): UUID=";
    private const string EventPrefix = "Heartbeat (event): UUID=";

    private string _uuid = "";

    /// <summary>When the first beat came.</summary>
    public DateTimeOffset First { get; private set; }

    /// <summary>When the last beat came.</summary>
    public DateTimeOffset Last { get; private set; }

    public int Timed { get; private set; }

    public int Events { get; private set; }

    /// <summary>What was wrong, the first time that something was.</summary>
    public string? Fault { get; private set; }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        var message = formatter(state, exception);
        var now = time.GetUtcNow();
        if (message.StartsWith(TimedPrefix, StringComparison.Ordinal))
        {
            if (Timed > 0 && now - Last != TimeSpan.FromMinutes(1))
            {
                Fault ??= $"{now:O}: {message} came {now - Last} after the beat before";
            }

            if (now.Ticks % TimeSpan.TicksPerMinute != 0) Fault ??= $"{now:O}: {message} is not at second 0";
            if (Timed != Events) Fault ??= $"{now:O}: {message} came before the event of the beat before";
            (Last, _uuid) = (now, message[TimedPrefix.Length..]);
            if (Timed++ == 0) First = now;
        }
        else
        {
            if (message != EventPrefix + _uuid) Fault ??= $"{now:O}: {message} does not pair with {_uuid}";
            if (now - Last != TimeSpan.FromSeconds(10))
            {
                Fault ??= $"{now:O}: {message} came {now - Last} after its beat";
            }

            Events++;
        }
    }

    public void Dispose()
    {
    }
}
