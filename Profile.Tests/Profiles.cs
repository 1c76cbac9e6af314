namespace BitKernelGen.Profiles.Tests;

/// <summary>Small profiles to vary.</summary>
internal static class Profiles
{
    public static CodeSpec Code(int bits = 4, float step = 0.1f, int zero = 0, params double[] coefficients) =>
        new() { Bits = bits, Step = step, Zero = zero, Coefficients = new(coefficients) };

    public static BitProfile Of(int[] shape, params LayerSpec[] layers) => new()
    {
        Name = "Test",
        Weights = new WeightsReference("Test.safetensors", new string('0', 64)),
        Input = new InputSpec { Shape = new(shape), Code = Code(8) },
        Layers = new(layers),
        Output = new OutputSpec(layers.LastOrDefault()?.Name ?? "", default),
    };

    public static LayerSpec Layer(string name, LayerOp op, params string[] inputs) => new() { Name = name, Op = op, Inputs = new(inputs) };

    public static LayerSpec Conv(string name, string input, int channels = 5, int kernel = 3) => Layer(name, LayerOp.Conv, input) with
    {
        Kernel = new(kernel, kernel),
        Channels = channels,
        Weight = new WeightSpec(4),
        Code = Code(),
    };

    public static LayerSpec Depthwise(string name, string input, int kernel = 3) =>
        Conv(name, input, 0, kernel) with { Op = LayerOp.Depthwise };

    public static LayerSpec Dense(string name, string input, int channels = 10) =>
        Conv(name, input, channels) with { Op = LayerOp.Dense, Kernel = default };

    public static LayerSpec Pool(string name, string input, LayerOp op = LayerOp.MaxPool, int kernel = 2, int stride = 2) =>
        Layer(name, op, input) with { Kernel = new(kernel, kernel), Stride = new(stride, stride) };

    /// <summary>Resolves what must be right, warnings allowed.</summary>
    public static Network Network(BitProfile profile)
    {
        Resolution resolution = NetworkResolver.Resolve(profile);
        Assert.True(resolution.Network is not null, string.Join("; ", resolution.Issues));
        return resolution.Network!;
    }

    /// <summary>Resolves what must give exactly these issues, each "id layer key" with ":element" where there is one.</summary>
    public static Resolution Expect(BitProfile profile, params string[] issues)
    {
        Resolution resolution = NetworkResolver.Resolve(profile);
        Assert.Equal(issues, resolution.Issues.Select(issue => $"{issue.Id} {issue.Layer} {issue.Key}{(issue.Element < 0 ? "" : $":{issue.Element}")}"));
        Assert.Equal(resolution.Issues.Any(issue => issue.Level == DiagnosticLevel.Error), resolution.Network is null);
        return resolution;
    }
}
