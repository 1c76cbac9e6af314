using BenchmarkDotNet.Running;
using BitKernelGen.Bench;
using BitKernelGen.Bench.Accuracy;

if (SharedData.Find() is not { } data)
{
    Console.Error.WriteLine($"The float networks are absent: set {SharedData.Variable} to the folder above models/ and data/.");
    return 1;
}

if (args is ["accuracy", .. var words])
    return AccuracyTable.Run(data, words);
BenchmarkSwitcher.FromAssembly(typeof(FashionBenchmark).Assembly).Run(args);
return 0;
