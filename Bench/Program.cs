using BenchmarkDotNet.Running;
using BitKernelGen.Bench;

if (FashionBenchmark.FindModel() is null)
{
    Console.Error.WriteLine(
        $"The float network models/fashion_cnn.onnx is absent: set {FashionBenchmark.DataVariable} to the folder above models/.");
    return 1;
}

BenchmarkSwitcher.FromAssembly(typeof(FashionBenchmark).Assembly).Run(args);
return 0;
