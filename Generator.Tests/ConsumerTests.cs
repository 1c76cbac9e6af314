using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using BitKernelGen.Calibration.Reference;
using BitKernelGen.Calibration.Weights;
using BitKernelGen.Profiles;

namespace BitKernelGen.Generator.Tests;

/// <summary>A project of somebody else's, outside the repository: it references what was built, adds a profile, builds and runs.</summary>
public sealed class ConsumerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bitkernelgen-consumer-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void AProfileBecomesAClass()
    {
        byte[] weights = Weights();
        string profile = Profile(weights);
        Write(profile, weights);

        (int exitCode, string output) = DotNet("run");

        float[] expected = new ReferenceExecutor(ProfileReader.Read(profile).Network!, SafeTensors.Read(weights)).Run([0.5f, -1, 2, 0.25f]);
        Assert.True(exitCode == 0, output);
        Assert.Contains(string.Join(' ', expected.Select(value => BitConverter.SingleToInt32Bits(value))), output);
    }

    [Fact]
    public void AnErrorInTheProfileIsABuildErrorAtItsPlace()
    {
        byte[] weights = Weights();
        Write(Profile(weights).Replace("channels = 3", "chanels = 3"), weights);

        (int exitCode, string output) = DotNet("build");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("Tiny.bitprofile(16,1): error BKG002", output);
    }

    [Fact]
    public void ForeignWeightsAreRefusedWhenTheyAreLoaded()
    {
        Write(Profile(Weights()), Weights(scale: 0.02f));

        (int exitCode, string output) = DotNet("run");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("WeightsException", output);
        Assert.Contains("SHA-256", output);
    }

    private static byte[] Weights(float scale = 0.01f)
    {
        var writer = new SafeTensorsWriter();
        writer.Add("dense", new LayerWeights(4, [1, -2, 3, -4, 5, -6, 7, -7, 0, 1, 2, 3], [scale, scale, scale], [0.1f, 0, -0.1f]));
        return writer.ToArray();
    }

    private static string Profile(byte[] weights) => ProfileDriver.Profile(
            """
            [[layer]]
            name = "dense"
            op = "dense"
            input = ["input"]
            channels = 3
            weight = { bits = 4 }
            """,
            "dense",
            "shape = [4]\ncode = { bits = 8, step = 0.02, zero = 128 }")
        .Replace(new string('0', 64), Convert.ToHexStringLower(SHA256.HashData(weights)));

    private void Write(string profile, byte[] weights)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "Models"));
        File.WriteAllText(Path.Combine(_folder, "Models", "Tiny.bitprofile"), profile);
        File.WriteAllBytes(Path.Combine(_folder, "Models", "Tiny.safetensors"), weights);
        File.WriteAllText(
            Path.Combine(_folder, "Program.cs"),
            """
            using var tiny = Acme.Tiny.Load();
            var scores = new float[Acme.Tiny.OutputLength];
            tiny.Run(new[] { 0.5f, -1f, 2f, 0.25f }, scores);
            System.Console.WriteLine(string.Join(' ', System.Array.ConvertAll(scores, System.BitConverter.SingleToInt32Bits)));
            """);
        string build = Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "Generator", "build");
        File.WriteAllText(
            Path.Combine(_folder, "Acme.csproj"),
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <Import Project="{build}/BitKernelGen.props" />
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <AnalysisLevel>latest-all</AnalysisLevel>
              </PropertyGroup>
              <ItemGroup>
                <Reference Include="{AppContext.BaseDirectory}BitKernelGen.Runtime.dll" />
                <Analyzer Include="{AppContext.BaseDirectory}BitKernelGen.Generator.dll" />
              </ItemGroup>
              <Import Project="{build}/BitKernelGen.targets" />
            </Project>
            """);
    }

    private (int ExitCode, string Output) DotNet(string verb)
    {
        var start = new ProcessStartInfo("dotnet", [verb, "--nologo"])
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // The test host's own settings are none of the consumer's.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(name);
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd() + error.Result;
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
