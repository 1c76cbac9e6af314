using System.IO;
using System.Linq;
using BitKernelGen.Generator.Diagnostics;
using BitKernelGen.Profiles;

namespace BitKernelGen.Generator;

/// <summary>What a file says, or what is wrong with it.</summary>
internal sealed record Reading(Model? Model, EquatableArray<LocatedDiagnostic> Diagnostics)
{
    public static Reading Of(ProfileFile file)
    {
        ProfileReading reading = ProfileReader.Read(file.Text);
        var diagnostics = new EquatableArray<LocatedDiagnostic>(
            reading.Diagnostics.Select(diagnostic => LocatedDiagnostic.Of(diagnostic, file.Path)).Concat(NoWeights(file, reading.Network)));
        Model? model = reading.Network is null ? null : new Model(file.Path, file.Namespace, file.HintName, file.Resource, file.IsParallel, WithoutProvenance(reading.Network));
        return new Reading(model, diagnostics);
    }

    private static LocatedDiagnostic[] NoWeights(ProfileFile file, Network? network) => network is null || !file.LacksWeights ? [] :
    [
        LocatedDiagnostic.AtTop(
            "BKG035",
            $"'{Path.GetFileNameWithoutExtension(file.Path)}.safetensors' is not beside the profile: no weights are embedded, and '{network.Profile.Name}' has no Load() without arguments",
            file.Path),
    ];

    /// <summary>Provenance is not meaning: an edit there must emit nothing again.</summary>
    private static Network WithoutProvenance(Network network) => network with { Profile = network.Profile with { Provenance = default } };
}

/// <summary>Everything that the sources depend on.</summary>
/// <param name="Path">The profile, for diagnostics about the project.</param>
/// <param name="Namespace">The namespace of the class.</param>
/// <param name="HintName">The start of the generated files' names.</param>
/// <param name="Resource">The manifest resource that holds the weights, or empty.</param>
/// <param name="IsParallel">Whether a run can be shared by several threads.</param>
/// <param name="Network">The resolved profile.</param>
internal sealed record Model(string Path, string Namespace, string HintName, string Resource, bool IsParallel, Network Network)
{
    /// <summary>The same, with files whose names differ from another's in more than upper and lower case, which the compiler takes for the same.</summary>
    public Model WithHash() => this with { HintName = $"{HintName}-{ProfileFile.Hash(HintName)}" };
}
