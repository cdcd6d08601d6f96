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
    /// <param name="settings">Which lines to show, and how.</param>
    /// <param name="time">Gives the time of each line.</param>
    [SuppressMessage("Reliability", "CA2000", Justification = "The factory disposes the providers added to it.")]
    public static ILoggerFactory Create(Settings settings, TimeProvider time)
    {
        var options = new ConsoleLoggerOptions
        {
            FormatterName = settings.Format,
            QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite,
        };
        ConsoleFormatter? formatter = settings.Format switch
        {
            PlainFormatter.FormatterName => new PlainFormatter(),
            JsonFormatter.FormatterName => new JsonFormatter(time),
            _ => null,
        };
        if (formatter is null)
        {
            return LoggerFactory.Create(logging => logging
                .SetMinimumLevel(settings.Level)
                .AddConsole(console =>
                {
                    console.FormatterName = options.FormatterName;
                    console.QueueFullMode = options.QueueFullMode;
                }));
        }

        // Without the service container, which would be most of the time until the first line.
        var factory = new LoggerFactory([], new LoggerFilterOptions { MinLevel = settings.Level });
        factory.AddProvider(new ConsoleLoggerProvider(new Fixed(options), [formatter]));
        return factory;
    }

    private sealed class Fixed(ConsoleLoggerOptions options) : IOptionsMonitor<ConsoleLoggerOptions>
    {
        public ConsoleLoggerOptions CurrentValue => options;

        public ConsoleLoggerOptions Get(string? name) => options;

        public IDisposable? OnChange(Action<ConsoleLoggerOptions, string?> listener) => null;
    }
}
