using BenchmarkDotNet.Running;
using BitKernelGen.Bench;
using BitKernelGen.Bench.Accuracy;
using BitKernelGen.Bench.Speed;

if (args is [SpeedChild.Word, .. var child])
    return SpeedChild.Run(child);

if (SharedData.Find() is not { } data)
{
    Console.Error.WriteLine($"The float networks are absent: set {SharedData.Variable} to the folder above models/ and data/.");
    return 1;
}

if (args is ["accuracy", .. var words])
    return AccuracyTable.Run(data, words);
if (args is ["speed", .. var wanted])
    return SpeedTable.Run(data, wanted);
if (args is ["avx2", .. var narrow])
    return Avx2Table.Run(data, narrow);
if (args is ["parallel", var profile, .. var degrees])
{
    ParallelBenchmark.Run(profile, degrees);
    return 0;
}

if (args is ["server", .. var load])
{
    await ServerBenchmark.Run(data, load);
    return 0;
}

BenchmarkSwitcher.FromAssembly(typeof(FashionBenchmark).Assembly).Run(args);
return 0;
