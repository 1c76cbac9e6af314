using System.Diagnostics;
using System.Runtime.InteropServices;
using BitKernelGen.Execution;

namespace BitKernelGen.Generator.Tests;

/// <summary>A .NET program in a process of its own, from which instruction sets may be taken away.</summary>
internal static class MachineProcess
{
    private static readonly string[] FromBestToWorst = ["AVX-512", "AVX2", "SSE4.1", "Vector128", "scalar"];

    /// <summary>Instruction sets of x64, each with the runtime's switches that leave it as the best. 
    /// EnableAVX512F is the older name of EnableAVX512; EnableAVX512v2 is VBMI.</summary>
    public static TheoryData<string, string[]> InstructionSets => new()
    {
        { "AVX-512", [] },
        { "AVX-512", ["EnableAVX512v2"] },
        { "AVX2", ["EnableAVX512", "EnableAVX512F"] },
        { "SSE4.1", ["EnableAVX2"] },
        { "Vector128", ["EnableSSE42"] },
        { "scalar", ["EnableHWIntrinsic"] },
    };

    /// <summary>Skips a test of an instruction set that this machine does not have.</summary>
    public static void SkipWithout(string instructionSet) => Skip.If(
        Array.IndexOf(FromBestToWorst, Machine.InstructionSet) > Array.IndexOf(FromBestToWorst, instructionSet),
        $"This machine has {Machine.InstructionSet}, not {instructionSet}.");

    /// <summary>Runs a program to its end; any exit code but 0 fails with all that was written.</summary>
    /// <param name="assembly">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="switchedOff">Switches of the runtime that are set to 0.</param>
    /// <param name="environment">Further variables.</param>
    /// <returns>Standard output.</returns>
    public static string Run(
        string assembly, IEnumerable<string> arguments, IEnumerable<string> switchedOff, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"), [assembly, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string name in switchedOff)
            start.Environment[$"DOTNET_{name}"] = "0";
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        Assert.True(process.ExitCode == 0, output + errors.Result);
        return output;
    }
}
