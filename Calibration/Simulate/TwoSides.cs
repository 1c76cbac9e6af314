namespace BitKernelGen.Calibration.Simulate;

/// <summary>A tensor of every sample twice: as the float network has it, and as the quantized one does.</summary>
/// <param name="Float">What the float network computes.</param>
/// <param name="ForProducts">What multiplications of the quantized network read; null where none does.</param>
/// <param name="ForSums">What its sums read.</param>
internal sealed record TwoSides(SampleTensor Float, SampleTensor? ForProducts, SampleTensor ForSums) : IDisposable
{
    /// <summary>Gives back the room of all sides.</summary>
    public void Dispose()
    {
        Float.Dispose();
        ForProducts?.Dispose();
        if (ForSums != ForProducts)
            ForSums.Dispose();
    }
}
