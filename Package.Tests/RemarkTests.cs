using System.Text.RegularExpressions;

namespace BitKernelGen.Package.Tests;

/// <summary>What a build with the package remarks on, although it could go on: that needs the properties and items of its build files.</summary>
[Collection(PackagesCollection.Name)]
public class RemarkTests(Packages packages)
{
    [Fact]
    public void NativeCodeForTheBaselineAndWeightsThatAreNotThere()
    {
        string folder = packages.CreateFolder("remarks");
        new TinyModel("Tiny", 0.01f).Write(Path.Combine(folder, "Models", "Tiny"));
        File.Delete(Path.Combine(folder, "Models", "Tiny.safetensors"));

        // Told to the compiler alone: to make native code the SDK would need packages that are not in the feed.
        File.WriteAllText(
            Path.Combine(folder, "Native.csproj"),
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <RuntimeIdentifier>linux-x64</RuntimeIdentifier>
                <ErrorLog>remarks.sarif</ErrorLog>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="BitKernelGen" Version="{Packages.Version}" />
              </ItemGroup>
              <Target Name="Native" BeforeTargets="GenerateMSBuildEditorConfigFileCore">
                <PropertyGroup>
                  <PublishAot>true</PublishAot>
                </PropertyGroup>
              </Target>
            </Project>
            """);

        // A build does not print informations; an editor shows them.
        string[] Remarks(params string[] options)
        {
            packages.Run(folder, ["build", "--no-incremental", .. options]);
            return [.. Regex.Matches(File.ReadAllText(Path.Combine(folder, "remarks.sarif")), "\"ruleId\": \"(BKG[0-9]+)\"").Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal)];
        }

        Assert.Equal(["BKG032", "BKG035"], Remarks());
        Assert.Empty(Remarks("-p:IlcInstructionSet=x86-64-v3", "-p:EmbedBitKernelWeights=false"));
    }
}
