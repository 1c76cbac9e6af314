extern alias generator;

using System.Runtime.Intrinsics;
using BitKernelGen.Packing;
using BitKernelGen.TestNetworks;
using generator::BitKernelGen.Generator.Planning;

namespace BitKernelGen.Generator.Tests;

/// <summary>
/// What is packed for each machine, written into memory that ends, and then begins, at a page that nobody may touch. Blocks have the
/// bytes that the plan says, and hold the same wherever they lie.
/// </summary>
internal static unsafe class GuardedPacking
{
    /// <summary>Packs every network for every machine; says what is not as it must be.</summary>
    public static IEnumerable<string> Mismatches(IReadOnlyList<TestNetwork> networks, CompiledModels compiled)
    {
        foreach (TestNetwork network in GuardedMemory.IsSupported ? networks : [])
        {
            MachinePacking packing = compiled.PackingOf(network.Profile.Name);
            Plan plan = TestPlans.Of(network);

            // Weights are transformed by vectors that machines without Winograd kernels would have to emulate.
            foreach (Isa machine in Isa.Machines.Where(machine => Vector256.IsHardwareAccelerated || machine.Bytes < Vector256<byte>.Count))
            {
                byte[] atEnd = Pack(network, packing, machine, isAtEnd: true), atStart = Pack(network, packing, machine, isAtEnd: false);
                if (atEnd.Length != plan.WeightBytes(machine))
                    yield return $"{network.Profile.Name} for {machine.Display}: {atEnd.Length} bytes are packed, {plan.WeightBytes(machine)} are planned.";
                if (!atEnd.AsSpan().SequenceEqual(atStart))
                    yield return $"{network.Profile.Name} for {machine.Display}: what is packed depends on where it lies.";
            }
        }
    }

    private static byte[] Pack(TestNetwork network, MachinePacking packing, Isa machine, bool isAtEnd)
    {
        var blocks = new List<GuardedMemory>();
        var memory = new PackedWeights(bytes =>
        {
            blocks.Add(new GuardedMemory(bytes, isAtEnd));
            return (nint)blocks[^1].Pointer;
        });
        packing.Pack(memory, SafeTensors.Read(network.Weights), machine);
        byte[] packed = [.. blocks.SelectMany(block => block.As<byte>().ToArray())];
        blocks.ForEach(block => block.Dispose());
        return packed;
    }
}
