namespace Heartbeat.Cli;

/// <summary>Sees to it that the first three file descriptors are what everybody takes them for.</summary>
internal static class StandardStreams
{
    private const int Last = 2;

    /// <summary>Opens the null device, to read only, on each standard stream that the parent has closed.</summary>
    /// <remarks>
    /// To be called before anything is opened: the system gives out the lowest free descriptor, so the runtime's own
    /// pipe for signals would become stdout, and a log line a handful of signals. A closed stdin reads as empty; to
    /// write to a closed stdout fails as it does everywhere, and what is lost does not go unnoticed.
    /// </remarks>
    public static void Claim()
    {
        if (OperatingSystem.IsWindows()) return;
        while (true)
        {
            using var handle = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            if (handle.DangerousGetHandle() > Last) return;
            handle.SetHandleAsInvalid();   // Leaves the descriptor open.
        }
    }
}
