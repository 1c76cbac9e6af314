using System.Runtime.CompilerServices;
using BitKernelGen.Calibration.Reference;
using BitKernelGen.Profiles;
using BitKernelGen.TestNetworks;

namespace BitKernelGen.Generator.Tests;

/// <summary>The networks of the program <c>Conformance</c>, as they lie in its folder.</summary>
internal static class ConformanceNetworks
{
    /// <summary>The first argument of a process that writes the networks anew, which makes others of them: for more coverage only.</summary>
    public const string Switch = "--write-conformance";

    /// <summary>Directed networks that others stand for: the program is compiled for every machine, and emulated on some.</summary>
    private static readonly string[] LeftOut =
        ["FloatResidual", "WinogradPackedLargest", "WinogradHalvesLeast", "ActivationTablesLargest", "LargeTableInput", "WeightTablesLargest", "WideWeightTablesLargest",
            "OneRow", "StridedTables", "NegativeLimit", "NegativeSlope"];

    /// <summary>What the reference executor says of each network.</summary>
    public static string GoldenFile => Path.Combine(Folder(), "golden.txt");

    /// <summary>All of them, by name.</summary>
    public static TestNetwork[] Read() =>
    [
        .. Directory.GetFiles(Path.Combine(Folder(), "Networks"), "*.bitprofile")
            .Append(Path.Combine(Folder(), "../Sample.Models/Models/Fashion.bitprofile"))
            .Select(path => new TestNetwork(
                ProfileReader.Read(File.ReadAllText(path)).Network!, File.ReadAllBytes(Path.ChangeExtension(path, ".safetensors"))))
            .OrderBy(network => network.Profile.Name, StringComparer.Ordinal),
    ];

    /// <summary>The fingerprint that every machine must have, by the reference executor.</summary>
    public static string Fingerprint(TestNetwork network)
    {
        ReferenceExecutor reference = network.Reference;
        return Conformance.Fingerprint.Of(
            network.Network.Tensors[0].Length,
            input => reference.Run(input),
            input => network.Profile.Input.Mean.Count > 0 ? reference.Run(input) : null);
    }

    public static int Write()
    {
        string folder = Path.Combine(Folder(), "Networks");
        foreach (string file in Directory.GetFiles(folder))
            File.Delete(file);
        TestNetwork[] networks =
        [
            .. DirectedNetworks.All.Where(network => !LeftOut.Contains(network.Profile.Name)),
            .. RandomNetwork.CreateMany(0, 40),
        ];
        foreach (TestNetwork network in networks)
        {
            File.WriteAllText(Path.Combine(folder, $"{network.Profile.Name}.bitprofile"), ProfileWriter.Write(network.Profile));
            File.WriteAllBytes(Path.Combine(folder, network.Profile.Weights.File), network.Weights);
        }

        string[] names = [.. networks.Select(network => network.Profile.Name).Append("Fashion").Order(StringComparer.Ordinal)];
        File.WriteAllText(
            Path.Combine(Folder(), "Networks.cs"),
            $$"""
            namespace BitKernelGen.Conformance;

            /// <summary>The networks, a generated class each: a list, since reflection would not survive trimming.</summary>
            internal static class Networks
            {
                public static IReadOnlyList<(string Name, Func<IModel> Load)> All { get; } =
                [
            {{string.Join('\n', names.Select(name => $"        (\"{name}\", {name}.Load),"))}}
                ];
            }

            """);
        return 0;
    }

    private static string Folder([CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "../Conformance");
}
