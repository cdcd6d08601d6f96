using System.Reflection;

namespace Heartbeat.Cli;

/// <summary>What the program says about itself.</summary>
internal static class Help
{
    public const string Text = """
        heartbeat - runs scheduled jobs in one process, and shows in its log that they run

        usage:
          heartbeat                    run until a signal stops it
          heartbeat verify [FILE...]   read a log and tell whether scheduling was alive
          heartbeat --help | --version

        environment:
          ENABLE_HEARTBEAT   1, true, yes, on: log a heartbeat each minute      (default: off)
          LOG_FORMAT         plain, json, systemd                               (default: plain)
          LOG_LEVEL          trace, debug, information, warning, error,
                             critical, none                                     (default: information)

        exit codes: 0 stopped as told, 1 a job outlived the stop by 5 s, 2 bad usage;
        a second signal ends the process at once

        """;

    /// <summary>The version, with the commit it was built from.</summary>
    public static string Version =>
        typeof(Help).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
