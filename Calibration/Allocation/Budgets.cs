using BitKernelGen.Calibration.Onnx;

namespace BitKernelGen.Calibration.Allocation;

/// <summary>Resident bytes that a network may have. A level takes a byte whatever the bits of its code, so that weights decide.</summary>
/// <param name="Bytes">In all.</param>
/// <param name="Fixed">Of these for what no choice changes: the arena.</param>
/// <param name="LayerBytes">Bytes of a layer's weights, scales and biases at a number of bits.</param>
public sealed record ByteBudget(long Bytes, long Fixed, LayerBytes LayerBytes);

/// <summary>Predicted cycles that a run may take.</summary>
/// <param name="Cycles">In all.</param>
/// <param name="LayerCycles">Cycles of a layer.</param>
public sealed record TimeBudget(double Cycles, LayerCycles LayerCycles);

/// <summary>Predicts the resident bytes of a layer with weights.</summary>
/// <param name="layer">The layer.</param>
/// <param name="weightBits">1 to 8.</param>
public delegate long LayerBytes(FloatLayer layer, int weightBits);

/// <summary>Predicts the cycles of a layer.</summary>
/// <param name="layer">The layer.</param>
/// <param name="weightBits">1 to 8; 0 for a layer without weights.</param>
/// <param name="codeBits">Bits of the code that it multiplies, 1 to 8; 0 for a layer without weights.</param>
public delegate double LayerCycles(FloatLayer layer, int weightBits, int codeBits);

/// <summary>What a number of bits costs in accuracy, as allocation sees it.</summary>
public enum SensitivityMeasure
{
    /// <summary>How far the outputs move when only this tensor is coded, or only this layer's weights are rounded.</summary>
    Downstream,

    /// <summary>The paper's: the squared error over the squared range of the tensor itself, every tensor alike.</summary>
    Psnr,
}

/// <summary>A budget is below what the network takes with the fewest bits.</summary>
/// <param name="what">The budget, as in "a code rate of 0.5 bits".</param>
/// <param name="least">The least that is possible, with its unit.</param>
public sealed class BudgetException(string what, string least) : Exception($"{what} is not possible for this network; the least is {least}.");
