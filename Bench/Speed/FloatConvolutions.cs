using System.Runtime.InteropServices;
using BitKernelGen.Profiles;

namespace BitKernelGen.Bench.Speed;

/// <summary>
/// All convolutions and dense layers of a network in float32 on AVX2, one after the other between two buffers. What is not a product,
/// as pooling, sums of branches and padding, is left out, in its favour.
/// </summary>
internal sealed unsafe class FloatConvolutions : IDisposable
{
    private readonly FloatConvolution[] _layers;
    private readonly float* _even, _odd;

    public FloatConvolutions(Network network)
    {
        _layers = [.. network.Layers.Where(layer => layer.Macs > 0).Select(layer => new FloatConvolution(network, layer))];
        int length = _layers.Max(layer => Math.Max(layer.InputLength, layer.OutputLength));
        _even = FloatConvolution.Allocate(length);
        _odd = FloatConvolution.Allocate(length);
    }

    public void Run()
    {
        for (int i = 0; i < _layers.Length; i++)
            _layers[i].Run(i % 2 == 0 ? _even : _odd, i % 2 == 0 ? _odd : _even);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_layers, layer => layer.Dispose());
        NativeMemory.AlignedFree(_even);
        NativeMemory.AlignedFree(_odd);
    }
}
