using System.Diagnostics.CodeAnalysis;

namespace Heartbeat.Scheduling;

/// <summary>Exceptions that a logger can print.</summary>
internal static class Printable
{
    /// <summary>ToString is recursive: 60,000 inner exceptions overflow the stack, which ends the process.</summary>
    private const int Deepest = 100;

    /// <summary>The exception, or another one that says what can be said of it.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Loggers call ToString, which is the job's code too.")]
    public static Exception Of(Exception exception)
    {
        try
        {
            if (IsDeeper(exception, Deepest))
            {
                var first = Chain(exception).Take(Deepest).Select(static one => $"{one.GetType()}: {one.Message}");
                return new InvalidOperationException(
                    $"The job threw a chain of over {Deepest} exceptions: {string.Join(" ---> ", first)} ---> \u2026");
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
