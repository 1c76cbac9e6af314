using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using BitKernelGen.Profiles;

namespace BitKernelGen.Bench.Speed;

/// <summary>
/// A convolution in float32 by AVX2's fused multiply-adds: 6 pixels by 16 outputs in 12 registers, two products of 8 a cycle, which is
/// the processor's limit. Rows, channels and outputs lie as in the generated kernels; the values are random.
/// </summary>
internal sealed unsafe class FloatConvolution : IDisposable
{
    private const int Pixels = 6, Lanes = 8, PanelOutputs = 2 * Lanes;

    private readonly int _outputs, _kernelRows, _run, _rowPitch;
    private readonly int[] _offsets;
    private readonly float* _weights, _bias;

    /// <summary>A layer's convolution; dense is one over the whole input.</summary>
    public FloatConvolution(Network network, Layer layer)
    {
        if (layer.Spec.Op is not (LayerOp.Conv or LayerOp.Dense) || layer.IsGathered)
            throw new NotSupportedException($"Layer '{layer.Spec.Name}' is not a plain convolution.");
        Tensor input = network.Tensors[layer.Inputs[0]], output = network.Tensors[layer.Output];
        Window window = layer.Window;
        _outputs = (output.Channels + PanelOutputs - 1) / PanelOutputs * PanelOutputs;
        _kernelRows = window.KernelHeight;
        _run = window.KernelWidth * input.Channels;
        _rowPitch = (input.Width + window.PadLeft + window.PadRight) * input.Channels;
        InputLength = (input.Height + window.PadTop + window.PadBottom) * _rowPitch;
        OutputLength = output.Height * output.Width * _outputs;
        _offsets =
        [
            .. from y in Enumerable.Range(0, output.Height)
               from x in Enumerable.Range(0, output.Width)
               select (y * window.StrideHeight * _rowPitch) + (x * window.StrideWidth * input.Channels),
        ];
        _weights = Allocate(_outputs * _kernelRows * _run);
        _bias = Allocate(_outputs);
    }

    /// <summary>Elements of the padded input.</summary>
    public int InputLength { get; }

    /// <summary>Elements of the output, its channels rounded up to panels.</summary>
    public int OutputLength { get; }

    /// <summary>Memory for random numbers, which must be freed by <see cref="NativeMemory.AlignedFree"/>.</summary>
    public static float* Allocate(int length)
    {
        var values = (float*)NativeMemory.AlignedAlloc((nuint)length * sizeof(float), 64);
        var random = new Random(length);
        for (int i = 0; i < length; i++)
            values[i] = random.NextSingle() - 0.5f;
        return values;
    }

