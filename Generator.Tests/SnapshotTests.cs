namespace BitKernelGen.Generator.Tests;

/// <summary>One small profile for each operation; the snapshots are there to be read.</summary>
public class SnapshotTests
{
    private const string Conv = """
        [[layer]]
        name = "conv"
        op = "conv"
        input = ["input"]
        kernel = [3, 3]
        pad = [1, 1, 1, 1]
        channels = 16
        weight = { bits = 4 }
        activation = "relu"
        code = { bits = 4, step = 0.1 }
        """;

    [Fact]
    public void Convolution() => Verify(Conv, "conv");

    [Fact]
    public void Winograd2x2() => Verify(
        Conv.Replace("channels = 16", "channels = 16\nkernel-strategy = \"winograd-2x2\""), "conv", "shape = [6, 6, 16]\ncode = { bits = 4, step = 0.2 }");

    [Fact]
    public void Winograd4x4() => Verify(
        Conv.Replace("channels = 16", "channels = 16\nkernel-strategy = \"winograd-4x4\""), "conv", "shape = [8, 8, 16]\ncode = { bits = 4, step = 0.2 }");

    [Fact]
    public void WinogradPacked() => Verify(
        Conv.Replace("channels = 16", "channels = 128\nkernel-strategy = \"winograd-4x4\""), "conv", "shape = [8, 12, 128]\ncode = { bits = 4, step = 0.2 }");

    [Fact]
    public void ActivationTables() => Verify(
        Conv.Replace("channels = 16", "channels = 64\nkernel-strategy = \"activation-tables\"").Replace("weight = { bits = 4 }", "weight = { bits = 2 }")
            .Replace("kernel = [3, 3]", "kernel = [3, 2]"),
        "conv",
        "shape = [6, 7, 12]\ncode = { bits = 2, step = 0.2, zero = 1 }");

    [Fact]
    public void WeightTables() => Verify(
        Conv.Replace("channels = 16", "channels = 16\nkernel-strategy = \"weight-tables\"").Replace("kernel = [3, 3]", "kernel = [3, 2]\nstride = [1, 2]"),
        "conv",
        "shape = [6, 7, 12]\ncode = { bits = 2, step = 0.2, zero = 1 }");

    [Fact]
    public void Depthwise() => Verify(
        """
        [[layer]]
        name = "depthwise"
        op = "depthwise"
        input = ["input"]
        kernel = [3, 3]
        stride = [2, 2]
        pad = [0, 0, 1, 1]
        weight = { bits = 8 }
        activation = "relu6"
        code = { bits = 4, step = 0.1 }
        """,
        "depthwise");

    [Fact]
    public void Dense() => Verify(
        """
        [[layer]]
        name = "dense"
        op = "dense"
        input = ["input"]
        channels = 10
        weight = { bits = 8 }
        """,
        "dense",
        "shape = [64]\ncode = { bits = 5, step = 0.1, zero = 16 }");

    [Fact]
    public void ResidualAddIsFused() => Verify(
        Conv + """


        [[layer]]
        name = "residual"
        op = "conv"
        input = ["conv"]
        kernel = [1, 1]
        channels = 16
        weight = { bits = 8 }

        [[layer]]
        name = "add"
        op = "add"
        input = ["residual", "conv"]
        activation = "relu"
        code = { bits = 4, step = 0.1 }
        skip = { bits = 8, step = 0.01 }
        """,
        "add");

    [Fact]
    public void AddOfTwoCodes() => Verify(
        """
        [[layer]]
        name = "add"
        op = "add"
        input = ["input", "input"]
        code = { bits = 4, step = 0.3 }
        """,
        "add");

    [Fact]
    public void MaxPool() => Verify(
        """
        [[layer]]
        name = "pool"
        op = "maxpool"
        input = ["input"]
        kernel = [3, 3]
        stride = [2, 2]
        pad = [1, 1, 1, 1]
        """,
        "pool");

    [Fact]
    public void AvgPool() => Verify(
        """
        [[layer]]
        name = "pool"
        op = "avgpool"
        input = ["input"]
        kernel = [2, 2]
        stride = [2, 2]
        code = { bits = 8, step = 0.02 }
        """,
        "pool");

    [Fact]
    public void GlobalAvgPool() => Verify(
        """
        [[layer]]
        name = "pool"
        op = "globalavgpool"
        input = ["input"]
        """,
        "pool");

    [Fact]
    public void Concat() => Verify(
        Conv + """


        [[layer]]
        name = "concat"
        op = "concat"
        input = ["conv", "input"]
        code = { bits = 4, step = 0.1 }
        """,
        "concat");

    [Fact]
    public void Moves() => Verify(
        """
        [[layer]]
        name = "subsample"
        op = "subsample"
        input = ["input"]
        stride = [2, 2]

        [[layer]]
        name = "pad"
        op = "pad-channels"
        input = ["subsample"]
        pad-channels = [2, 2]

        [[layer]]
        name = "flatten"
        op = "flatten"
        input = ["pad"]
        """,
        "flatten");

    [Fact]
    public void LevelsThatAreNotEven() => Verify(
        Conv.Replace("step = 0.1 }", "step = 0.1, coefficients = [9, 4, 2, 1] }"), "conv");

    [Fact]
    public void InputByChannel() => Verify(
        Conv, "conv", "shape = [8, 8, 2]\nmean = [0.5, 0.4]\nstd = [0.25, 0.2]\ncode = { bits = 8, step = 0.0175 }\ngain = [1.1, 0.9]\nzeros = [127, 102]");

    [Fact]
    public void Parallel() => Verify(Conv, "conv", isParallel: true);

    [Fact]
    public void BadProfile() => Verify(Conv.Replace("bits = 4", "bits = 12").Replace("kernel", "kernal"), "conf");

    private static void Verify(
        string layers, string output, string? input = null, bool isParallel = false, [System.Runtime.CompilerServices.CallerMemberName] string method = "")
    {
        string profile = input is null ? ProfileDriver.Profile(layers, output) : ProfileDriver.Profile(layers, output, input);
        Snapshot.Verify(ProfileDriver.Run(profile, isParallel: isParallel), method: method);
    }
}
