using BenchmarkDotNet.Running;
using BitKernelGen.Bench;

if (FashionBenchmark.FindModel() is null)
{
    Console.Error.WriteLine(
        $"The float network fashion_cnn.onnx is not here. Set {FashionBenchmark.ModelsVariable} to the folder that holds it.");
    return 1;
}

BenchmarkSwitcher.FromAssembly(typeof(FashionBenchmark).Assembly).Run(args);
return 0;
