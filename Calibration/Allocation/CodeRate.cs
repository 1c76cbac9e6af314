using BitKernelGen.Calibration.Onnx;

namespace BitKernelGen.Calibration.Allocation;

/// <summary>Bits of a code on average, every tensor weighted by its elements. The input's code does not count.</summary>
/// <param name="Codes">Of the codes that multiplications read: what a rate asks for.</param>
/// <param name="Skips">Of the codes that only sums read; null where there is none.</param>
public sealed record CodeRate(double Codes, double? Skips)
{
    /// <summary>The rate of layers' codes; 0 where none has one.</summary>
    /// <param name="layers">Layers with the bits of their own codes.</param>
    public static CodeRate Of(IEnumerable<(FloatLayer Layer, int? CodeBits, int? SkipBits)> layers)
    {
        var all = layers.ToArray();
        return new CodeRate(Average(all.Select(one => (one.Layer, one.CodeBits))) ?? 0, Average(all.Select(one => (one.Layer, one.SkipBits))));
    }

    /// <summary>Elements of a layer's output.</summary>
    internal static long Elements(FloatLayer layer) => (long)layer.Height * layer.Width * layer.Channels;

    private static double? Average(IEnumerable<(FloatLayer Layer, int? Bits)> codes)
    {
        long bits = 0, elements = 0;
        foreach ((FloatLayer layer, int? own) in codes.Where(code => code.Bits is not null))
        {
            elements += Elements(layer);
            bits += own!.Value * Elements(layer);
        }

        return elements == 0 ? null : (double)bits / elements;
    }
}
