using System.Text;

namespace Heartbeat.Cli;

/// <summary>Stdout as the console logger writes to it: notices when a line cannot be written.</summary>
/// <remarks>
/// The logger itself ignores the error, and from then on would write on the threads of the jobs. Here the line is lost,
/// the first loss is reported once, and the next line is tried again: a full disk may have room later. A pipe whose
/// reader has gone is no error to .NET. Called by one thread at a time.
/// </remarks>
/// <param name="output">Stdout.</param>
/// <param name="report">Receives one sentence, on the thread that writes.</param>
internal sealed class LogOutput(TextWriter output, Action<string> report) : TextWriter
{
    private volatile bool _isWriting;
    private volatile bool _hasFailed;

    /// <summary>
    /// Whether a line was lost. When the logger has been disposed, one that is still being written is lost too.
    /// </summary>
    /// <remarks>That one is not reported: as long as stdout blocks, the console blocks stderr as well.</remarks>
    public bool HasLostLines => _hasFailed || _isWriting;

    /// <inheritdoc/>
    public override Encoding Encoding => output.Encoding;

    /// <inheritdoc/>
    public override void Write(char value) => Write(value.ToString());

    /// <inheritdoc/>
    public override void Write(string? value)
    {
        _isWriting = true;
        try
        {
            output.Write(value);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (_hasFailed) return;
            _hasFailed = true;
            report($"log lines are lost, since stdout cannot be written: {ReasonOf(exception)}");
        }
        finally
        {
            _isWriting = false;
        }
    }

    /// <inheritdoc/>
    public override void Flush() => output.Flush();

    /// <summary>Why stdout could not be written: .NET says of a closed one that access to a path is denied.</summary>
    public static string ReasonOf(Exception exception) =>
        exception is UnauthorizedAccessException ? "it is closed" : exception.Message;
}
