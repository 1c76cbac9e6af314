using System.Diagnostics;
using System.Runtime.InteropServices;
using BitKernelGen.Execution;

namespace BitKernelGen.Generator.Tests;

/// <summary>
/// The differential test in processes whose machine has less, and on memory between pages that nobody may touch. Each child says what it runs; one that runs anything but what it
/// should fails, for a switch without effect would test nothing.
/// </summary>
[Collection(CompiledNetworksCollection.Name)]
public class InstructionSetTests(CompiledNetworks compiled)
{
    private static readonly string[] InstructionSets = ["AVX-512", "AVX2", "SSE4.1", "Vector128", "scalar"];

    // EnableAVX512F is the older name of EnableAVX512.
    [SkippableTheory]
    [InlineData("AVX-512")]
    [InlineData("AVX2", "EnableAVX512", "EnableAVX512F")]
    [InlineData("SSE4.1", "EnableAVX2")]
    [InlineData("Vector128", "EnableSSE42")]
    [InlineData("scalar", "EnableHWIntrinsic")]
    public void GeneratedCodeEqualsTheReference(string instructionSet, params string[] switchedOff)
    {
        Skip.If(
            Array.IndexOf(InstructionSets, Machine.InstructionSet) > Array.IndexOf(InstructionSets, instructionSet),
            $"This machine has {Machine.InstructionSet}, not {instructionSet}.");
        _ = compiled.Compiled;
        var start = new ProcessStartInfo(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in (string[])[typeof(Program).Assembly.Location, "0", $"{CompiledNetworks.Count}", compiled.Assembly, instructionSet])
            start.ArgumentList.Add(argument);
        foreach (string name in switchedOff)
            start.Environment[$"DOTNET_{name}"] = "0";

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        Assert.True(process.ExitCode == 0, output + errors.Result);
        Assert.Contains($"on {instructionSet}, 0 mismatches", output);
    }
}
