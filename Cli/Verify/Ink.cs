namespace Heartbeat.Cli.Verify;

/// <summary>Writes text in colours, or without them.</summary>
internal sealed class Ink(TextWriter output, bool hasColours)
{
    public const string Green = "\e[32m";
    public const string Yellow = "\e[33m";
    public const string Red = "\e[31m";
    private const string Plain = "\e[0m";

    public void Write(string text, string? colour = null) =>
        output.Write(hasColours && colour is not null ? $"{colour}{text}{Plain}" : text);

    public void WriteLine(string text = "") => output.WriteLine(text);
}
