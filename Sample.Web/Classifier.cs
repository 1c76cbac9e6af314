using System.Diagnostics;
using System.Runtime.InteropServices.JavaScript;
using System.Runtime.Versioning;

namespace BitKernelGen.Sample;

/// <summary>What the page calls.</summary>
[SupportedOSPlatform("browser")]
internal static partial class Classifier
{
    private const int HeaderBytes = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(60);
    private static readonly Fashion Network = Fashion.Load();

    /// <summary>The class names, in the order of <see cref="Classify"/>'s probabilities.</summary>
    [JSExport]
    internal static string[] Labels() => [.. Fashion.Labels];

    /// <summary>The test images one after the other, 28 x 28 bytes each.</summary>
    [JSExport]
    internal static byte[] Images()
    {
        using Stream stream = typeof(Classifier).Assembly.GetManifestResourceStream("images.idx")!;
        var file = new byte[stream.Length];
        stream.ReadExactly(file);
        return file[HeaderBytes..];
    }

    /// <summary>The probability of each class, by softmax.</summary>
    /// <param name="pixels">28 x 28 bytes, 0 is black.</param>
    [JSExport]
    internal static double[] Classify(byte[] pixels)
    {
        Span<float> scores = stackalloc float[Fashion.OutputLength];
        Network.Run(pixels, scores);
        double most = double.NegativeInfinity;
        foreach (float score in scores)
            most = Math.Max(most, score);
        var probabilities = new double[scores.Length];
        double sum = 0;
        for (int i = 0; i < scores.Length; i++)
            sum += probabilities[i] = Math.Exp(scores[i] - most);
        for (int i = 0; i < scores.Length; i++)
            probabilities[i] /= sum;
        return probabilities;
    }

    /// <summary>Microseconds that an inference takes: the mean of as many as fit a few screen refreshes, since a browser's clock is coarse.</summary>
    /// <param name="pixels">28 x 28 bytes.</param>
    [JSExport]
    internal static double Measure(byte[] pixels)
    {
        Span<float> scores = stackalloc float[Fashion.OutputLength];
        int runs = 0;
        long start = Stopwatch.GetTimestamp();
        TimeSpan elapsed;
        do
        {
            for (int i = 0; i < 10; i++)
                Network.Run(pixels, scores);
            runs += 10;
            elapsed = Stopwatch.GetElapsedTime(start);
        }
        while (elapsed < Patience);
        return elapsed.TotalMicroseconds / runs;
    }

    /// <summary>What the kernels run on, and bytes: instruction set, weights, the same as float32.</summary>
    [JSExport]
    internal static string[] Facts() => [Fashion.Info.InstructionSet, $"{Fashion.Info.WeightBytes}", $"{Fashion.Info.FloatWeightBytes}"];

    /// <summary>A row for each layer: name, operation, output, bits of weights, bits of the code, multiply-adds, kernel.</summary>
    [JSExport]
    internal static string[] Layers() =>
    [
        .. Fashion.Info.Layers.Select(layer => string.Join(
            '\t', layer.Name, layer.Op, string.Join(" × ", layer.OutputShape), Bits(layer.WeightBits), Bits(Math.Max(layer.CodeBits, layer.SkipBits)),
            layer.Macs > 0 ? $"{layer.Macs}" : "", layer.Strategy)),
    ];

    private static string Bits(int bits) => bits > 0 ? $"{bits}" : "";
}
