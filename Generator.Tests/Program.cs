using BitKernelGen.Execution;
using BitKernelGen.TestNetworks;

namespace BitKernelGen.Generator.Tests;

/// <summary>
/// The differential test as a program, for processes with other instruction sets and for longer searches:
/// <c>FIRST-SEED COUNT [ASSEMBLY [INSTRUCTION-SET]]</c>. An assembly that exists is not compiled again.
/// </summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        if (args is [CompiledMethodsTests.Switch, var methods, var suffix, var instructionSet])
            return CompiledMethodsTests.Compile(methods, suffix, instructionSet);
        if (args is [ConformanceNetworks.Switch])
            return ConformanceNetworks.Write();

        string? assembly = args.ElementAtOrDefault(2), expected = args.ElementAtOrDefault(3);
        if (expected is not null && expected != Machine.InstructionSet)
        {
            Console.WriteLine($"This process should run {expected} and runs {Machine.InstructionSet}.");
            return 2;
        }

        TestNetwork[] networks = [.. DirectedNetworks.All, .. RandomNetwork.CreateMany(int.Parse(args[0]), int.Parse(args[1]))];
        CompiledModels compiled = File.Exists(assembly) ? CompiledModels.Open(assembly) : CompiledModels.Compile(networks, assembly);
        string[] mismatches =
        [
            .. Differential.Mismatches(networks, compiled),
            .. GuardedRun.Mismatches(networks, compiled),
            .. GuardedPacking.Mismatches(networks, compiled),
        ];
        foreach (string mismatch in mismatches)
            Console.WriteLine(mismatch);
        Console.WriteLine($"{networks.Length} networks on {Machine.InstructionSet}, {mismatches.Length} mismatches.");
        return mismatches.Length == 0 ? 0 : 1;
    }
}
