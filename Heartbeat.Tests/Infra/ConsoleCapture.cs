using System.Text;
using System.Threading.Channels;
using Xunit;

namespace Heartbeat.Tests.Infra;

/// <summary>Takes the place of stdout and stderr, so that what a user would see can be read, and waited for.</summary>
/// <remarks>
/// The console is one for all of the process: tests that capture it are of one collection, and so run in turn.
/// </remarks>
internal sealed class ConsoleCapture : IDisposable
{
    public const string Collection = "console";

#pragma warning disable CA2213 // They are the console's, and go back to it.
    private readonly TextWriter _out = Console.Out;
    private readonly TextWriter _error = Console.Error;
#pragma warning restore CA2213
    private readonly Written _written = new();
    private readonly StringWriter _complaints = new();

    public ConsoleCapture()
    {
        Console.SetOut(_written);
        Console.SetError(_complaints);
    }

    /// <summary>The lines that have been written to stdout and not been taken.</summary>
    public List<string> Lines
    {
        get
        {
            var lines = new List<string>();
            while (_written.Lines.Reader.TryRead(out var line)) lines.Add(line);
            return lines;
        }
    }

    /// <summary>All of stderr.</summary>
    public string Error => _complaints.ToString();

    /// <summary>
    /// Takes the next line of stdout, once it has been written. One that never comes is a failure, not a hang.
    /// </summary>
    public Task<string> NextAsync() => _written.Lines.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(5));

    public void Dispose()
    {
        Console.SetOut(_out);
        Console.SetError(_error);
        _written.Dispose();
        _complaints.Dispose();
    }

    /// <summary>Gives out each line as it is completed, however the platform ends it.</summary>
    private sealed class Written : TextWriter
    {
        private readonly StringBuilder _line = new();

        public Channel<string> Lines { get; } = Channel.CreateUnbounded<string>();

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            if (value == '\n')
            {
                Lines.Writer.TryWrite(_line.ToString());
                _line.Clear();
            }
            else if (value != '\r')
            {
                _line.Append(value);
            }
        }
    }
}

[CollectionDefinition(ConsoleCapture.Collection, DisableParallelization = true)]
#pragma warning disable CA1711 // It is a collection, of tests.
public sealed class ConsoleCollection;
#pragma warning restore CA1711
