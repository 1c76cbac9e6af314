namespace BitKernelGen.Calibration.Quantize;

/// <summary>Which codes each tensor gets, and with how many bits the weights are stored.</summary>
/// <param name="Layers">For each layer of the network, in its order.</param>
public sealed record CodePlan(IReadOnlyList<LayerPlan> Layers);

/// <summary>What is planned for a layer.</summary>
/// <param name="CodeBits">Bits of the code that multiplications read; null where there is none of its own.</param>
/// <param name="SkipBits">Bits of the code that sums read; null where there is none of its own.</param>
/// <param name="WeightBits">Bits of the weights; null for a layer without.</param>
/// <param name="Inherits">Whether the output has its input's codes.</param>
public sealed record LayerPlan(int? CodeBits, int? SkipBits, int? WeightBits, bool Inherits);
