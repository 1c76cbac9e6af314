using BitKernelGen.Calibration.LinearAlgebra;

namespace BitKernelGen.Calibration.Simulate;

/// <summary>A convolution in groups: for each group a matrix product over its own channels.</summary>
internal static class GroupedProduct
{
    /// <summary>The sums, with bias.</summary>
    /// <param name="geometry">The layer's geometry.</param>
    /// <param name="input">A sample of what it reads.</param>
    /// <param name="weights">[outputs, rows, columns, channels of a group].</param>
    /// <param name="bias">[outputs].</param>
    /// <param name="groups">Groups.</param>
    public static float[] Run(Geometry geometry, float[] input, float[] weights, float[] bias, int groups)
    {
        int outputs = bias.Length / groups, columns = geometry.Columns / groups, positions = geometry.Positions;
        var window = new float[geometry.Columns];
        var rows = new float[groups][];
        for (int group = 0; group < groups; group++)
            rows[group] = new float[positions * columns];
        for (int position = 0; position < positions; position++)
        {
            geometry.CopyWindow(input, position, window);
            for (int group = 0; group < groups; group++)
                CopyGroup(window, geometry.Input.Channels, groups, group, rows[group].AsSpan(position * columns, columns));
        }

        var output = new float[positions * bias.Length];
        var sums = new float[positions * outputs];
        for (int group = 0; group < groups; group++)
        {
            for (int position = 0; position < positions; position++)
                bias.AsSpan(group * outputs, outputs).CopyTo(sums.AsSpan(position * outputs));
            Memory<float> own = weights.AsMemory(group * outputs * columns, outputs * columns);
            MatrixProduct.Accumulate(
                new MatrixView<float>(rows[group], positions, columns),
                new MatrixView<float>(own, outputs, columns).Transposed,
                new MatrixView<float>(sums, positions, outputs));
            for (int position = 0; position < positions; position++)
                sums.AsSpan(position * outputs, outputs).CopyTo(output.AsSpan((position * bias.Length) + (group * outputs)));
        }

        return output;
    }

    /// <summary>What a group sees of a window.</summary>
    public static void CopyGroup(ReadOnlySpan<float> window, int channels, int groups, int group, Span<float> target)
    {
        int own = channels / groups;
        for (int i = 0; i < target.Length / own; i++)
            window.Slice((i * channels) + (group * own), own).CopyTo(target[(i * own)..]);
    }
}
