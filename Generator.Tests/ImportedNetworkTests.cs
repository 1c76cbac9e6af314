using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Tests.Onnx;
using BitKernelGen.TestNetworks;

namespace BitKernelGen.Generator.Tests;

/// <summary>Networks from ONNX to generated code: what runs has the bits of the reference executor.</summary>
public class ImportedNetworkTests
{
    [Fact]
    public void GeneratedCodeEqualsTheReference()
    {
        // Every other one with so few bits that sums stay in 16.
        TestNetwork[] networks = [.. SmallNetworks.All.Select((entry, i) => QuantizedNetworks.Quantize(
            entry.Key, OnnxImporter.Import(entry.Value()), samples: 8, bits: i % 2 == 0 ? 4 : 8, weightBits: i % 2 == 0 ? 3 : 8))];
        Assert.Empty(Differential.Mismatches(networks, CompiledModels.Compile(networks)));
    }
}
