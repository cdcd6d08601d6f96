namespace Heartbeat.Benchmarks;

/// <summary>A document with a place for the figures: the text between two markers is replaced.</summary>
internal static class MarkedFile
{
    /// <summary>Stands before the figures.</summary>
    public const string Begin = "<!-- bench:begin -->";

    /// <summary>Stands after the figures.</summary>
    public const string End = "<!-- bench:end -->";

    /// <summary>Whether the file exists and has both markers, in their order.</summary>
    public static bool HasMarkers(string path) => File.Exists(path) && Find(File.ReadAllText(path)).End > 0;

    /// <summary>Replaces what is between the markers, in the file as it is now.</summary>
    public static void Write(string path, string text)
    {
        var file = File.ReadAllText(path);
        var (begin, end) = Find(file);
        File.WriteAllText(path, $"{file[..begin]}\n{text}\n{file[end..]}");
    }

    /// <returns>Where the first marker ends and where the second begins; negative if there is none.</returns>
    private static (int Begin, int End) Find(string file)
    {
        var begin = file.IndexOf(Begin, StringComparison.Ordinal);
        return begin < 0 ? (-1, -1) : (begin + Begin.Length, file.IndexOf(End, begin, StringComparison.Ordinal));
    }
}
