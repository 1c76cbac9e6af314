namespace BitKernelGen.Package.Tests;

/// <summary>
/// Two projects of somebody else's with one package between them, as strict as a project can be: a library with models, and a program
/// that refers to the library alone.
/// </summary>
[Collection(PackagesCollection.Name)]
public class ConsumerTests(Packages packages)
{
    /// <summary>A program with System.Numerics.Tensors: every way to hand over tensors gives the bits of spans.</summary>
    private const string Tensors =
        """
        using System;
        using System.Buffers;
        using System.Linq;
        using System.Numerics.Tensors;

        using (var own = Acme.Own.Load())
        {
            float[] first = [0.5f, -1, 2, 0.25f], second = [1, 2, 3, 4], expected = new float[3], other = new float[3], actual = new float[3];
            own.Run(first, expected);
            own.Run(second, other);
            void Check(string what, bool holds) => Console.WriteLine($"{what} {holds}");

            own.Run(new ReadOnlyTensorSpan<float>(first, [2, 2, 1]), new TensorSpan<float>(actual));
            Check("dense", actual.SequenceEqual(expected));

            float[] wide = [9, 0.5f, -1, 9, 9, 2, 0.25f, 9], apart = new float[6];
            own.Run(
                new ReadOnlyTensorSpan<float>(wide, [2, 4, 1]).Slice((ReadOnlySpan<NRange>)[NRange.All, 1..3, NRange.All]),
                new TensorSpan<float>(apart, [3, 2]).Slice((ReadOnlySpan<NRange>)[NRange.All, 1..2]));
            Check("sliced", apart.SequenceEqual([0, expected[0], 0, expected[1], 0, expected[2]]));

            var outputs = new float[6];
            own.Run(new ReadOnlyTensorSpan<float>([.. first, .. second], [2, 2, 2, 1]), new TensorSpan<float>(outputs, [2, 3]));
            Check("batch", outputs.SequenceEqual(expected.Concat(other)));

            byte[] pixels = [0, 50, 100, 255];
            own.Run(pixels, expected);
            own.Run(new ReadOnlyTensorSpan<byte>(pixels, [2, 2, 1]), new TensorSpan<float>(actual));
            Check("bytes", actual.SequenceEqual(expected));

            try
            {
                own.Run(new ReadOnlyTensorSpan<float>(first, [1, 2, 2]), new TensorSpan<float>(actual));
            }
            catch (ArgumentException refusal)
            {
                Check("wrong shape", refusal.Message.Contains("2 x 2 x 1", StringComparison.Ordinal));
            }
        }

        """;

    [Fact]
    public void ModelsOfALibraryAndOfAProgramThatUsesIt()
    {
        TinyModel first = new("Tiny", 0.01f), second = new("Tiny", 0.02f), own = new("Own", 0.03f);
        string folder = packages.CreateFolder("projects");

        // Two profiles of one base name: the folders tell their files and weights apart, the metadata their classes.
        first.Write(Path.Combine(folder, "Library", "A", "Tiny"));
        second.Write(Path.Combine(folder, "Library", "B", "Tiny"));

        // Convolutions, pools and Winograd, for one thread and for several, before all analyzers.
        foreach (string file in (string[])["Fashion.bitprofile", "Fashion.safetensors"])
            File.Copy(Path.Combine(Packages.Repository, "Sample.Models", "Models", file), Path.Combine(folder, "Library", file));
        File.WriteAllText(
            Path.Combine(folder, "Library", "Library.csproj"),
            Project(
                "",
                $"""
                <PackageReference Include="BitKernelGen" Version="{Packages.Version}" />
                <BitProfile Update="B/Tiny.bitprofile" Namespace="Acme.Second" />
                <BitProfile Update="Fashion.bitprofile" Parallel="true" />
                """));

        // Defaults switched off: a profile lies about that would not even parse.
        own.Write(Path.Combine(folder, "Program", "Elsewhere", "Own"));
        File.WriteAllText(Path.Combine(folder, "Program", "Broken.bitprofile"), "no profile");
        File.WriteAllText(
            Path.Combine(folder, "Program", "Program.csproj"),
            Project(
                "<OutputType>Exe</OutputType><EnableDefaultBitProfileItems>false</EnableDefaultBitProfileItems>",
                $"""
                <ProjectReference Include="../Library/Library.csproj" />
                <PackageReference Include="System.Numerics.Tensors" Version="{Packages.TensorsVersion}" />
                <BitProfile Include="Elsewhere/Own.bitprofile" />
                """));
        File.WriteAllText(
            Path.Combine(folder, "Program", "Program.cs"),
            Tensors + TinyModel.Print("Acme.Tiny") + TinyModel.Print("Acme.Second.Tiny") + TinyModel.Print("Acme.Own"));

        string output = packages.Run(Path.Combine(folder, "Program"), "run");

        Assert.Equal(
            ["dense True", "sliced True", "batch True", "bytes True", "wrong shape True", first.Expected("Acme.Tiny"), second.Expected("Acme.Second.Tiny"), own.Expected("Acme.Own")],
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    /// <summary>Every analyzer, those for trimming and native code too, and every documentation warning is an error, and nothing is suppressed.</summary>
    private static string Project(string properties, string items) =>
        $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <RootNamespace>Acme</RootNamespace>
            <Nullable>enable</Nullable>
            <AnalysisLevel>latest-all</AnalysisLevel>
            <AnalysisMode>All</AnalysisMode>
            <EnforceCodeStyleInBuild>true</EnforceCodeStyleInBuild>
            <GenerateDocumentationFile>true</GenerateDocumentationFile>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <IsAotCompatible>true</IsAotCompatible>
            {properties}
          </PropertyGroup>
          <ItemGroup>
            {items}
          </ItemGroup>
        </Project>
        """;
}
