extern alias generator;

using BitKernelGen.Profiles;
using BitKernelGen.TestNetworks;
using generator::BitKernelGen.Generator.Planning;

namespace BitKernelGen.Generator.Tests;

/// <summary>What the generator plans for networks made in code.</summary>
internal static class TestPlans
{
    public static Plan Of(TestNetwork network) =>
        Planner.Plan(generator::BitKernelGen.Profiles.ProfileReader.Read(ProfileWriter.Write(network.Profile)).Network!);

    /// <summary>What sums are written as.</summary>
    public static readonly Form[] OfSums = [Form.Code, Form.Skip, Form.Float];

    /// <summary>Whether a form of a sum is written over an operand.</summary>
    public static bool IsInPlace(this Step step, Form form) => step.Outputs.Any(output =>
        output.Form == form && (output.Offset == step.Residual?.Offset || (step.Kernel is AddKernel && output.Offset == step.Input.Offset)));
}
