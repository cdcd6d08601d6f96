// Breaks the product on purpose, once for each promise, and tells whether the tests meant to catch it do.
//
//     dotnet run --file Heartbeat.Tests/Mutants/Mutants.cs -- [part of a name]
//
// Each block of mutants.txt is one sabotage. It is applied to a copy of the repository, where its text has to be found
// exactly once; the tests are built and those of its filter are run. Red: killed. Green: survived, which is a failure, as
// is a sabotage that no longer applies or no longer builds. A run that hangs counts as red.

#pragma warning disable CA1508 // takes the exit code of another process for a constant

using System.Diagnostics;

var root = FindRoot(Environment.CurrentDirectory);
var only = args.FirstOrDefault() ?? "";
var mutants = Read(Path.Combine(root, "Heartbeat.Tests", "Mutants", "mutants.txt")).Where(mutant => mutant.Name.Contains(only, StringComparison.Ordinal)).ToArray();
var copy = Directory.CreateTempSubdirectory("heartbeat-mutants-").FullName;
var failures = 0;
try
{
    foreach (var file in Run(root, TimeSpan.FromMinutes(1), "git", "ls-files", "--cached", "--others", "--exclude-standard").Output.Split('\n'))
    {
        if (file.Length == 0 || !File.Exists(Path.Combine(root, file))) continue;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(copy, file))!);
        File.Copy(Path.Combine(root, file), Path.Combine(copy, file));
    }

    // Unharmed, all of them must be green: else every sabotage would seem to be caught.
    if (!Build() || !Test(string.Join('|', mutants.Select(static mutant => mutant.Filter).Distinct()), isExpected: true)) return Fail("The tests are red without any sabotage.");

    foreach (var mutant in mutants)
    {
        var watch = Stopwatch.StartNew();
        var verdict = Judge(mutant);
        if (verdict != "killed") failures++;
        Console.WriteLine($"{verdict,-14} {watch.Elapsed.TotalSeconds,4:0} s  {mutant.Name}");
    }
}
finally
{
    Directory.Delete(copy, recursive: true);
}

Console.WriteLine($"{mutants.Length} sabotages: {mutants.Length - failures} killed, {failures} not");
return failures == 0 && mutants.Length > 0 ? 0 : 1;

string Judge(Mutant mutant)
{
    var path = Path.Combine(copy, mutant.File);
    var text = File.Exists(path) ? File.ReadAllText(path) : "";
    var at = text.IndexOf(mutant.Find, StringComparison.Ordinal);
    if (at < 0 || text.IndexOf(mutant.Find, at + 1, StringComparison.Ordinal) >= 0) return "does not apply";
    try
    {
        File.WriteAllText(path, text[..at] + mutant.Replace + text[(at + mutant.Find.Length)..]);
        if (!Build()) return "does not build";
        return Test(mutant.Filter) ? "SURVIVED" : "killed";
    }
    finally
    {
        File.WriteAllText(path, text);
    }
}

// Analysers are left out: they are half the time of a build, and what they say of a sabotage does not matter.
bool Build()
{
    var (exit, output) = Run(copy, TimeSpan.FromMinutes(5), "dotnet", "build", "Heartbeat.Tests", "-v:q", "-nologo",
        "-p:RunAnalyzers=false", "-p:TreatWarningsAsErrors=false");
    if (exit != 0) Console.WriteLine(output);
    return exit == 0;
}

bool Test(string filter, bool isExpected = false)
{
    var names = string.Join('|', filter.Split('|').Select(static name => $"FullyQualifiedName~{name}"));
    var (exit, output) = Run(copy, TimeSpan.FromSeconds(90), "dotnet", "test", "Heartbeat.Tests", "--no-build", "-nologo", "--filter", $"({names})&Category!=Soak");
    if (exit != 0 && isExpected) Console.WriteLine(output);
    return exit == 0 && (output.Contains("Passed!", StringComparison.Ordinal) ? true : throw new InvalidOperationException($"No test is named {filter}."));
}

static (int Exit, string Output) Run(string folder, TimeSpan limit, string program, params string[] arguments)
{
    using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
    var output = process.StandardOutput.ReadToEndAsync();
    process.ErrorDataReceived += static (_, _) => { }; // what red tests say is of no interest
    process.BeginErrorReadLine();
    if (!process.WaitForExit(limit)) process.Kill(entireProcessTree: true);
    process.WaitForExit();
    return (process.ExitCode, output.Result);
}

static IEnumerable<Mutant> Read(string path)
{
    foreach (var block in File.ReadAllText(path).Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
    {
        var lines = block.Split('\n').Where(static line => line.Length > 0 && line[0] != '#').ToArray();
        if (lines.Length == 0) continue;
        yield return new(lines[0], lines[1], Text('-'), Text('+'), lines[2]);

        string Text(char mark) => string.Join('\n', lines.Where(line => line[0] == mark).Select(static line => line[1..]));
    }
}

static string FindRoot(string folder) =>
    File.Exists(Path.Combine(folder, "Heartbeat.csproj")) ? folder : FindRoot(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Run this in the repository."));

static int Fail(string text)
{
    Console.WriteLine(text);
    return 1;
}

internal sealed record Mutant(string Name, string File, string Find, string Replace, string Filter);
