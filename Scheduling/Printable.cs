using System.Diagnostics.CodeAnalysis;

namespace Heartbeat.Scheduling;

/// <summary>Exceptions that a logger can print.</summary>
internal static class Printable
{
    /// <summary>ToString is recursive: 60,000 inner exceptions overflow the stack, which ends the process.</summary>
    private const int Deepest = 100;

    /// <summary>AggregateExceptions may share inner ones: 60 levels of two are 2^60 to print.</summary>
    private const int Most = 10_000;

    /// <summary>The exception, or another one that says what can be said of it.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Loggers call ToString, which is the job's code too.")]
    public static Exception Of(Exception exception)
    {
        try
        {
            var left = Most;
            if (IsTooLarge(exception, Deepest, ref left))
            {
                var first = string.Join(" ---> ", Chain(exception).Take(Deepest).Select(Describe));
                return new InvalidOperationException(
                    $"The job threw more than {Deepest} levels or 10,000 inner exceptions: {first} ---> \u2026");
            }

            _ = exception.ToString();
            return exception;
        }
        catch (Exception)
        {
            return new InvalidOperationException($"The job threw a {exception.GetType()}, whose ToString throws.");
        }
    }

    private static bool IsTooLarge(Exception exception, int levels, ref int left)
    {
        if (levels == 0 || left-- == 0) return true;
        if (exception is not AggregateException all)
        {
            return exception.InnerException is { } only && IsTooLarge(only, levels - 1, ref left);
        }

        foreach (var inner in all.InnerExceptions)
        {
            if (IsTooLarge(inner, levels - 1, ref left)) return true;
        }

        return false;
    }

    /// <summary>The Message of an AggregateException is recursive, too.</summary>
    private static string Describe(Exception exception) =>
        exception is AggregateException ? $"{exception.GetType()}" : $"{exception.GetType()}: {exception.Message}";

    private static IEnumerable<Exception> Chain(Exception exception)
    {
        for (var next = exception; next is not null; next = next.InnerException) yield return next;
    }
}
