using System.Text.Json;
using BitKernelGen.Calibration.Onnx.Proto;
using BitKernelGen.Calibration.Reference;
using BitKernelGen.Profiles;
using Google.Protobuf;

namespace BitKernelGen.Calibration.Export;

/// <summary>
/// Writes a network as an ONNX model of the same arithmetic in QuantizeLinear and DequantizeLinear: activations uint8 for each
/// tensor, weights int8 and biases int32 for each output channel. See <c>docs/export.md</c>.
/// </summary>
public static class OnnxExporter
{
    /// <summary>The first with all that is needed is 13; most runtimes that are in use know 17.</summary>
    private const int Opset = 17;
    private const int IrVersion = 8;

    /// <summary>Exports a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">Its weights file.</param>
    /// <param name="options">What is wanted.</param>
    /// <exception cref="ExportException">QuantizeLinear can't express a layer.</exception>
    /// <exception cref="WeightsException">The file is not what the network needs.</exception>
    public static OnnxExport Export(Network network, SafeTensors weights, ExportOptions? options = null)
    {
        options ??= new ExportOptions();
        BitProfile profile = network.Profile;
        var graph = new GraphBuilder(profile.Name);
        var tensors = new ExportedTensor[network.Tensors.Count];
        tensors[0] = InputNodes.Export(graph, network, options.RawInput);
        var floatBiases = new List<string>();
        foreach (Layer layer in network.Layers)
        {
            RequireActivation(layer);
            ExportedTensor[] inputs = [.. layer.Inputs.Select(input => tensors[input])];
            Tensor output = network.Tensors[layer.Output];
            if (layer.Spec.Weight is null)
            {
                tensors[layer.Output] = WithoutWeights(graph, layer, inputs, output);
                continue;
            }

            var constants = new Constants(graph, layer, ReferenceWeights.Read(network, layer, weights), inputs[0].Tensor, options.RoundBias);
            tensors[layer.Output] = ProductNodes.Export(graph, layer, constants, inputs[0], output);
            if (!constants.HasIntegerBias)
                floatBiases.Add(layer.Spec.Name);
        }

        AddOutput(graph, tensors[network.Output]);

        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "bitkernel",
            ProducerVersion = typeof(OnnxExporter).Assembly.GetName().Version?.ToString(3) ?? "0",
            Graph = graph.Graph,
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = Opset } },
        };
        model.MetadataProps.Add(Metadata(profile).Select(entry => new StringStringEntryProto { Key = entry.Key, Value = entry.Value }));
        return new OnnxExport(model.ToByteArray(), floatBiases);
    }

    private static ExportedTensor WithoutWeights(GraphBuilder graph, Layer layer, ExportedTensor[] inputs, Tensor output) => layer.Spec.Op switch
    {
        LayerOp.Add => LayerNodes.Add(graph, layer, inputs, output),
        LayerOp.Concat => LayerNodes.Concat(graph, inputs, output),
        LayerOp.MaxPool => LayerNodes.MaxPool(graph, layer, inputs[0], output),
        LayerOp.AvgPool or LayerOp.GlobalAvgPool => LayerNodes.Average(graph, layer, inputs[0], output),
        LayerOp.Flatten => LayerNodes.Flatten(graph, inputs[0], output),
        LayerOp.Subsample => LayerNodes.Subsample(graph, layer, inputs[0], output),
        LayerOp.PadChannels => LayerNodes.PadChannels(graph, layer, inputs[0], output),
        _ => throw new ExportException($"Layer '{layer.Spec.Name}': '{LayerRules.Text(layer.Spec.Op)}' can't be exported yet; end the network before it."),
    };

    /// <summary>Activations that have not been given an ONNX form of the same arithmetic.</summary>
    private static void RequireActivation(Layer layer)
    {
        if (layer.Spec.Activation is not (Activation.None or Activation.Relu or Activation.Relu6))
        {
            throw new ExportException(
                $"Layer '{layer.Spec.Name}': the activation '{LayerRules.Text(layer.Spec.Activation)}' can't be exported yet; relu and relu6 can.");
        }
    }

    private static void AddOutput(GraphBuilder graph, ExportedTensor tensor)
    {
        Tensor shape = tensor.Tensor;
        bool isVector = shape is { Height: 1, Width: 1 };
        string values = (isVector ? tensor.AsVector : tensor.AsImage).ForSums;
        graph.Output(values, "output", isVector ? [shape.Channels] : [shape.Channels, shape.Height, shape.Width]);
    }

    private static IEnumerable<KeyValuePair<string, string>> Metadata(BitProfile profile)
    {
        yield return new("name", profile.Name);
        yield return new("weights-sha256", profile.Weights.Sha256);
        if (profile.Input.Mean.Count > 0)
        {
            yield return new("input.scale", JsonSerializer.Serialize(profile.Input.Scale));
            yield return new("input.mean", JsonSerializer.Serialize(profile.Input.Mean.ToArray()));
            yield return new("input.std", JsonSerializer.Serialize(profile.Input.Std.ToArray()));
        }

        if (profile.Output.Labels.Count > 0)
            yield return new("labels", JsonSerializer.Serialize(profile.Output.Labels.ToArray()));
        foreach (ProvenanceEntry entry in profile.Provenance)
            yield return new($"provenance.{entry.Key}", entry.Value);
    }
}
