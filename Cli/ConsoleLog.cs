using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Heartbeat.Cli;

/// <summary>The console logger: how this program's log lines reach stdout.</summary>
internal static class ConsoleLog
{
    /// <summary>Makes the logger factory; disposing it flushes the log, for at most 1.5 s.</summary>
    /// <remarks>
    /// Lines are written by a thread of their own. When nobody reads them and the queue is full they are dropped and
    /// counted, by the logger itself: a job must not hang on a pipe.
    /// </remarks>
    [SuppressMessage("Reliability", "CA2000", Justification = "The factory owns providers that are added to it; not those it is made with.")]
    public static ILoggerFactory Create(Settings settings)
    {
        var options = new ConsoleLoggerOptions { FormatterName = settings.Format, QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite };
        if (settings.Format == PlainFormatter.FormatterName)
        {
            // Without the service container, which would be most of the time until the first line.
            var factory = new LoggerFactory([], new LoggerFilterOptions { MinLevel = settings.Level });
            factory.AddProvider(new ConsoleLoggerProvider(new Fixed(options), [new PlainFormatter()]));
            return factory;
        }

        return LoggerFactory.Create(logging => logging
            .SetMinimumLevel(settings.Level)
            .AddJsonConsole(json =>
            {
                json.UseUtcTimestamp = true;
                json.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
            })
            .AddConsole(console => (console.FormatterName, console.QueueFullMode) = (options.FormatterName, options.QueueFullMode)));
    }

    private sealed class Fixed(ConsoleLoggerOptions options) : IOptionsMonitor<ConsoleLoggerOptions>
    {
        public ConsoleLoggerOptions CurrentValue => options;

        public ConsoleLoggerOptions Get(string? name) => options;

        public IDisposable? OnChange(Action<ConsoleLoggerOptions, string?> listener) => null;
    }
}
