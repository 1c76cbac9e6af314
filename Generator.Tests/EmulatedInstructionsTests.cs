using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace BitKernelGen.Generator.Tests;

/// <summary>Emulated instructions are called as the real ones and do what these do.</summary>
public class EmulatedInstructionsTests
{
    private const BindingFlags Static = BindingFlags.Public | BindingFlags.Static;

    /// <summary>Bytes that vectors and what they are read from take at most.</summary>
    private const int MostBytes = 64;

    private static readonly Lazy<MethodInfo[]> Emulated = new(Compile);

    [Fact]
    public void TheyAreCalledAsTheRealOnes() =>
        Assert.All(Emulated.Value, method => Assert.Equal(method.ReturnType, Real(method)?.ReturnType));

    [SkippableFact]
    public void TheyDoWhatTheRealOnesDo()
    {
        MethodInfo[] methods = [.. Emulated.Value.Where(method => (bool)Real(method)!.DeclaringType!.GetProperty("IsSupported")!.GetValue(null)!)];
        Skip.If(methods.Length == 0, "This machine has no AVX-512.");

        var random = new Random(1);
        foreach (MethodInfo method in methods)
        {
            for (int round = 0; round < 300; round++)
            {
                byte[][] bytes = [.. method.GetParameters().Select(_ => Bytes(random, round % 3))];
                Assert.Equal(Call(Real(method)!, bytes), Call(method, bytes));
            }
        }
    }

    /// <summary>The methods of the folder, compiled without anything that would stand in their place.</summary>
    private static MethodInfo[] Compile()
    {
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Emulated",
            EmulatedInstructions.Sources(CSharpParseOptions.Default),
            CompiledModels.References(),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true));
        using var assembly = new MemoryStream();
        Assert.Empty(compilation.Emit(assembly).Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
        return [.. Assembly.Load(assembly.ToArray()).GetTypes()
            .Where(type => type.Name.StartsWith("Avx512", StringComparison.Ordinal))
            .SelectMany(type => type.GetMethods(Static))
            .Where(method => !method.IsSpecialName)];
    }

    private static MethodInfo? Real(MethodInfo emulated) => typeof(Vector512).Assembly
        .GetType(emulated.DeclaringType!.FullName!, throwOnError: true)!
        .GetMethod(emulated.Name, Static, [.. emulated.GetParameters().Select(parameter => parameter.ParameterType)]);

    /// <summary>Anything; extremes; or float32 numbers of whole and half steps.</summary>
    private static byte[] Bytes(Random random, int kind)
    {
        var bytes = new byte[MostBytes];
        byte[] extremes = [0, 1, 0x7F, 0x80, 0xFF];
        if (kind == 0)
        {
            random.NextBytes(bytes);
        }
        else if (kind == 1)
        {
            random.GetItems(extremes, bytes);
        }
        else
        {
            foreach (ref float number in MemoryMarshal.Cast<byte, float>(bytes.AsSpan()))
                number = random.Next(-999, 999) / 2f;
        }

        return bytes;
    }

    private static unsafe object? Call(MethodInfo method, byte[][] bytes)
    {
        fixed (byte* first = bytes[0])
        {
            object memory = Pointer.Box(first, typeof(int*));
            return method.Invoke(null, BindingFlags.DoNotWrapExceptions, null,
                [.. method.GetParameters().Select((parameter, i) => parameter.ParameterType.IsPointer ? memory : Read(parameter.ParameterType, bytes[i]))], null);
        }
    }

    /// <summary>A vector, or the number of a part of one.</summary>
    private static object Read(Type type, byte[] bytes) => type == typeof(byte)
        ? (byte)(bytes[0] % 4)
        : typeof(EmulatedInstructionsTests).GetMethod(nameof(ReadVector), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type).Invoke(null, [bytes])!;

    private static object ReadVector<T>(byte[] bytes)
        where T : struct => MemoryMarshal.Read<T>(bytes);
}
