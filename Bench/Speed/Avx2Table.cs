using BitKernelGen.Execution;
using BitKernelGen.Tool;
using BitKernelGen.Tool.Commands;
using BitKernelGen.Tool.Compile;
using BitKernelGen.Tool.Timing;

namespace BitKernelGen.Bench.Speed;

/// <summary>The speed plan on AVX2 beside float32 on AVX2, in a process that may not use AVX-512.</summary>
internal static class Avx2Table
{
    /// <summary>Measures and prints a table.</summary>
    /// <param name="data">The folder above models/ and data/.</param>
    /// <param name="words">Networks to take, by the beginning of their names; without any, all.</param>
    /// <returns>0 after success, 2 where the process has other instructions or a word names no network.</returns>
    public static int Run(string data, IReadOnlyCollection<string> words)
    {
        if (Machine.InstructionSet != "AVX2")
        {
            Console.Error.WriteLine($"This process runs {Machine.InstructionSet}: set DOTNET_EnableAVX512=0.");
            return 2;
        }

        if (SpeedNetwork.Named(data, words) is not { } networks)
            return 2;
        Avx2Ceiling.Print();
        Console.WriteLine();
        Console.WriteLine("| network | bits | µs | float32 on AVX2, µs | times faster | ONNX Runtime fp32 on all that it finds, µs |");
        Console.WriteLine("|---|---|---:|---:|---:|---:|");
        foreach (SpeedNetwork network in networks)
        {
            ProfileFile profile = ProfileFile.Read(network.Profile);
            using CompiledModel compiled = ModelCompiler.Compile(profile.Text, profile.Path);
            using IModel model = compiled.Load(profile.WeightsPath);
            using var floats = new FloatConvolutions(profile.Network);
            using var session = new OnnxSession(network.Model, File.ReadAllBytes(network.Model), 1);
            float[] input = BenchCommand.RandomInput(model.InputLength), output = new float[model.OutputLength];
            session.SetInput(input, model.Info.InputShape[^1]);
            IReadOnlyList<double> us = Contest.Measure([() => model.Run(input, output), floats.Run, session.Run], new Progress<StageProgress>()).MedianUs;
            Console.WriteLine(FormattableString.Invariant(
                $"| {network.Name} | {network.Setting} | {us[0]:0.0#} | {us[1]:0.0} | {us[1] / us[0]:0.00} | {us[2]:0.0} |"));
        }

        return 0;
    }
}
