using BitKernelGen.Calibration.Reference;
using BitKernelGen.Execution;
using BitKernelGen.Profiles;
using BitKernelGen.TestNetworks;

namespace BitKernelGen.Generator.Tests;

/// <summary>Generated code against the reference executor, bit for bit.</summary>
internal static class Differential
{
    private const int Margin = 32;
    private const float Untouched = -12345678f;
    private static readonly ParallelRunner[] Runners = [new(2), new(3)];

    /// <summary>Runs every network on inputs of many kinds; says of each where generated code and reference differ first.</summary>
    public static IEnumerable<string> Mismatches(IReadOnlyList<TestNetwork> networks, CompiledModels compiled) =>
        networks.Select(network => Mismatch(network, compiled)).OfType<string>();

    private static string? Mismatch(TestNetwork network, CompiledModels compiled)
    {
        IModel model;
        try
        {
            model = compiled.Load(network);
        }
        catch (Exception exception)
        {
            return $"{network.Profile.Name} does not load: {exception}\n{Describe(network.Network)}";
        }

        ReferenceExecutor reference = network.Reference;
        float[] buffer = [.. Enumerable.Repeat(Untouched, model.OutputLength + (2 * Margin))];
        Span<float> actual = buffer.AsSpan(Margin, model.OutputLength);
        foreach ((string kind, float[] input) in Inputs(network.Network))
        {
            model.Run(input, actual);
            float[] expected = reference.Run(input);
            if (Difference(expected, actual) is { } difference)
                return $"{network.Profile.Name} on {kind}: {difference}\n{Describe(network.Network)}";
            foreach (ParallelRunner runner in Runners)
            {
                actual.Fill(Untouched);
                ((IParallelModel)model).RunParallel(input, actual, runner);
                if (Difference(expected, actual) is { } parallel)
                    return $"{network.Profile.Name} on {kind} and {runner.Degree} threads: {parallel}\n{Describe(network.Network)}";
            }
        }

        if (buffer.AsSpan(0, Margin).ContainsAnyExcept(Untouched) || buffer.AsSpan(Margin + actual.Length).ContainsAnyExcept(Untouched))
            return $"{network.Profile.Name} writes beside its output.\n{Describe(network.Network)}";

        if (network.Profile.Input.Mean.Count > 0)
        {
            var pixels = new byte[model.InputLength];
            new Random(3).NextBytes(pixels);
            model.Run(pixels, actual);
            if (Difference(reference.Run(pixels), actual) is { } difference)
                return $"{network.Profile.Name} on bytes: {difference}\n{Describe(network.Network)}";
        }

        return null;
    }

    /// <summary>Where outputs differ in a bit, or null.</summary>
    public static string? Difference(float[] expected, ReadOnlySpan<float> actual)
    {
        int first = -1, count = 0;
        for (int i = expected.Length - 1; i >= 0; i--)
        {
            if (BitConverter.SingleToInt32Bits(expected[i]) == BitConverter.SingleToInt32Bits(actual[i]))
                continue;
            first = i;
            count++;
        }

        return count == 0 ? null : $"{count} of {expected.Length} outputs differ; [{first}] should be {expected[first]:R}, is {actual[first]:R}.";
    }

    private static IEnumerable<(string Kind, float[] Input)> Inputs(Network network)
    {
        Tensor tensor = network.Tensors[0];
        Code code = tensor.Code!;
        var random = new Random(1);
        float[] Each(Func<int, float> value) => [.. Enumerable.Range(0, tensor.Length).Select(value)];
        yield return ("uniform", Each(_ => code.Step * (float)((random.NextDouble() * (code.MaxLevel + 2)) - code.Zero - 1)));
        yield return ("half steps", Each(_ => code.Step * (random.Next((2 * code.MaxLevel) + 1) - (2 * code.Zero)) / 2));
        yield return ("lowest", Each(_ => float.NegativeInfinity));
        yield return ("highest", Each(_ => float.PositiveInfinity));
        yield return ("extremes", Each(_ => random.Next(2) == 0 ? -1e30f : 1e30f));
        yield return ("zeros", Each(i => i % 2 == 0 ? 0f : -0f));
    }

    /// <summary>A network as short as a report of a failure needs it.</summary>
    public static string Describe(Network network) => string.Join('\n', network.Layers.Select(layer =>
    {
        LayerSpec spec = layer.Spec;
        Tensor output = network.Tensors[layer.Output];
        return $"    {spec.Name} ({string.Join(", ", spec.Inputs)}) {layer.Window} w{spec.Weight?.Bits} {spec.Activation} steps {spec.Bounds?.Steps}" +
            $" -> {output.Height}x{output.Width}x{output.Channels} code {Describe(output.Code)} skip {Describe(output.Skip)}";
    }).Prepend($"    input {network.Tensors[0].Height}x{network.Tensors[0].Width}x{network.Tensors[0].Channels} code {Describe(network.Tensors[0].Code)}"));

    private static string Describe(Code? code) =>
        code is null ? "none" : $"[{string.Join(' ', code.Coefficients)}] zero {code.Zero} step {code.Step:R}";
}
