using BitKernelGen.Bench.Accuracy;

namespace BitKernelGen.Bench.Speed;

/// <summary>A network at some bits, to be timed.</summary>
/// <param name="Name">The network.</param>
/// <param name="Setting">Its bits, as W4A4.</param>
/// <param name="Model">The float model's file.</param>
/// <param name="Folder">Where its profile is, or comes to be.</param>
/// <param name="Quantize">Arguments that make the profile.</param>
internal sealed record SpeedNetwork(string Name, string Setting, string Model, string Folder, string[] Quantize)
{
    /// <summary>The profile, quantized where it is not there yet.</summary>
    public string Profile
    {
        get
        {
            string path = Path.Combine(Folder, "Model.bitprofile");
            if (!File.Exists(path))
                Verb.Run(["quantize", Model, .. Quantize, "--name", "Model", "-o", Folder, "--json"]);
            return path;
        }
    }

    /// <summary>The networks whose names begin with one of some words; without words, all. What names none is told on standard error.</summary>
    /// <param name="data">The folder above models/ and data/.</param>
    /// <param name="words">The words.</param>
    /// <returns>The networks, or null where a word names none.</returns>
    public static SpeedNetwork[]? Named(string data, IReadOnlyCollection<string> words)
    {
        SpeedNetwork[] networks = [.. All(data, Path.Combine(Environment.CurrentDirectory, "artifacts"))];
        bool Begins(SpeedNetwork network, string word) => network.Name.StartsWith(word, StringComparison.Ordinal);
        if (words.FirstOrDefault(word => !networks.Any(network => Begins(network, word))) is { } unknown)
        {
            Console.Error.WriteLine($"'{unknown}' begins none of {string.Join(", ", networks.Select(network => network.Name).Distinct())}.");
            return null;
        }

        return words.Count == 0 ? networks : [.. networks.Where(network => words.Any(word => Begins(network, word)))];
    }

    /// <summary>The networks of the table.</summary>
    /// <param name="data">The folder above models/ and data/.</param>
    /// <param name="artifacts">The folder for profiles: those of the accuracy table are taken where they are there.</param>
    private static IEnumerable<SpeedNetwork> All(string data, string artifacts)
    {
        string accuracy = Directory.CreateDirectory(Path.Combine(artifacts, "accuracy")).FullName;
        foreach (AccuracyNetwork network in AccuracyNetwork.All(data, accuracy))
        {
            foreach (string bits in new[] { "4", "8" })
            {
                yield return new SpeedNetwork(
                    network.Name, $"W{bits}A4", Path.Combine(data, "models", $"{network.Name}.onnx"),
                    Path.Combine(accuracy, network.Name, $"W{bits}A4", "exact"),
                    [
                        "--data", network.Calibration, "--samples", $"{network.Samples}", "--mean", network.Mean, "--std", network.Std,
                        "--weight-bits", bits, "--bits", "4",
                    ]);
            }
        }

        string speed = Directory.CreateDirectory(Path.Combine(artifacts, "speed")).FullName;
        yield return Synthetic(
            speed, "resnet20, 4 times as wide, random weights", "wide_resnet20", "W2A2", SyntheticModel.WideResNet20(4), SyntheticModel.Samples(8, 32, 32, 3));
        yield return Synthetic(speed, "dense 64-32-10, random weights", "dense", "W4A4", SyntheticModel.Dense(64, 32, 10), SyntheticModel.Samples(64, 64));
    }

    private static SpeedNetwork Synthetic(string folder, string name, string file, string setting, byte[] model, byte[] samples)
    {
        string path = Path.Combine(folder, $"{file}.onnx"), data = Path.Combine(folder, $"{file}.npy");
        File.WriteAllBytes(path, model);
        File.WriteAllBytes(data, samples);
        return new SpeedNetwork(
            name, setting, path, Path.Combine(folder, file),
            ["--data", $"npy:{data}", "--weight-bits", $"{setting[1]}", "--bits", $"{setting[3]}", "--method", "range"]);
    }
}
