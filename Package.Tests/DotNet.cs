using System.Diagnostics;
using System.Runtime.InteropServices;

namespace BitKernelGen.Package.Tests;

/// <summary>Programs started as a developer would start them: in a folder, with an environment of their own.</summary>
internal static class DotNet
{
    /// <summary>The command <c>dotnet</c> of the SDK that runs this test.</summary>
    public static string Path { get; } = System.IO.Path.GetFullPath(System.IO.Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));

    /// <summary>Runs to the end; any exit code but 0 fails with all that was written.</summary>
    /// <returns>Standard output.</returns>
    public static string Run(string program, string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        (int exitCode, string output, string error) = TryRun(program, folder, environment, arguments);
        Assert.True(exitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {exitCode}\n{output}\n{error}");
        return output;
    }

    /// <summary>Runs to the end.</summary>
    public static (int ExitCode, string Output, string Error) TryRun(
        string program, string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // The test host's own settings are none of the consumer's, and no build node outlives the test.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(name);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["DOTNET_ROOT"] = System.IO.Path.GetDirectoryName(Path);
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;

        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
