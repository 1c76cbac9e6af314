using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using BitKernelGen.Execution;
using BitKernelGen.Tool;
using BitKernelGen.Tool.Commands;
using BitKernelGen.Tool.Compile;
using BitKernelGen.Tool.Reports;
using BitKernelGen.Tool.Timing;

namespace BitKernelGen.Bench.Speed;

/// <summary>
/// The figures of README and <c>docs/benchmarks</c>: both plans of each network beside its peers, on one thread and one sample at a
/// time; bytes; and what a process of its own takes to load and run each.
/// </summary>
internal static class SpeedTable
{
    /// <summary>Measures, writes the tables to standard output and to <c>docs/benchmarks</c> where there is one.</summary>
    /// <param name="data">The folder above models/ and data/.</param>
    /// <param name="words">Networks to take, by the beginning of their names; without any, all.</param>
    /// <returns>0 after success, 2 where a word names no network.</returns>
    public static int Run(string data, IReadOnlyCollection<string> words)
    {
        if (SpeedNetwork.Named(data, words) is not { } networks)
            return 2;
        var rows = new List<Row>();
        foreach (SpeedNetwork network in networks)
        {
            Console.Error.WriteLine($"{network.Name} {network.Setting}");
            rows.AddRange(Measure(network));
        }

        string text = Page(rows);
        Console.Write(text);
        string folder = Path.Combine(Environment.CurrentDirectory, "docs", "benchmarks");
        if (words.Count == 0 && Directory.Exists(Path.GetDirectoryName(folder)))
            AsideFile.Write(Path.Combine(folder, $"{Slug($"{Cpu} {Machine.InstructionSet}")}.md"), text);
        return 0;
    }

    private sealed record Row(SpeedNetwork Network, string Plan, ModelInfo Info, CodeReport Code, double Us, IReadOnlyList<PeerTime> Peers, SpeedChild Child, SpeedChild Fp32);

    private sealed record PeerTime(string Name, string Program, double Us);