    /// <summary>Computes all outputs, with bias and relu.</summary>
    public void Run(float* input, float* output)
    {
        int panelWeights = _kernelRows * _run * PanelOutputs;
        for (int output0 = 0; output0 < _outputs; output0 += PanelOutputs)
        {
            float* weights = _weights + (output0 / PanelOutputs * panelWeights);
            if (_offsets.Length < Pixels)
            {
                for (int pixel = 0; pixel < _offsets.Length; pixel++)
                    One(input + _offsets[pixel], weights, _bias + output0, output + (pixel * _outputs) + output0);
                continue;
            }

            // The last block overlaps the one before it.
            for (int pixel = 0; pixel < _offsets.Length; pixel += Pixels)
            {
                int first = Math.Min(pixel, _offsets.Length - Pixels);
                Block(input, weights, first, _bias + output0, output + (first * _outputs) + output0);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_weights);
        NativeMemory.AlignedFree(_bias);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Block(float* input, float* weights, int first, float* bias, float* output)
    {
        Vector256<float> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default;
        Vector256<float> d0 = default, d1 = default, e0 = default, e1 = default, f0 = default, f1 = default;
        ref int offset = ref _offsets[first];
        for (int row = 0; row < _kernelRows; row++)
        {
            float* from = input + (row * _rowPitch), a = from + offset, b = from + Unsafe.Add(ref offset, 1), c = from + Unsafe.Add(ref offset, 2);
            float* d = from + Unsafe.Add(ref offset, 3), e = from + Unsafe.Add(ref offset, 4), f = from + Unsafe.Add(ref offset, 5);
            for (int i = 0; i < _run; i++, weights += PanelOutputs)
            {
                Vector256<float> w0 = Vector256.Load(weights), w1 = Vector256.Load(weights + Lanes);
                Vector256<float> x = Vector256.Create(a[i]);
                a0 = Fma.MultiplyAdd(x, w0, a0);
                a1 = Fma.MultiplyAdd(x, w1, a1);
                x = Vector256.Create(b[i]);
                b0 = Fma.MultiplyAdd(x, w0, b0);
                b1 = Fma.MultiplyAdd(x, w1, b1);
                x = Vector256.Create(c[i]);
                c0 = Fma.MultiplyAdd(x, w0, c0);
                c1 = Fma.MultiplyAdd(x, w1, c1);
                x = Vector256.Create(d[i]);
                d0 = Fma.MultiplyAdd(x, w0, d0);
                d1 = Fma.MultiplyAdd(x, w1, d1);
                x = Vector256.Create(e[i]);
                e0 = Fma.MultiplyAdd(x, w0, e0);
                e1 = Fma.MultiplyAdd(x, w1, e1);
                x = Vector256.Create(f[i]);
                f0 = Fma.MultiplyAdd(x, w0, f0);
                f1 = Fma.MultiplyAdd(x, w1, f1);
            }
        }

        Finish(a0, a1, bias, output);
        Finish(b0, b1, bias, output + _outputs);
        Finish(c0, c1, bias, output + (2 * _outputs));
        Finish(d0, d1, bias, output + (3 * _outputs));
        Finish(e0, e1, bias, output + (4 * _outputs));
        Finish(f0, f1, bias, output + (5 * _outputs));
    }

    /// <summary>A pixel of its own, as dense has: four sums at a time, so that additions need not wait for each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void One(float* input, float* weights, float* bias, float* output)
    {
        Vector256<float> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
        for (int row = 0; row < _kernelRows; row++, input += _rowPitch)
        {
            int i = 0;
            for (; i <= _run - 4; i += 4, weights += 4 * PanelOutputs)
            {
                a0 = Fma.MultiplyAdd(Vector256.Create(input[i]), Vector256.Load(weights), a0);
                a1 = Fma.MultiplyAdd(Vector256.Create(input[i]), Vector256.Load(weights + Lanes), a1);
                b0 = Fma.MultiplyAdd(Vector256.Create(input[i + 1]), Vector256.Load(weights + PanelOutputs), b0);
                b1 = Fma.MultiplyAdd(Vector256.Create(input[i + 1]), Vector256.Load(weights + PanelOutputs + Lanes), b1);
                c0 = Fma.MultiplyAdd(Vector256.Create(input[i + 2]), Vector256.Load(weights + (2 * PanelOutputs)), c0);
                c1 = Fma.MultiplyAdd(Vector256.Create(input[i + 2]), Vector256.Load(weights + (2 * PanelOutputs) + Lanes), c1);
                d0 = Fma.MultiplyAdd(Vector256.Create(input[i + 3]), Vector256.Load(weights + (3 * PanelOutputs)), d0);
                d1 = Fma.MultiplyAdd(Vector256.Create(input[i + 3]), Vector256.Load(weights + (3 * PanelOutputs) + Lanes), d1);
            }

            for (; i < _run; i++, weights += PanelOutputs)
            {
                a0 = Fma.MultiplyAdd(Vector256.Create(input[i]), Vector256.Load(weights), a0);
                a1 = Fma.MultiplyAdd(Vector256.Create(input[i]), Vector256.Load(weights + Lanes), a1);
            }
        }

        Finish(a0 + b0 + c0 + d0, a1 + b1 + c1 + d1, bias, output);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(Vector256<float> sum0, Vector256<float> sum1, float* bias, float* output)
    {
        Vector256.Max(sum0 + Vector256.Load(bias), default).Store(output);
        Vector256.Max(sum1 + Vector256.Load(bias + Lanes), default).Store(output + Lanes);
    }
}
