namespace Heartbeat.Cli;

/// <summary>The program was called in a way that it does not understand. The message is one sentence for the user.</summary>
internal sealed class UsageException(string message) : Exception(message);
