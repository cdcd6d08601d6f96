using System.Diagnostics.CodeAnalysis;

namespace Heartbeat.Scheduling;

/// <summary>Exceptions that a logger can print.</summary>
/// <remarks>
/// ToString is recursive: 60,000 inner exceptions overflow the stack, which ends the process. AggregateExceptions may
/// share inner ones: 60 levels of two are 2^60 to print. Their Message is recursive, too.
/// </remarks>
internal static class Printable
{
    private const int Deepest = 100;
    private const int Most = 10_000;

    /// <summary>The exception, or a printable one that describes it.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Loggers call ToString, which is the job's code too.")]
    public static Exception Of(Exception exception)
    {
        try
        {
            var left = Most;
            if (!IsTooLarge(exception, Deepest, ref left))
            {
                _ = exception.ToString();
                return exception;
            }

            var text = $"The job threw more than {Deepest} levels or 10,000 inner exceptions: ";
            var inner = exception;
            for (var level = 0; level < Deepest && inner is not null; level++, inner = inner.InnerException)
            {
                text += inner is AggregateException ? $"{inner.GetType()}" : $"{inner.GetType()}: {inner.Message}";
                text += " ---> ";
            }

            return new InvalidOperationException(text + "\u2026");
        }
        catch (Exception)
        {
            return new InvalidOperationException($"The job threw a {exception.GetType()}, whose ToString throws.");
        }
    }

    private static bool IsTooLarge(Exception exception, int levels, ref int left)
    {
        if (levels == 0 || left-- == 0) return true;
        Exception?[] all =
            exception is AggregateException several ? [.. several.InnerExceptions] : [exception.InnerException];
        foreach (var inner in all)
        {
            if (inner is not null && IsTooLarge(inner, levels - 1, ref left)) return true;
        }

        return false;
    }
}
