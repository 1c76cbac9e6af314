using System.Globalization;

namespace BitKernelGen.Bench.Accuracy;

/// <summary>A network of the accuracy table, with the data that it is calibrated and tested on: never the same samples.</summary>
/// <param name="Name">The model's file without its extension.</param>
/// <param name="Calibration">DATA to calibrate on.</param>
/// <param name="Test">DATA to test on.</param>
/// <param name="Samples">Calibration samples.</param>
/// <param name="Mean">Of a pixel, for each channel.</param>
/// <param name="Std">Of a pixel, for each channel.</param>
internal sealed record AccuracyNetwork(string Name, string Calibration, string Test, int Samples, string Mean, string Std)
{
    private const int CalibrateOnEvery = 4;

    /// <summary>The networks of the table.</summary>
    /// <param name="data">The folder above models/ and data/.</param>
    /// <param name="scratch">A folder for lists of images.</param>
    public static IEnumerable<AccuracyNetwork> All(string data, string scratch)
    {
        string fashion = Path.Combine(data, "data", "fashion-mnist"), cifar = Path.Combine(data, "data", "cifar10");
        yield return new AccuracyNetwork(
            "fashion_cnn",
            $"idx:{Path.Combine(fashion, "train-images-first10000-idx3-ubyte.gz")}",
            $"idx:{Path.Combine(fashion, "t10k-images-idx3-ubyte.gz")},{Path.Combine(fashion, "t10k-labels-idx1-ubyte.gz")}",
            1024,
            "0.2860",
            "0.3530");
        yield return new AccuracyNetwork(
            "resnet20_cifar10",
            $"cifar10:{Path.Combine(cifar, "data_batch_1_first4000.bin")}",
            $"cifar10:{Path.Combine(cifar, "test_batch_first1000.bin")}",
            1024,
            "0.485,0.456,0.406",
            "0.229,0.224,0.225");
        (string calibration, string test, int samples) = SplitImages(Path.Combine(data, "data", "imagenet-sample"), scratch);
        yield return new AccuracyNetwork("resnet50", calibration, test, samples, MeanOf(123.68, 116.779, 103.939), "0.229,0.224,0.225");
    }

    /// <summary>Every fourth image to calibrate on, the others to test on: two folders that hold nothing but a list.</summary>
    private static (string Calibration, string Test, int Samples) SplitImages(string images, string scratch)
    {
        string[] lines = [.. File.ReadLines(Path.Combine(images, "labels.txt"))
            .Where(line => line.Length > 0)
            .Select(line => Path.GetFullPath(Path.Combine(images, "images", line)))];
        string List(string name, Func<int, bool> isIn)
        {
            string folder = Directory.CreateDirectory(Path.Combine(scratch, name)).FullName;
            File.WriteAllLines(Path.Combine(folder, "labels.txt"), lines.Where((_, i) => isIn(i)));
            return $"images:{folder}";
        }

        string calibration = List("calibrate", i => i % CalibrateOnEvery == 0), test = List("test", i => i % CalibrateOnEvery != 0);
        return (calibration, test, (lines.Length + CalibrateOnEvery - 1) / CalibrateOnEvery);
    }

    private static string MeanOf(params double[] mean) =>
        string.Join(',', mean.Select(value => (value / byte.MaxValue).ToString("R", CultureInfo.InvariantCulture)));
}
