using BitKernelGen.Calibration.Records;
using BitKernelGen.Profiles;

namespace BitKernelGen.Tool.Reports;

/// <summary>All that is known of a profile: what it says, what the generator makes of it, and what its calibration record holds.</summary>
internal static class ProfileReport
{
    /// <summary>Puts it together.</summary>
    /// <param name="network">The profile's meaning.</param>
    /// <param name="info">The generated model's account of itself.</param>
    /// <param name="record">The calibration record; null where there is none.</param>
    public static Report Of(Network network, ModelInfo info, CalibrationRecord? record) => new()
    {
        Model = info.Name,
        Layers = [.. LayerReport.Of(info).Select((layer, index) => Complete(layer, network, index, record))],
        Rate = RateReport.Of(network, record?.RateAsked),
        Bytes = BytesReport.Of(info),
        Accuracy = record?.Check is { } check ? Of(check) : null,
    };

    /// <summary>
    /// The measured code of a tensor, unless the profile was edited since: then it has another one, of which nothing was measured.
    /// </summary>
    public static CodeRecord? Measured(CodeRecord? measured, CodeSpec? written) =>
        measured is not null && written is not null
        && measured.Bits == written.Bits
        && (float)measured.Step == written.Step
        && measured.Zero == written.Zero
        && measured.Coefficients.SequenceEqual(CoefficientsOf(written))
            ? measured
            : null;

    private static IEnumerable<double> CoefficientsOf(CodeSpec code) =>
        code.Coefficients.Count > 0 ? code.Coefficients : Enumerable.Range(1, code.Bits).Select(i => (double)(1 << (code.Bits - i)));

    private static LayerReport Complete(LayerReport report, Network network, int index, CalibrationRecord? record)
    {
        Layer layer = network.Layers[index];
        LayerRecord? known = record?.Layer(layer.Spec.Name);
        LayerSpec coded = CodedBy(network, layer).Spec;
        CodeRecord? code = Measured(record?.Tensor(coded.Name)?.Code, coded.Code);
        return report with
        {
            Distortion = code?.Distortion,
            PsnrDb = code?.PsnrDb,
            WeightBytes = WeightBytes(network, layer),
            WeightSqnrDb = known?.WeightSqnrDb,
            SqnrDb = known?.SqnrDb,
        };
    }

    /// <summary>The layer whose code a layer's output has: itself, or the one whose levels it moves.</summary>
    private static Layer CodedBy(Network network, Layer layer)
    {
        while (layer.Spec.Code is null && network.Tensors[layer.Output].Code is not null && layer.Inputs[0] > 0)
            layer = network.Layers[layer.Inputs[0] - 1];
        return layer;
    }

    private static long? WeightBytes(Network network, Layer layer)
    {
        if (layer.Spec.Weight is not { } weight)
            return null;
        long outputs = network.Tensors[layer.Output].Channels;
        long inputs = InputsOf(network, layer);
        return outputs * ((((inputs * weight.Bits) + 7) / 8) + (2 * sizeof(float)));
    }

    private static long InputsOf(Network network, Layer layer) =>
        (long)layer.Window.KernelHeight * layer.Window.KernelWidth
        * (layer.Spec.Op == LayerOp.Depthwise ? 1 : network.Tensors[layer.Inputs[0]].Channels);

    private static AccuracyReport Of(CheckRecord check) => new()
    {
        Top1 = check.Top1,
        Top5 = check.Top5,
        Agreement = check.Agreement,
        SqnrDb = check.SqnrDb,
        FloatTop1 = check.FloatTop1,
        Samples = check.Samples,
    };
}
