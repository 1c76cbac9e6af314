namespace BitKernelGen;

/// <summary>What a generated model is made of, for logging and inspection.</summary>
/// <param name="Name">The profile's name.</param>
/// <param name="InputShape">Height, width, channels.</param>
/// <param name="OutputLength">Elements of the output.</param>
/// <param name="WeightBytes">Bytes of weights, scales and biases that a loaded model keeps resident.</param>
/// <param name="ArenaBytes">Bytes of a workspace: activations and scratch. One is kept for each concurrent caller.</param>
/// <param name="FloatWeightBytes">Bytes of the same weights and biases as float32.</param>
/// <param name="FloatArenaBytes">Bytes of the activations as float32, their buffers shared in the same way.</param>
/// <param name="InstructionSet">What the kernels of this process use, as <see cref="Execution.Machine.InstructionSet"/> names it.</param>
/// <param name="Layers">The layers in order.</param>
public sealed record ModelInfo(
    string Name,
    IReadOnlyList<int> InputShape,
    int OutputLength,
    long WeightBytes,
    long ArenaBytes,
    long FloatWeightBytes,
    long FloatArenaBytes,
    string InstructionSet,
    IReadOnlyList<LayerInfo> Layers)
{
    /// <summary>A name for each element of the output; empty where the profile has none.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>What the model takes and needs, in a line, and a table of its layers, for logs.</summary>
    public override string ToString() => ModelText.Of(this);
}

/// <summary>One layer of a model.</summary>
/// <param name="Name">Its name in the profile.</param>
/// <param name="Op">Its operation in the profile.</param>
/// <param name="OutputShape">Height, width, channels.</param>
/// <param name="Macs">Multiply-accumulates of the direct form.</param>
/// <param name="WeightBits">Bits of a weight; 0 without weights.</param>
/// <param name="CodeBits">Bits of the output's code; 0 for float32.</param>
/// <param name="SkipBits">Bits of the output's skip code; 0 where there is none.</param>
/// <param name="Coefficients">The output code's coefficients, most significant first; empty for float32.</param>
/// <param name="Strategy">The kernel strategy, on this machine's instruction set.</param>
/// <param name="Cycles">What the planner's cost model expects it to take on this machine's instruction set, in cycles of one core.</param>
/// <param name="WeightBytes">Bytes of weights, scales and biases that it keeps resident on this machine's instruction set.</param>
public sealed record LayerInfo(
    string Name,
    string Op,
    IReadOnlyList<int> OutputShape,
    long Macs,
    int WeightBits,
    int CodeBits,
    int SkipBits,
    IReadOnlyList<int> Coefficients,
    string Strategy,
    long Cycles = 0,
    long WeightBytes = 0)
{
    /// <summary>The layer in a line, for logs.</summary>
    public override string ToString() => string.Join("  ", ModelText.Row(this)).TrimEnd();
}
