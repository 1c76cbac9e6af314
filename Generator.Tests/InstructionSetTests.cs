namespace BitKernelGen.Generator.Tests;

/// <summary>
/// The differential test in processes whose machine has less, and on memory between pages that nobody may touch. Each child says what it runs; one that runs anything but what it
/// should fails, for a switch without effect would test nothing.
/// </summary>
[Collection(CompiledNetworksCollection.Name)]
public class InstructionSetTests(CompiledNetworks compiled)
{
    [SkippableTheory]
    [MemberData(nameof(MachineProcess.InstructionSets), MemberType = typeof(MachineProcess))]
    public void GeneratedCodeEqualsTheReference(string instructionSet, string[] switchedOff)
    {
        MachineProcess.SkipWithout(instructionSet);
        _ = compiled.Compiled;

        string output = MachineProcess.Run(
            typeof(Program).Assembly.Location, ["0", $"{CompiledNetworks.Count}", compiled.Assembly, instructionSet], switchedOff);

        Assert.Contains($"on {instructionSet}, 0 mismatches", output);
    }
}
