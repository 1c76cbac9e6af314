using BitKernelGen.Calibration.LinearAlgebra;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Simulate;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>Takes columns of a layer's input from calibration samples and gathers their moments.</summary>
internal static class LayerSamples
{
    // Every fourth sample judges what the others were fitted to.
    private const int HoldBackEvery = 4;
    private const int ChunkElements = 1 << 24;

    /// <summary>The moments of a layer: one for a convolution or dense layer, one for each channel of a depthwise one.</summary>
    /// <param name="layer">The float layer.</param>
    /// <param name="geometry">Its geometry.</param>
    /// <param name="floatInput">What the float layer reads.</param>
    /// <param name="quantizedInput">What the quantized layer reads.</param>
    /// <param name="mostColumns">Columns to take.</param>
    /// <param name="seed">Decides at which positions.</param>
    public static (Moments[] Seen, Moments[] HeldBack) Gather(
        FloatLayer layer, Geometry geometry, SampleTensor floatInput, SampleTensor quantizedInput, int mostColumns, int seed)
    {
        bool depthwise = layer.Spec.Op == LayerOp.Depthwise;
        int outputs = layer.Bias.Length, columns = geometry.Columns, samples = floatInput.Count;
        int groups = depthwise ? outputs : 1, inputs = columns / groups;
        Moments[] seen = [.. Enumerable.Range(0, groups).Select(_ => new Moments(inputs, outputs / groups))];
        Moments[] heldBack = [.. Enumerable.Range(0, groups).Select(_ => new Moments(inputs, outputs / groups))];
        int perSample = Math.Clamp(mostColumns / samples, 1, geometry.Positions);
        int chunk = Math.Clamp(ChunkElements / (perSample * columns), 1, samples);
        foreach (bool judging in (ReadOnlySpan<bool>)[false, true])
        {
            Moments[] moments = judging ? heldBack : seen;
            int[] chosen = [.. Enumerable.Range(0, samples).Where(sample => sample % HoldBackEvery == HoldBackEvery - 1 == judging)];
            foreach (int[] part in chosen.Chunk(chunk))
            {
                var windows = new float[part.Length * perSample * columns];
                var targets = new float[part.Length * perSample * outputs];
                Parallel.For(0, part.Length, index =>
                {
                    int sample = part[index];
                    int[] positions = Positions(geometry.Positions, perSample, new Random(SeedOf(seed, sample)));
                    Memory<float> target = targets.AsMemory(index * perSample * outputs, perSample * outputs);
                    Target(layer, geometry, floatInput.Load(sample), positions, target);
                    float[] input = quantizedInput.Load(sample);
                    for (int i = 0; i < perSample; i++)
                        geometry.CopyWindow(input, positions[i], windows.AsSpan(((index * perSample) + i) * columns, columns));
                });
                int rows = part.Length * perSample;
                for (int group = 0; group < groups; group++)
                {
                    moments[group].Add(
                        new MatrixView(windows.AsMemory(group), rows, inputs, columns, groups),
                        new MatrixView(targets.AsMemory(group), rows, outputs / groups, outputs, 1));
                }
            }
        }

        return (seen, heldBack);
    }

    private static int SeedOf(int seed, int sample) => unchecked((seed * 1_000_003) + (sample * 7919));

    /// <summary>Distinct positions, ascending.</summary>
    private static int[] Positions(int all, int count, Random random)
    {
        if (count == all)
            return [.. Enumerable.Range(0, all)];
        var chosen = new HashSet<int>();
        while (chosen.Count < count)
            chosen.Add(random.Next(all));
        return [.. chosen.Order()];
    }

    /// <summary>The float layer's sums, before its activation.</summary>
    private static void Target(FloatLayer layer, Geometry geometry, float[] input, int[] positions, Memory<float> target)
    {
        int outputs = layer.Bias.Length, columns = geometry.Columns;
        var windows = new float[positions.Length * columns];
        for (int i = 0; i < positions.Length; i++)
        {
            geometry.CopyWindow(input, positions[i], windows.AsSpan(i * columns, columns));
            layer.Bias.CopyTo(target.Span[(i * outputs)..]);
        }

        var windowsView = new MatrixView(windows, positions.Length, columns);
        if (layer.Spec.Op != LayerOp.Depthwise)
        {
            MatrixProduct.Accumulate(windowsView, new MatrixView(layer.Weights, outputs, columns).Transposed, target.Span);
            return;
        }

        int size = columns / outputs;
        for (int i = 0; i < positions.Length; i++)
        {
            for (int tap = 0; tap < size; tap++)
            {
                for (int channel = 0; channel < outputs; channel++)
                    target.Span[(i * outputs) + channel] += windows[(i * columns) + (tap * outputs) + channel] * layer.Weights[(channel * size) + tap];
            }
        }
    }
}
