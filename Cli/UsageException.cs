namespace Heartbeat.Cli;

/// <summary>
/// The program was called in a way that it does not understand. The message is one sentence for the user.
/// </summary>
#pragma warning disable CA1032 // It is thrown with a sentence or not at all.
internal sealed class UsageException(string message) : Exception(message);
#pragma warning restore CA1032
