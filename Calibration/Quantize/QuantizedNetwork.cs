using BitKernelGen.Calibration.Allocation;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>A quantized network, ready to be written.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="Weights">The weights file.</param>
/// <param name="Report">What quantization did to each layer.</param>
/// <param name="Rate">Bits of its codes on average.</param>
public sealed record QuantizedNetwork(BitProfile Profile, byte[] Weights, IReadOnlyList<LayerReport> Report, CodeRate Rate)
{
    /// <summary>The tensors that have codes, in the order of layers, the input first: how their values are spread and what each number of bits costs.</summary>
    public IReadOnlyList<TensorReport> Tensors { get; init; } = [];

    /// <summary>Where finished layers were kept.</summary>
    internal Checkpoints? Checkpoints { get; init; }

    /// <summary>Removes what was kept in <see cref="QuantizeOptions.WorkFolder"/> for going on after a kill: the network is safe.</summary>
    public void DeleteCheckpoints() => Checkpoints?.Delete();

    /// <summary>
    /// Writes <c>Name.bitprofile</c> and <c>Name.safetensors</c>. Both are written aside and then moved, so that files that are
    /// there stay whole until the new ones are.
    /// </summary>
    /// <param name="folder">Where to; made if it is not there.</param>
    /// <returns>The profile's path.</returns>
    public string Save(string folder)
    {
        Directory.CreateDirectory(folder);
        string profile = Path.Combine(folder, $"{Profile.Name}.bitprofile");
        string weights = Path.Combine(folder, Profile.Weights.File);
        string suffix = $".{Guid.NewGuid():N}.tmp";
        try
        {
            File.WriteAllBytes(weights + suffix, Weights);
            File.WriteAllText(profile + suffix, ProfileWriter.Write(Profile));
            // The weights first: a profile whose weights are older is refused by their hash.
            File.Move(weights + suffix, weights, overwrite: true);
            File.Move(profile + suffix, profile, overwrite: true);
        }
        finally
        {
            File.Delete(weights + suffix);
            File.Delete(profile + suffix);
        }

        return profile;
    }
}
