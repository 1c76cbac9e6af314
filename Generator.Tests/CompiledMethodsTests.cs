using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using System.Text.RegularExpressions;
using BitKernelGen.Execution;
using BitKernelGen.Packing;
using BitKernelGen.Profiles;

namespace BitKernelGen.Generator.Tests;

/// <summary>What the JIT makes of the kernels: its own listing, read by machine.</summary>
public sealed partial class CompiledMethodsTests : IDisposable
{
    private const int MaxIlBytes = 20 * 1024, MaxLocals = 500;

    /// <summary>The first argument of a process that compiles the methods of one instruction set and ends.</summary>
    internal const string Switch = "--compile-methods";

    private readonly string _folder = Directory.CreateTempSubdirectory("bitkernelgen-listing-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableTheory]
    [InlineData("AVX-512", "Avx512")]
    [InlineData("AVX-512", "Vbmi")]
    [InlineData("AVX2", "Avx2", "EnableAVX512", "EnableAVX512F")]
    [InlineData("SSE4.1", "Sse", "EnableAVX2")]
    public void NoLoopOfAKernelSpillsAVector(string instructionSet, string suffix, params string[] switchedOff)
    {
        Skip.If(
            Machine.InstructionSet != "AVX-512" && Machine.InstructionSet != instructionSet,
            $"This machine has {Machine.InstructionSet}, not {instructionSet}.");
        Skip.If(EmulatedInstructions.AreOn, "Emulated instructions are calls.");
        Skip.If(suffix == "Vbmi" && !Avx512Vbmi.IsSupported, "This machine has no VBMI.");
        string assembly = Path.Combine(_folder, "Models.dll"), listing = Path.Combine(_folder, "listing.txt");
        CompiledModels.Compile(Profiles(), assembly);

        MachineProcess.Run(
            typeof(Program).Assembly.Location,
            [Switch, assembly, suffix, instructionSet],
            switchedOff,
            ("DOTNET_JitDisasm", $"*{suffix} Unpack"),
            ("DOTNET_JitStdOutFile", listing));

        (string Name, string[] Lines)[] methods = [.. Methods(File.ReadLines(listing))];
        string product = suffix == "Vbmi" ? "vpermt2b" : "vpmaddubsw";
        Assert.Contains(methods, method => method.Name.Contains($":Tile", StringComparison.Ordinal) && method.Lines.Any(line => line.Contains(product)));
        Assert.Contains(methods, method => method.Name.Contains(":Unpack[", StringComparison.Ordinal));
        if (suffix is "Avx512" or "Avx2")
            Assert.Contains(methods, method => method.Name.Contains(":Products", StringComparison.Ordinal));
        string[] slow = [.. methods.Select(method => method.Name).Where(name => IsKernel(name) && !name.EndsWith("(FullOpts)", StringComparison.Ordinal))];
        Assert.True(slow.Length == 0, string.Join('\n', slow));
        string[] calls = [.. methods.Where(method => IsKernel(method.Name)).SelectMany(method => method.Lines.Where(line => HelperCall().IsMatch(line)).Select(line => $"{method.Name}: {line}"))];
        Assert.True(calls.Length == 0, string.Join('\n', calls));
        Assert.DoesNotContain(methods, method => method.Lines.Any(line => line.Contains("call", StringComparison.Ordinal) && line.Contains($":Finish{suffix}(System", StringComparison.Ordinal)));
        string[] spills = [.. methods.SelectMany(method => SpillsInLoops(method.Lines).Select(spill => $"{method.Name}: {spill}"))];
        Assert.True(spills.Length == 0, string.Join('\n', spills));
    }

    [Fact]
    public void ListingsAreReadRight()
    {
        string[] lines = ["vmovups zmmword ptr [rbp-0x40], zmm1", "G_M000_IG03:", "vpaddw zmm1, zmm1, zmmword ptr [rsp+0x40]", "jne SHORT G_M000_IG03", "vmovups zmm1, zmmword ptr [rsp]"];

        Assert.Equal(["vpaddw zmm1, zmm1, zmmword ptr [rsp+0x40]"], SpillsInLoops(lines));
    }

    /// <summary>Beyond these the JIT gives up optimizing: <c>docs/kernels.md</c>.</summary>
    [Fact]
    public void NoMethodIsTooLargeForTheJit()
    {
        string assembly = Path.Combine(_folder, "Models.dll");
        CompiledModels.Compile(Profiles(), assembly);
        MethodInfo[] methods = [.. KernelMethods(Assembly.Load(File.ReadAllBytes(assembly)))];

        Assert.NotEmpty(methods);
        Assert.All(methods, method =>
        {
            MethodBody body = method.GetMethodBody()!;
            Assert.InRange(body.GetILAsByteArray()!.Length, 1, MaxIlBytes);
            Assert.InRange(body.LocalVariables.Count, 0, MaxLocals);
        });
    }

    /// <summary>Compiles every method whose name ends in an instruction set, and the unpacking of every width, without running them.</summary>
    internal static int Compile(string assembly, string suffix, string instructionSet)
    {
        if (Machine.InstructionSet != instructionSet)
        {
            Console.WriteLine($"This process should run {instructionSet} and runs {Machine.InstructionSet}.");
            return 2;
        }

        // What is always inlined is never compiled by itself.
        foreach (MethodInfo method in KernelMethods(Assembly.LoadFrom(assembly)).Where(method =>
            method.Name.EndsWith(suffix, StringComparison.Ordinal) && !method.MethodImplementationFlags.HasFlag(MethodImplAttributes.AggressiveInlining)))
            RuntimeHelpers.PrepareMethod(method.MethodHandle);
        UnpackEveryWidth();
        return 0;
    }

    private static bool IsKernel(string method) => method.StartsWith("Acme.", StringComparison.Ordinal);

    private static unsafe void UnpackEveryWidth()
    {
        byte* packed = stackalloc byte[PanelUnpacker.Block + PanelUnpacker.Slack];
        sbyte* target = stackalloc sbyte[PanelUnpacker.Block + PanelUnpacker.Slack];
        for (int bits = 1; bits < 8; bits++)
            PanelUnpacker.Unpack(packed, bits, PanelUnpacker.Block, target);
    }

    private static IEnumerable<MethodInfo> KernelMethods(Assembly assembly) => assembly.GetTypes()
        .Where(type => type.Namespace?.EndsWith("Kernels", StringComparison.Ordinal) == true)
        .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly));

    /// <summary>A layer for every strategy; the sample's profile, with other bits and with nothing but the worst case to go by: every way to accumulate.</summary>
    private static IEnumerable<BitProfile> Profiles()
    {
        BitProfile sample = ProfileReader.Read(File.ReadAllText(SampleProfile())).Profile!;
        yield return sample;
        yield return HotNetwork.Create().Profile;
        yield return DirectedNetworks.PackedTiles().Profile;
        foreach ((int weightBits, int bits) in new[] { (8, 4), (8, 5), (8, 8), (3, 4), (1, 2) })
        {
            yield return sample with
            {
                Name = $"{sample.Name}W{weightBits}A{bits}",
                Layers = new(sample.Layers.Select(layer => layer with
                {
                    Weight = layer.Weight is null ? null : new WeightSpec(weightBits),
                    Code = layer.Code is null ? null : layer.Code with { Bits = bits },
                    Bounds = null,
                })),
            };
        }
    }

    private static string SampleProfile()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            string path = Path.Combine(folder, "Sample.Models", "Models", "Fashion.bitprofile");
            if (File.Exists(path))
                return path;
        }

        throw new FileNotFoundException("Fashion.bitprofile is not above the tests.");
    }

    private static IEnumerable<(string Name, string[] Lines)> Methods(IEnumerable<string> listing)
    {
        string name = "";
        List<string> lines = [];
        foreach (string line in listing)
        {
            if (line.StartsWith("; Assembly listing for method ", StringComparison.Ordinal))
                name = line["; Assembly listing for method ".Length..];
            else if (line.StartsWith("; Total bytes of code", StringComparison.Ordinal))
                yield return (name, [.. lines]);
            else
                lines.Add(line);
            if (line.StartsWith("; ", StringComparison.Ordinal))
                lines.Clear();
        }
    }

    /// <summary>
    /// Instructions on vectors in the stack's memory between a label and a jump back to it. What is saved before and after the loops
    /// costs nothing worth a failure.
    /// </summary>
    private static IEnumerable<string> SpillsInLoops(string[] lines)
    {
        var labels = new Dictionary<string, int>();
        var isInLoop = new bool[lines.Length];
        for (int i = 0; i < lines.Length; i++)
        {
            if (Label().Match(lines[i]) is { Success: true } label)
                labels[label.Groups[1].Value] = i;
            else if (Jump().Match(lines[i]) is { Success: true } jump && labels.TryGetValue(jump.Groups[1].Value, out int top))
                Array.Fill(isInLoop, true, top, i - top);
        }

        return lines.Where((line, i) => isInLoop[i] && Spill().IsMatch(line)).Select(line => line.Trim());
    }

    [GeneratedRegex(@"^(G_M\w+):")]
    private static partial Regex Label();

    [GeneratedRegex(@"^\s*j\w+\s+(?:SHORT )?(G_M\w+)")]
    private static partial Regex Jump();

    /// <summary>A call of what should be instructions; widening rows is a loop of its own.</summary>
    [GeneratedRegex(@"call +\[(Vector|BitKernelGen\.Execution\.(?:Lanes|Levels:(?!Widen\())|System\.Runtime)")]
    private static partial Regex HelperCall();

    [GeneratedRegex(@"[xyz]mmword ptr \[r[sb]p")]
    private static partial Regex Spill();
}
