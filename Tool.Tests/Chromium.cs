using System.Diagnostics;

namespace BitKernelGen.Tool.Tests;

/// <summary>A browser without a window; tests that need one skip where there is none.</summary>
internal sealed class Chromium : IDisposable
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _program = Find();
    private readonly string _userData = Directory.CreateTempSubdirectory("chromium").FullName;

    /// <summary>The page after it was loaded, as HTML, and what it wrote to the console.</summary>
    public (string Dom, IReadOnlyList<string> Console) Open(string path)
    {
        (string output, string error) = Run("--dump-dom", new Uri(Path.GetFullPath(path)).AbsoluteUri);
        return (output, [.. error.Split('\n').Where(line => line.Contains(":CONSOLE"))]);
    }

    /// <summary>A picture of the page.</summary>
    public void Screenshot(string path, string picture, int width, int height) =>
        Run($"--screenshot={picture}", $"--window-size={width},{height}", "--hide-scrollbars", new Uri(Path.GetFullPath(path)).AbsoluteUri);

    public void Dispose() => Directory.Delete(_userData, recursive: true);

    private static string Find()
    {
        string? named = Environment.GetEnvironmentVariable("BITKERNELGEN_CHROMIUM");
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        string? found = named is { Length: > 0 }
            ? named
            : folders.SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
        Skip.If(found is null, "there is no Chromium: install the package chromium, or set BITKERNELGEN_CHROMIUM to the program");
        return found!;
    }

    /// <summary>Starts it and leaves it running; the caller ends it.</summary>
    public Process Start(params string[] words)
    {
        var start = new ProcessStartInfo(_program) { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] quiet =
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--enable-logging=stderr", $"--user-data-dir={_userData}",
        ];
        foreach (string word in quiet.Concat(words))
            start.ArgumentList.Add(word);
        return Process.Start(start)!;
    }

    private (string Output, string Error) Run(params string[] words)
    {
        using Process process = Start(words);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{_program} did not end");
        }

        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error.Result);
        return (output.Result, error.Result);
    }
}
