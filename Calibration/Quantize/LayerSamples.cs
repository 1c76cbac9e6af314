using BitKernelGen.Calibration.LinearAlgebra;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Simulate;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>
/// Columns of a layer's quantized input, at random positions of the calibration samples, and what the float layer makes of its
/// own at the same positions. Columns are made anew for every pass, so that they are never in memory all at once.
/// </summary>
internal sealed class LayerSamples
{
    // Every fourth sample judges what the others were fitted to.
    private const int HoldBackEvery = 4;
    private const int ChunkElements = 1 << 24;

    private readonly FloatLayer _layer;
    private readonly Geometry _geometry;
    private readonly SampleTensor _input;
    private readonly OutputRange _range;
    private readonly int[][] _positions;
    private readonly float[][] _targets;
    private readonly float[][]? _addends;
    private readonly int _groups;

    /// <summary>Computes the float layer's sums at the positions taken.</summary>
    /// <param name="layer">The float layer.</param>
    /// <param name="geometry">Its geometry.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="addend">What is added to its output, if it has been computed: the sum is what shall come out right.</param>
    /// <param name="range">What the activation and the code leave of the sum.</param>
    /// <param name="mostColumns">Columns to take.</param>
    /// <param name="seed">Decides at which positions.</param>
    public LayerSamples(
        FloatLayer layer, Geometry geometry, TwoSides input, TwoSides? addend, OutputRange range, int mostColumns, int seed)
    {
        (_layer, _geometry, _input, _range) = (layer, geometry, input.ForProducts!, range);
        int samples = input.Float.Count, outputs = layer.Bias.Length;
        _groups = layer.Spec.Op == LayerOp.Depthwise ? outputs : 1;
        int perSample = Math.Clamp(mostColumns / samples, 1, geometry.Positions);
        _positions = new int[samples][];
        _targets = new float[samples][];
        _addends = addend is null ? null : new float[samples][];
        Parallel.For(0, samples, sample =>
        {
            int[] positions = _positions[sample] = Positions(geometry.Positions, perSample, new Random(SeedOf(seed, sample)));
            var windows = new float[perSample * geometry.Columns];
            CopyWindows(input.Float.Load(sample), positions, windows);
            float[] target = _targets[sample] = Products(windows, perSample, layer.Weights, layer.Bias);
            if (addend is null)
                return;
            AddAt(addend.Float.Load(sample), positions, target);
            AddAt(addend.ForSums.Load(sample), positions, _addends![sample] = new float[target.Length]);
        });
    }

    /// <summary>The moments: one for a convolution or dense layer, one for each channel of a depthwise one.</summary>
    public (Moments[] Seen, Moments[] HeldBack) Gather()
    {
        int inputs = _geometry.Columns / _groups, outputs = _layer.Bias.Length / _groups;
        Moments[] Create() => [.. Enumerable.Range(0, _groups).Select(_ => new Moments(inputs, outputs))];
        Moments[] seen = Create(), heldBack = Create();
        Pass(sample => Target(sample, null), (judging, group, columns, targets) => (judging ? heldBack : seen)[group].Add(columns, targets));
        return (seen, heldBack);
    }

    /// <summary>
    /// The same moments against other targets: where the float layer's sum and the one of given weights are on the same side of
    /// the range, their difference does not show, so that the latter is as good a target as any.
    /// </summary>
    public (Moments[] Seen, Moments[] HeldBack) Retarget(
        (Moments[] Seen, Moments[] HeldBack) moments, float[] weights, float[] bias)
    {
        Moments[] seen = Array.ConvertAll(moments.Seen, m => m.WithoutTargets()), heldBack = Array.ConvertAll(moments.HeldBack, m => m.WithoutTargets());
        Pass(
            sample => Target(sample, windows => Products(windows, _positions[sample].Length, weights, bias)),
            (judging, group, columns, targets) => (judging ? heldBack : seen)[group].AddTargets(columns, targets));
        return (seen, heldBack);
    }

    private delegate void Receive(bool judging, int group, MatrixView<float> columns, MatrixView<float> targets);

    private void Pass(Func<int, Func<float[], float[]>> target, Receive receive)
    {
        int columns = _geometry.Columns, outputs = _layer.Bias.Length, perSample = _positions[0].Length;
        int chunk = Math.Clamp(ChunkElements / (perSample * columns), 1, _positions.Length);
        foreach (bool judging in (ReadOnlySpan<bool>)[false, true])
        {
            int[] chosen = [.. Enumerable.Range(0, _positions.Length).Where(sample => sample % HoldBackEvery == HoldBackEvery - 1 == judging)];
            foreach (int[] part in chosen.Chunk(chunk))
            {
                var windows = new float[part.Length * perSample * columns];
                var targets = new float[part.Length * perSample * outputs];
                Parallel.For(0, part.Length, index =>
                {
                    int sample = part[index];
                    var own = new float[perSample * columns];
                    CopyWindows(_input.Load(sample), _positions[sample], own);
                    own.CopyTo(windows, index * own.Length);
                    target(sample)(own).CopyTo(targets, index * perSample * outputs);
                });
                int rows = part.Length * perSample;
                for (int group = 0; group < _groups; group++)
                {
                    receive(
                        judging,
                        group,
                        new MatrixView<float>(windows.AsMemory(group), rows, columns / _groups, columns, _groups),
                        new MatrixView<float>(targets.AsMemory(group), rows, outputs / _groups, outputs, 1));
                }
            }
        }
    }

    private Func<float[], float[]> Target(int sample, Func<float[], float[]>? products) => windows =>
    {
        float[] target = [.. _targets[sample]];
        float[]? addend = _addends?[sample], current = products?.Invoke(windows);
        for (int i = 0; i < target.Length; i++)
        {
            float added = addend is null ? 0 : addend[i];
            if (current is not null)
                target[i] = _range.Aim(target[i], current[i] + added);
            target[i] -= added;
        }

        return target;
    };

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

    private void CopyWindows(float[] input, int[] positions, float[] windows)
    {
        int columns = _geometry.Columns;
        for (int i = 0; i < positions.Length; i++)
            _geometry.CopyWindow(input, positions[i], windows.AsSpan(i * columns, columns));
    }

    private void AddAt(float[] values, int[] positions, float[] sums)
    {
        int outputs = _layer.Bias.Length;
        for (int i = 0; i < positions.Length; i++)
        {
            for (int o = 0; o < outputs; o++)
                sums[(i * outputs) + o] += values[(positions[i] * outputs) + o];
        }
    }

    /// <summary>The layer's sums on windows, [count, outputs].</summary>
    private float[] Products(float[] windows, int count, float[] weights, float[] bias)
    {
        int outputs = bias.Length, columns = _geometry.Columns, size = columns / _groups;
        var sums = new float[count * outputs];
        for (int i = 0; i < count; i++)
            bias.CopyTo(sums, i * outputs);
        if (_groups == 1)
        {
            MatrixProduct.Accumulate(
                new MatrixView<float>(windows, count, columns),
                new MatrixView<float>(weights, outputs, columns).Transposed,
                new MatrixView<float>(sums, count, outputs));
            return sums;
        }

        for (int i = 0; i < count; i++)
        {
            for (int tap = 0; tap < size; tap++)
            {
                for (int channel = 0; channel < outputs; channel++)
                    sums[(i * outputs) + channel] += windows[(i * columns) + (tap * outputs) + channel] * weights[(channel * size) + tap];
            }
        }

        return sums;
    }
}
