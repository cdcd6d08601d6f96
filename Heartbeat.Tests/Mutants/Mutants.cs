// Breaks the engine on purpose and tells whether the tests meant to catch it do.
//
//     dotnet run --file Heartbeat.Tests/Mutants/Mutants.cs -- [part of a name]
//
// Each block of mutants.txt is one sabotage. It is applied to a copy of the repository in a temporary folder, where its
// text has to be found exactly once; the engine is built, and the tests of its filter are run with it. Red: killed.
// Green: survived, which is a failure, as is a sabotage that does not apply or does not build. A run that hangs counts
// as red. All of it takes about ten minutes. Stopped by Ctrl+C or SIGTERM, it leaves nothing behind.

#pragma warning disable CA1508 // takes the exit code of another process for a constant

using System.Diagnostics;
using System.Runtime.InteropServices;

const string Output = "bin/Debug/net10.0";
const string Engine = "Heartbeat.Scheduling.dll";
var root = FindRoot(Environment.CurrentDirectory);
var only = args.FirstOrDefault() ?? "";
var mutants = Read(Path.Combine(root, "Heartbeat.Tests", "Mutants", "mutants.txt"))
    .Where(mutant => mutant.Name.Contains(only, StringComparison.Ordinal)).ToArray();
if (mutants.Length == 0) return Fail($"No sabotage has '{only}' in its name.");

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
var copy = Directory.CreateTempSubdirectory("heartbeat-mutants-").FullName;
var total = Stopwatch.StartNew();
var failures = 0;
try
{
    string[] list = ["ls-files", "--cached", "--others", "--exclude-standard"];
    foreach (var file in Run(root, TimeSpan.FromMinutes(1), "git", list).Output.Split('\n'))
    {
        if (file.Length == 0 || !File.Exists(Path.Combine(root, file))) continue;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(copy, file))!);
        File.Copy(Path.Combine(root, file), Path.Combine(copy, file));
    }

    // Unharmed, all of them must be green: else every sabotage would seem to be caught.
    Console.WriteLine($"{Count()}, about 25 s each");
    if (!Build("Heartbeat.Tests")
        || !Test(string.Join('|', mutants.Select(static mutant => mutant.Filter).Distinct()), isExpected: true))
    {
        return Fail("The tests are red without any sabotage.");
    }

    foreach (var mutant in mutants)
    {
        var watch = Stopwatch.StartNew();
        var verdict = Judge(mutant);
        if (verdict != "killed") failures++;
        Console.WriteLine($"{verdict,-15} {watch.Elapsed.TotalSeconds,4:0} s  {mutant.Name}");
    }
}
catch (OperationCanceledException)
{
    return Fail("Stopped.");
}
finally
{
    Directory.Delete(copy, recursive: true);
}

Console.WriteLine($"{Count()} in {total.Elapsed.TotalMinutes:0} min: {mutants.Length - failures} "
    + $"killed, {failures} not");
return failures == 0 ? 0 : 1;

string Count() => mutants.Length == 1 ? "1 sabotage" : $"{mutants.Length} sabotages";

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}

string Judge(Mutant mutant)
{
    var path = Path.Combine(copy, mutant.File);
    var text = File.Exists(path) ? File.ReadAllText(path) : "";
    var at = text.IndexOf(mutant.Find, StringComparison.Ordinal);
    if (at < 0) return "text missing";
    if (text.IndexOf(mutant.Find, at + 1, StringComparison.Ordinal) >= 0) return "text there twice";
    try
    {
        File.WriteAllText(path, text[..at] + mutant.Replace + text[(at + mutant.Find.Length)..]);
        if (!Build("Scheduling")) return "does not build";
        File.Copy(Path.Combine(copy, "Scheduling", Output, Engine),
            Path.Combine(copy, "Heartbeat.Tests", Output, Engine), overwrite: true);
        return Test(mutant.Filter) ? "SURVIVED" : "killed";
    }
    finally
    {
        File.WriteAllText(path, text);
    }
}

// Analysers are left out: they are half the time of a build, and what they say of a sabotage does not matter.
bool Build(string project)
{
    var (exit, output) = Run(
        copy, TimeSpan.FromMinutes(5), "dotnet", "build", project, "-v:q", "-nologo", "-nodeReuse:false",
        "-p:RunAnalyzers=false", "-p:TreatWarningsAsErrors=false", "-p:UseSharedCompilation=false");
    if (exit != 0) Console.WriteLine(output);
    return exit == 0;
}

bool Test(string filter, bool isExpected = false)
{
    var names = string.Join('|', filter.Split('|').Select(static name => $"FullyQualifiedName~{name}"));
    var tests = Path.Combine("Heartbeat.Tests", Output, "Heartbeat.Tests.dll");
    var (exit, output) = Run(copy, TimeSpan.FromSeconds(isExpected ? 300 : 90), "dotnet", "test", tests, "--filter",
        $"({names})&Category!=Soak");
    if (exit != 0 && isExpected) Console.WriteLine(output);
    return exit == 0
        && (output.Contains("Passed!", StringComparison.Ordinal)
            ? true
            : throw new InvalidOperationException($"No test is named {filter}."));
}

(int Exit, string Output) Run(string folder, TimeSpan limit, string program, params string[] arguments)
{
    stop.Token.ThrowIfCancellationRequested();
    using var process = Process.Start(new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = folder,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        Environment = { ["HEARTBEAT_LONG_TESTS"] = "1" }, // one of the tests is among those that make soak runs
    })!;
    var output = process.StandardOutput.ReadToEndAsync();
    process.ErrorDataReceived += static (_, _) => { }; // what red tests say is of no interest
    process.BeginErrorReadLine();
    using var end = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
    end.CancelAfter(limit);
    try
    {
        process.WaitForExitAsync(end.Token).Wait();
    }
    catch (AggregateException)
    {
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
    }

    stop.Token.ThrowIfCancellationRequested();
    return (process.ExitCode, output.Result);
}

static IEnumerable<Mutant> Read(string path)
{
    foreach (var block in File.ReadAllText(path).Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
    {
        var lines = block.Split('\n').Where(static line => line.Length > 0 && line[0] != '#').ToArray();
        if (lines.Length == 0) continue;
        yield return new(lines[0], lines[1], Text('-'), Text('+'), lines[2]);

        string Text(char mark) =>
            string.Join('\n', lines.Where(line => line[0] == mark).Select(static line => line[1..]));
    }
}

static string FindRoot(string folder) =>
    File.Exists(Path.Combine(folder, "Heartbeat.csproj"))
        ? folder
        : FindRoot(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Run this in the repository."));

static int Fail(string text)
{
    Console.WriteLine(text);
    return 1;
}

internal sealed record Mutant(string Name, string File, string Find, string Replace, string Filter);
