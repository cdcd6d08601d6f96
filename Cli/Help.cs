using System.Reflection;
using Heartbeat.Scheduling;

namespace Heartbeat.Cli;

/// <summary>What the program says about itself.</summary>
internal static class Help
{
    public const string Text = """
        heartbeat - runs scheduled jobs in one process, and shows in its log that they run

        usage:
          heartbeat                      run until a signal stops it
          heartbeat verify [OPTIONS] [FILE...]
                                         read logs, or stdin, and tell whether scheduling was alive
          heartbeat next [--zone ZONE] [--after INSTANT] [-n COUNT] EXPRESSION
                                         show when a cron expression occurs next
          heartbeat --help | -h          show this
          heartbeat --version            show the version and the commit it was built from

        options of verify:
          --since TIME, --until TIME     judge all of this time: 2026-11-25T06:00Z (an instant),
                                         2026-11-25 07:00 (local time) or now
          --json                         the report as JSON

        environment:
          ENABLE_HEARTBEAT   1, true, yes, on: log a heartbeat each minute;
                             0, false, no, off or nothing: do not           (default: off)
          LOG_FORMAT         plain, json, systemd                           (default: plain)
          LOG_LEVEL          trace, debug, info or information, warn or warning,
                             error, fatal or critical, none                 (default: information)
          NO_COLOR           anything: verify uses no colors                (default: unset)

        exit codes:
          0   stopped as told; verify: all alive
          1   a job did not stop within 5 s; verify: something is missing; or output was lost: stdout is
              closed, its disk is full, nobody reads the pipe (a pipe whose reader has gone is no failure)
          2   bad usage, or a job cannot be registered; verify: nothing to verify, or a file cannot be read;
              next: not an expression, or it never occurs
          A second signal ends the process at once: 130 for SIGINT, 143 for SIGTERM.

        """;

    private static readonly string[] Arguments = ["--help", "-h", "--version", "verify", "next"];

    /// <summary>The version, with the commit it was built from.</summary>
    public static string Version =>
        typeof(Help).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? "unknown";

    /// <summary>Refuses arguments that no use of the program has.</summary>
    public static UsageException Refuse(string[] arguments)
    {
        var first = arguments[0];
        if (Arguments.Contains(first))
            return new($"{first} stands alone, found '{Excerpt.Of(arguments[1])}' after it.");

        var advice = Nearest.To(first, Arguments) is { } nearest ? $"did you mean {nearest}?" : "try --help.";
        return new($"unknown argument '{Excerpt.Of(first)}': {advice}");
    }
}
