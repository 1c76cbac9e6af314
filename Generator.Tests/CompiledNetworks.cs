using BitKernelGen.TestNetworks;

namespace BitKernelGen.Generator.Tests;

/// <summary>The networks of the differential tests, compiled once for all test classes and for the processes that they start.</summary>
public sealed class CompiledNetworks : IDisposable
{
    /// <summary>How many random networks; <c>BITKERNELGEN_NETWORKS</c> asks for others.</summary>
    public static int Count { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("BITKERNELGEN_NETWORKS"), out int count) ? count : 48;

    private readonly string _folder = Directory.CreateTempSubdirectory("bitkernelgen-models-").FullName;
    private readonly Lazy<CompiledModels> _compiled;

    public CompiledNetworks()
    {
        Assembly = Path.Combine(_folder, "Models.dll");
        _compiled = new(() => CompiledModels.Compile(Networks, Assembly));
    }

    /// <summary>Where the compiled assembly is.</summary>
    public string Assembly { get; }

    internal TestNetwork[] Networks { get; } = [.. DirectedNetworks.All, .. RandomNetwork.CreateMany(0, Count)];

    internal CompiledModels Compiled => _compiled.Value;

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

[CollectionDefinition(Name)]
public class CompiledNetworksCollection : ICollectionFixture<CompiledNetworks>
{
    public const string Name = "compiled networks";
}
