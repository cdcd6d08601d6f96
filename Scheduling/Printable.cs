using System.Diagnostics.CodeAnalysis;

namespace Heartbeat.Scheduling;

/// <summary>Exceptions that a logger can print.</summary>
internal static class Printable
{
    /// <summary>Exception.ToString is recursive: a chain of 60,000 inner exceptions overflows the stack, which ends the process.</summary>
    private const int DeepestChain = 100;

    /// <summary>The exception, or another one that says what can be said of it.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Loggers call ToString, which is the job's code too.")]
    public static Exception Of(Exception exception)
    {
        try
        {
            if (IsDeeper(exception, DeepestChain))
            {
                var chain = Chain(exception).Take(DeepestChain).Select(static inner => $"{inner.GetType()}: {inner.Message}");
                return new InvalidOperationException(
                    $"The job threw an exception with more than {DeepestChain} levels of inner ones: {string.Join(" ---> ", chain)} ---> \u2026");
            }

            _ = exception.ToString();
            return exception;
        }
        catch (Exception)
        {
            return new InvalidOperationException($"The job threw a {exception.GetType()}, whose ToString throws.");
        }
    }

    private static bool IsDeeper(Exception exception, int levels) => levels == 0 || exception switch
    {
        AggregateException all => all.InnerExceptions.Any(inner => IsDeeper(inner, levels - 1)),
        { InnerException: { } inner } => IsDeeper(inner, levels - 1),
        _ => false,
    };

    private static IEnumerable<Exception> Chain(Exception exception)
    {
        for (var next = exception; next is not null; next = next.InnerException) yield return next;
    }
}