    private static IEnumerable<Row> Measure(SpeedNetwork network)
    {
        ProfileFile speed = ProfileFile.Read(network.Profile);
        string folder = Directory.CreateTempSubdirectory("bench").FullName;
        var models = new List<(string Plan, CompiledModel Compiled, IModel Model, SpeedChild Child)>();
        var peers = new List<Peer>();
        try
        {
            foreach ((string prefer, string text) in speed.Preferences)
            {
                CompiledModel compiled = ModelCompiler.Compile(text, speed.Path);
                string assembly = Path.Combine(folder, $"{prefer}.dll");
                File.WriteAllBytes(assembly, compiled.Image ?? throw new InvalidOperationException(string.Join('\n', compiled.Diagnostics)));
                models.Add((prefer, compiled, compiled.Load(speed.WeightsPath), SpeedChild.OfGenerated(assembly, speed.WeightsPath)));
            }

            SpeedChild ort = SpeedChild.OfOnnxRuntime(network.Model);
            float[] input = BenchCommand.RandomInput(models[0].Model.InputLength), output = new float[models[0].Model.OutputLength];
            peers.AddRange(Peers.Open(network, speed, input));
            (IDisposable Owner, Action Run)[] contenders =
            [
                .. models.Select(model => ((IDisposable)model.Model, (Action)(() => model.Model.Run(input, output)))),
                .. peers.SelectMany(peer => peer.Forms.Select(form => ((IDisposable)peer, form))),
            ];
            IReadOnlyList<double> us = Contest.Measure([.. contenders.Select(contender => contender.Run)], new Progress<StageProgress>()).MedianUs;
            double UsOf(IDisposable owner) => contenders.Zip(us).Where(pair => pair.First.Owner == owner).Min(pair => pair.Second);
            PeerTime[] times = [.. peers.Select(peer => new PeerTime(peer.Name, peer.Program, UsOf(peer)))];
            return [.. models.Select(model => new Row(network, model.Plan, model.Model.Info, CodeReport.Of(model.Compiled), UsOf(model.Model), times, model.Child, ort))];
        }
        finally
        {
            peers.ForEach(peer => peer.Dispose());
            models.ForEach(model => model.Model.Dispose());
            models.ForEach(model => model.Compiled.Dispose());
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Page(IReadOnlyList<Row> rows)
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Line($"# {Cpu}, {Machine.InstructionSet}");
        Line($"");
        Line($"`{(rows[0].Peers.Any(peer => peer.Name == Peers.Torch) ? ".ci/torch" : "dotnet run -c Release --project Bench -- speed")}`, {DateTime.UtcNow:yyyy-MM-dd}: BitKernelGen {VersionOf(typeof(IModel))}, {RuntimeInformation.FrameworkDescription},");
        Line($"{string.Join(", ", rows[0].Peers.Select(peer => peer.Program).Distinct())}, {RuntimeInformation.OSDescription.Split('#')[0].Trim()}, {Environment.ProcessorCount} processors.");
        Line($"One thread, one sample at a time; medians of rounds in which all take turns.");
        Line($"The int8 is ONNX Runtime's own, on an 8-bit QDQ model that it fuses.");
        Line($"");
        Line($"## Time and bytes");
        Line($"");
        Line($"| network | bits | plan | µs |{string.Concat(rows[0].Peers.Select(peer => $" {peer.Name}, µs | times faster |"))} weights, B | workspace, B | float32, B | times smaller |");
        Line($"|---|---|---|---:|{string.Concat(rows[0].Peers.Select(_ => "---:|---:|"))}---:|---:|---:|---:|");
        foreach (Row row in rows)
        {
            long bytes = row.Info.WeightBytes + row.Info.ArenaBytes, floats = row.Info.FloatWeightBytes + row.Info.FloatArenaBytes;
            string peers = string.Concat(row.Peers.Select(peer => string.Create(CultureInfo.InvariantCulture, $" {peer.Us:0.0} | {peer.Us / row.Us:0.00} |")));
            Line($"| {row.Network.Name} | {row.Network.Setting} | {row.Plan} | {row.Us:0.0#} |{peers} {row.Info.WeightBytes:N0} | {row.Info.ArenaBytes:N0} | {floats:N0} | {(double)floats / bytes:0.00} |");
        }

        Line($"");
        Line($"## Loading, in a process of its own");
        Line($"");
        Line($"Load is from the files to a model that is ready, the JIT's time included; the working set is the whole process's after 100 runs.");
        Line($"");
        Line($"| network | bits | plan | load, ms | first run, ms | JIT in all, ms | working set, MB | ONNX Runtime fp32: load, ms | first run, ms | working set, MB | times smaller |");
        Line($"|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|");
        foreach (Row row in rows)
        {
            SpeedChild own = row.Child, ort = row.Fp32;
            Line($"| {row.Network.Name} | {row.Network.Setting} | {row.Plan} | {own.LoadMs:0} | {own.FirstMs:0.0} | {own.JitMs:0} | {own.WorkingSet / 1e6:0} | {ort.LoadMs:0} | {ort.FirstMs:0.0} | {ort.WorkingSet / 1e6:0} | {(double)ort.WorkingSet / own.WorkingSet:0.00} |");
        }

        Line($"");
        Line($"## Generated code");
        Line($"");
        Line($"The first compilation compiles the compiler too. What the JIT takes for the code is in the table above.");
        Line($"");
        Line($"| network | bits | plan | C#, B | generate, ms | compile, ms | assembly, B | largest method, B of IL | most locals |");
        Line($"|---|---|---|---:|---:|---:|---:|---:|---:|");
        foreach (Row row in rows)
        {
            CodeReport code = row.Code;
            Line($"| {row.Network.Name} | {row.Network.Setting} | {row.Plan} | {code.SourceBytes:N0} | {code.GenerateMs:0} | {code.CompileMs:0} | {code.AssemblyBytes:N0} | {code.LargestMethodIlBytes:N0} | {code.MostLocals} |");
        }

        return text.ToString();
    }

    internal static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private static string Cpu { get; } = CpuInfo("model name") is { } name
        ? $"{name}, family {CpuInfo("cpu family")}, model {CpuInfo("model")}"
        : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();

    /// <summary>What Linux tells of the first processor; null elsewhere.</summary>
    private static string? CpuInfo(string key) => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries)).FirstOrDefault(pair => pair[0] == key)?[^1]
        : null;

    private static string Slug(string name) =>
        string.Join('-', new string([.. name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
