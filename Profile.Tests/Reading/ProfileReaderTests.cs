namespace BitKernelGen.Profiles.Tests.Reading;

public class ProfileReaderTests
{
    [Fact]
    public void ReadsEveryKey()
    {
        string text = Samples.Tiny
            .Replace("name = \"Tiny\"", "name = \"Tiny\"\nprefer = \"memory\"")
            .Replace("std = [0.25]", "std = [0.25]\nscale = 0.5")
            .Replace("weight = { bits = 8 }", "weight = { bits = 8 }\nactivation = \"relu6\"\nskip = { bits = 3, step = 1, zero = 2 }\nkernel-strategy = \"multiply-add\"");
        ProfileReading reading = ProfileReader.Read(text);

        var expected = new BitProfile
        {
            Name = "Tiny",
            Prefer = Preference.Memory,
            Weights = new WeightsReference("Tiny.safetensors", Samples.Sha256),
            Input = new InputSpec { Shape = new(8, 8, 1), Mean = new(0.5), Std = new(0.25), Scale = 0.5, Code = new CodeSpec { Bits = 8, Step = 0.02f, Zero = 100 } },
            Layers = new(
                new LayerSpec
                {
                    Name = "conv1",
                    Op = LayerOp.Conv,
                    Inputs = new("input"),
                    Kernel = new(3, 3),
                    Stride = new(2, 2),
                    Dilation = new(1, 1),
                    Pad = new(1, 1, 1, 1),
                    Channels = 16,
                    Groups = 1,
                    Weight = new WeightSpec(4),
                    Activation = Activation.Relu,
                    Code = new CodeSpec { Bits = 2, Step = 0.0131f, Coefficients = new(2.0, 1.0) },
                    Bounds = new BoundsSpec(3570, 3, 16065),
                },
                new LayerSpec
                {
                    Name = "dense1",
                    Op = LayerOp.Dense,
                    Inputs = new("conv1"),
                    Channels = 3,
                    Weight = new WeightSpec(8),
                    Activation = Activation.Relu6,
                    Skip = new CodeSpec { Bits = 3, Step = 1, Zero = 2 },
                    KernelStrategy = "multiply-add",
                }),
            Output = new OutputSpec("dense1", new("a", "b", "c")),
            Provenance = new(new ProvenanceEntry("tool", "\"bitkernel 1.0.0\"")),
        };
        Assert.Equal(expected, reading.Profile);
    }

    [Fact]
    public void ReadsTheKeysOfOtherOperations()
    {
        string text = Samples.Tiny
            .Replace("stride = [2, 2]", "dilation = [2, 1]\ngroups = 1")
            .Replace("activation = \"relu\"", "activation = \"leaky-relu\"\nslope = -0.25")
            .Replace("bounds = { pair = 3570, steps = 3, sum = 16065 }", "")
            .Replace("weight = { bits = 8 }", "weight = { bits = 8 }\nactivation = \"clip\"\nlimits = [-inf, 1]")
            .Replace("[output]", "[[layer]]\nname = \"mean\"\nop = \"avgpool\"\ninput = [\"conv1\"]\nkernel = [2, 2]\ncount-include-pad = true\n\n[output]");
        BitProfile profile = ProfileReader.Read(text).Profile!;
        Assert.Equal(new EquatableArray<int>(2, 1), profile.Layers[0].Dilation);
        Assert.Equal((Activation.LeakyRelu, -0.25), (profile.Layers[0].Activation, profile.Layers[0].Slope));
        Assert.Equal(new EquatableArray<double>(double.NegativeInfinity, 1), profile.Layers[1].Limits);
        Assert.True(profile.Layers[2].CountIncludePad);
        Assert.Equal(profile, ProfileReader.Read(ProfileWriter.Write(profile)).Profile);
    }

    [Theory]
    [InlineData("conv", "stride", "[1, 1]")]
    [InlineData("conv", "pad", "[0, 0, 0, 0]")]
    [InlineData("depthwise", "stride", "[1, 1]")]
    [InlineData("maxpool", "pad", "[0, 0, 0, 0]")]
    [InlineData("subsample", "stride", "[1, 1]")]
    [InlineData("subsample", "pad", "[]")]
    [InlineData("add", "stride", "[]")]
    [InlineData("dense", "pad", "[]")]
    public void DefaultsDependOnTheOperation(string op, string key, string expected)
    {
        string text = Samples.Tiny.Replace("op = \"conv\"", $"op = \"{op}\"").Replace("stride = [2, 2]\n", "").Replace("pad = [1, 1, 1, 1]\n", "");
        LayerSpec layer = ProfileReader.Read(text).Profile!.Layers[0];
        Assert.Equal(expected, $"[{string.Join(", ", key == "stride" ? layer.Stride : layer.Pad)}]");
    }

    [Fact]
    public void AGoodProfileResolves()
    {
        ProfileReading reading = ProfileReader.Read(Samples.Tiny);
        Assert.Empty(reading.Diagnostics);
        Assert.Equal(reading.Profile, reading.Network?.Profile);
    }

    [Fact]
    public void MeaningDoesNotDependOnSpelling()
    {
        string text = Samples.Tiny
            .Replace("\n", "\r\n")
            .Replace("[weights]\r\nfile = \"Tiny.safetensors\"", "[\"weights\"] # here\r\n\"file\" = 'Tiny.safetensors'")
            .Replace("step = 0.02,", "step = +2.00e-2,")
            .Replace("[3, 3]", "[ # rows\r\n  3,\r\n  3, # columns\r\n]");
        Assert.Equal(ProfileReader.Read(Samples.Tiny).Profile, ProfileReader.Read(text).Profile);
    }

    [Fact]
    public void BoundsWithoutStepsProveNoStep()
    {
        string text = Samples.Tiny.Replace("steps = 3, ", "");
        Assert.Equal(new BoundsSpec(3570, 0, 16065), ProfileReader.Read(text).Profile!.Layers[0].Bounds);
    }

    [Fact]
    public void ProvenanceIsKeptAsText()
    {
        string text = Samples.Tiny.Replace("tool = \"bitkernel 1.0.0\"", "a = 'x' # c\nb = [1,\n  2.50, ]\nc = { d = inf }");
        Assert.Equal(
            [new("a", "'x'"), new("b", "[1,\n  2.50, ]"), new("c", "{ d = inf }")],
            ProfileReader.Read(text).Profile!.Provenance);
    }

    // One line of the sample is replaced; lines and columns count from 1, as compilers print them.
    [Theory]
    [InlineData(1, "format = 'bitprofile/1'\nfoo", "BKG001", 2, 4, "Expected '='")]
    [InlineData(9, "shape = [8, 8, 1", "BKG001", 9, 9, "'[' is not closed")]
    [InlineData(12, "code = { bits = 8, step = 0.02", "BKG001", 12, 31, "Expected ',' or '}' on the same line")]
    [InlineData(18, "kernel = (3, 3)", "BKG001", 18, 10, "Unexpected character '('")]
    [InlineData(23, "activation = relu", "BKG001", 23, 14, "strings need quotes")]
    [InlineData(28, "name = \"dense1\"\nname = \"dense2\"", "BKG001", 29, 1, "'name' is there already")]
    [InlineData(34, "[input]", "BKG001", 34, 2, "'input' is there already")]
    [InlineData(24, "code = { bits = 2, step = .0131 }", "BKG001", 24, 27, "not a decimal number")]
    [InlineData(2, "nmae = \"Tiny\"", "BKG002", 2, 1, "Unknown key 'nmae' in the profile; did you mean 'name'?")]
    [InlineData(4, "[wieghts]", "BKG002", 4, 2, "did you mean 'weights'?")]
    [InlineData(3, "title = 1", "BKG002", 3, 1, "Unknown key 'title' in the profile.")]
    [InlineData(10, "means = [0.5]", "BKG002", 10, 1, "Unknown key 'means' in [input]; did you mean 'mean'?")]
    [InlineData(19, "strid = [2, 2]", "BKG002", 19, 1, "Unknown key 'strid' in layer 'conv1'; did you mean 'stride'?")]
    [InlineData(19, "kernel_strategy = \"auto\"", "BKG002", 19, 1, "did you mean 'kernel-strategy'?")]
    [InlineData(22, "weight = { bit = 4 }", "BKG002", 22, 12, "Unknown key 'bit' in 'weight'; did you mean 'bits'?")]
    [InlineData(25, "bounds = { pair = 3570, step = 3, sum = 16065 }", "BKG002", 25, 25, "did you mean 'steps'?")]
    [InlineData(1, "", "BKG003", 1, 1, "The profile needs 'format'")]
    [InlineData(6, "", "BKG003", 4, 1, "[weights] needs 'sha256'")]
    [InlineData(11, "", "BKG003", 8, 1, "[input] needs 'std'")]
    [InlineData(12, "", "BKG003", 8, 1, "[input] needs 'code'")]
    [InlineData(15, "", "BKG003", 14, 1, "The layer needs 'name'")]
    [InlineData(16, "", "BKG003", 14, 1, "Layer 'conv1' needs 'op'")]
    [InlineData(17, "", "BKG003", 14, 1, "needs 'input'")]
    [InlineData(18, "", "BKG003", 14, 1, "needs 'kernel'")]
    [InlineData(21, "", "BKG003", 14, 1, "needs 'channels'")]
    [InlineData(32, "", "BKG003", 27, 1, "Layer 'dense1' needs 'weight'")]
    [InlineData(24, "code = { bits = 2 }", "BKG003", 24, 8, "'code' needs 'step'")]
    [InlineData(25, "bounds = { pair = 3570, steps = 3 }", "BKG003", 25, 10, "'bounds' needs 'sum'")]
    [InlineData(35, "", "BKG003", 34, 1, "[output] needs 'from'")]
    [InlineData(1, "format = 1", "BKG004", 1, 10, "'format' must be a string, but it is an integer")]
    [InlineData(2, "name = \"2nd\"", "BKG004", 2, 8, "'name' must be a C# identifier")]
    [InlineData(2, "name = \"class\"", "BKG004", 2, 8, "but it is 'class'")]
    [InlineData(2, "name = \"Größe\"", "BKG004", 2, 8, "ASCII")]
    [InlineData(2, "name = \"\"", "BKG004", 2, 8, "identifier")]
    [InlineData(5, "file = \"../Tiny.safetensors\"", "BKG004", 5, 8, "'file' must be a file's name without a folder")]
    [InlineData(5, "file = \"a\\\\b\"", "BKG004", 5, 8, "without a folder")]
    [InlineData(5, "file = \"..\"", "BKG004", 5, 8, "without a folder")]
    [InlineData(6, "sha256 = \"ABC\"", "BKG004", 6, 10, "64 lower-case hexadecimal digits")]
    [InlineData(9, "shape = []", "BKG004", 9, 9, "a list of 1 to 3 integers, but it has 0")]
    [InlineData(9, "shape = [1, 8, 8, 1]", "BKG004", 9, 9, "but it has 4")]
    [InlineData(9, "shape = [8, 0, 1]", "BKG004", 9, 13, "An element of 'shape' must be an integer from 1 to 65536, but it is 0")]
    [InlineData(9, "shape = [8, 8.0, 1]", "BKG004", 9, 13, "but it is a float")]
    [InlineData(9, "shape = [8, 8, 99999999999]", "BKG004", 9, 16, "but it is 99999999999")]
    [InlineData(10, "mean = 0.5", "BKG004", 10, 8, "'mean' must be a list of numbers, but it is a float")]
    [InlineData(10, "mean = [nan]", "BKG004", 10, 9, "a finite number, but it is nan")]
    [InlineData(11, "std = [0]", "BKG004", 11, 8, "above 0, but it is 0")]
    [InlineData(11, "std = [0.25]\nscale = -1", "BKG004", 12, 9, "'scale' must be a number above 0")]
    [InlineData(12, "code = { bits = 9, step = 0.02 }", "BKG004", 12, 17, "'code.bits' must be an integer from 1 to 8, but it is 9")]
    [InlineData(12, "code = { bits = 8, step = 0 }", "BKG004", 12, 27, "'code.step' must be a normal float32 above 0, but it is 0")]
    [InlineData(12, "code = { bits = 8, step = 1e-38 }", "BKG004", 12, 27, "but it is 1E-38")]
    [InlineData(12, "code = { bits = 8, step = 1e39 }", "BKG004", 12, 27, "normal float32")]
    [InlineData(12, "code = { bits = 8, step = inf }", "BKG004", 12, 27, "normal float32")]
    [InlineData(12, "code = { bits = 8, step = 0.02, zero = -1 }", "BKG004", 12, 40, "an integer, at least 0, but it is -1")]
    [InlineData(12, "code = 8", "BKG004", 12, 8, "'code' must be a table, but it is an integer")]
    [InlineData(4, "[[weights]]", "BKG004", 4, 1, "'weights' must be a table, but it is a list")]
    [InlineData(38, "[provenance]\n[[provenance.layer]]", "BKG001", 39, 3, "dots")]
    [InlineData(24, "code = { bits = 9, step = 0.0131, coefficients = [2, 1] }", "BKG004", 24, 17, "from 1 to 8")]
    [InlineData(15, "name = \"conv 1\"", "BKG004", 15, 8, "letters, digits, '_', '.' and '-'")]
    [InlineData(17, "input = \"input\"", "BKG004", 17, 9, "a list of strings, not empty, but it is a string")]
    [InlineData(17, "input = []", "BKG004", 17, 9, "not empty, but it has 0")]
    [InlineData(17, "input = [1]", "BKG004", 17, 10, "must be a string, but it is an integer")]
    [InlineData(18, "kernel = [3]", "BKG004", 18, 10, "a list of 2 integers, but it has 1")]
    [InlineData(18, "kernel = [3, 1025]", "BKG004", 18, 14, "from 1 to 1024")]
    [InlineData(19, "dilation = [0, 1]", "BKG004", 19, 13, "from 1 to 1024")]
    [InlineData(19, "groups = 0", "BKG004", 19, 10, "from 1 to 65536")]
    [InlineData(19, "count-include-pad = 1", "BKG004", 19, 21, "must be true or false, but it is an integer")]
    [InlineData(23, "activation = \"leaky-relu\"", "BKG003", 14, 1, "needs 'slope'")]
    [InlineData(23, "activation = \"leaky-relu\"\nslope = nan", "BKG004", 24, 9, "within float32's range")]
    [InlineData(23, "activation = \"clip\"\nlimits = [0]", "BKG004", 24, 10, "a list of 2 numbers, but it has 1")]
    [InlineData(23, "activation = \"hardswish\"", "BKG006", 23, 14, "did you mean 'hard-swish'?")]
    [InlineData(19, "stride = [0, 1]", "BKG004", 19, 11, "from 1 to 1024")]
    [InlineData(20, "pad = [1, 1, 1, 65536]", "BKG004", 20, 17, "from 0 to 65535")]
    [InlineData(21, "channels = 0", "BKG004", 21, 12, "from 1 to 65536")]
    [InlineData(21, "channels = true", "BKG004", 21, 12, "but it is a boolean")]
    [InlineData(22, "weight = { bits = 9 }", "BKG004", 22, 19, "'weight.bits' must be an integer from 1 to 8")]
    [InlineData(24, "code = { bits = 3, step = 0.0131, coefficients = [2, 1] }", "BKG004", 24, 50, "'code.coefficients' must be a list of 3 numbers, but it has 2")]
    [InlineData(24, "code = { bits = 2, step = 0.0131, coefficients = [2, 0] }", "BKG004", 24, 54, "above 0, but it is 0")]
    [InlineData(25, "bounds = { pair = -1, steps = 3, sum = 0 }", "BKG004", 25, 19, "at least 0, but it is -1")]
    [InlineData(25, "bounds = { pair = 1, steps = 3, sum = 2147483648 }", "BKG004", 25, 39, "but it is 2147483648")]
    [InlineData(36, "labels = [\"a\", 2, \"c\"]", "BKG004", 36, 16, "must be a string")]
    [InlineData(39, "\"the tool\" = 1", "BKG004", 39, 1, "'the tool' must be of letters")]
    [InlineData(1, "format = \"bitprofile/2\"", "BKG005", 1, 10, "'bitprofile/2' is a newer format than this version reads")]
    [InlineData(1, "format = \"qonnx\"", "BKG005", 1, 10, "Unknown format 'qonnx'")]
    [InlineData(1, "format = \"bitprofile/1.0\"", "BKG005", 1, 10, "Unknown format")]
    [InlineData(1, "format = \"bitprofile/0\"", "BKG005", 1, 10, "Unknown format")]
    [InlineData(16, "op = \"convv\"", "BKG006", 16, 6, "Unknown operation 'convv'; did you mean 'conv'?")]
    [InlineData(16, "op = \"transform\"", "BKG006", 16, 6, "Unknown operation 'transform'; there are conv, depthwise")]
    [InlineData(16, "op = \"pad_channels\"", "BKG006", 16, 6, "did you mean 'pad-channels'?")]
    [InlineData(23, "activation = \"ReLU\"", "BKG006", 23, 14, "Unknown activation 'ReLU'; did you mean 'relu'?")]
    [InlineData(23, "kernel-strategy = \"fast\"", "BKG006", 23, 19, "Unknown kernel strategy 'fast'; there are auto, multiply-add, winograd-2x2, winograd-4x4, activation-tables, weight-tables.")]
    [InlineData(2, "name = \"Tiny\"\nprefer = \"memroy\"", "BKG006", 3, 10, "Unknown preference 'memroy'; did you mean 'memory'?")]
    [InlineData(2, "name = \"Tiny\"\nprefer = true", "BKG004", 3, 10, "'prefer' must be a string")]
    public void TellsWhatIsWrongAndWhere(int line, string replacement, string id, int atLine, int column, string fragment)
    {
        string[] lines = Samples.Tiny.Split('\n');
        lines[line - 1] = replacement;
        ProfileReading reading = ProfileReader.Read(string.Join('\n', lines));

        ProfileDiagnostic diagnostic = Assert.Single(reading.Diagnostics);
        Assert.Equal((id, atLine, column), (diagnostic.Id, diagnostic.Range.StartLine + 1, diagnostic.Range.StartColumn + 1));
        Assert.Contains(fragment, diagnostic.Message);
        Assert.Equal(DiagnosticLevel.Error, diagnostic.Level);
        Assert.Null(reading.Profile);
        Assert.Null(reading.Network);
    }

    [Theory]
    [InlineData(17, "input = [\"nothing\"]", "BKG007", 17, 10)]
    [InlineData(10, "mean = [0.5, 0.5]", "BKG009", 10, 8)]
    [InlineData(12, "code = { bits = 8, step = 0.02, zero = 256 }", "BKG011", 12, 40)]
    [InlineData(20, "pad = [1, 1, 3, 1]", "BKG009", 20, 14)]
    [InlineData(24, "skip = { bits = 2, step = 1, coefficients = [2, 1] }", "BKG013", 24, 45)]
    [InlineData(24, "skip = { bits = 2, step = 1, planes = true }", "BKG013", 24, 39)]
    [InlineData(31, "channels = 3\nkernel = [1, 1]", "BKG013", 32, 10)]
    [InlineData(23, "kernel-strategy = \"activation-tables\"", "BKG013", 23, 19)]
    [InlineData(23, "kernel-strategy = \"weight-tables\"", "BKG013", 23, 19)]
    [InlineData(28, "name = \"conv1\"", "BKG008", 28, 8)]
    [InlineData(35, "from = \"dense2\"", "BKG007", 35, 8)]
    public void WhatResolvingFindsHasItsPlace(int line, string replacement, string id, int atLine, int column)
    {
        string[] lines = Samples.Tiny.Split('\n');
        lines[line - 1] = replacement;
        ProfileReading reading = ProfileReader.Read(string.Join('\n', lines));

        Assert.NotNull(reading.Profile);
        Assert.Null(reading.Network);
        Assert.Contains(reading.Diagnostics, diagnostic =>
            (diagnostic.Id, diagnostic.Range.StartLine + 1, diagnostic.Range.StartColumn + 1) == (id, atLine, column));
    }

    [Fact]
    public void ReportsAllErrorsInTheOrderOfTheText()
    {
        string text = Samples.Tiny.Replace("bits = 4", "bits = 40").Replace("\"relu\"", "relu").Replace("shape", "shapes").Replace("from =", "form =");
        Assert.Equal(
            ["BKG002", "BKG004", "BKG001", "BKG002"],
            ProfileReader.Read(text).Diagnostics.Select(diagnostic => diagnostic.Id).Where(id => id != "BKG003"));
    }

    [Fact]
    public void LayersNeedTwoBrackets()
    {
        string text = string.Join('\n', Samples.Tiny.Split('\n').Where((_, index) => index is < 26 or >= 33)).Replace("[[layer]]", "[layer]");
        ProfileDiagnostic diagnostic = Assert.Single(ProfileReader.Read(text).Diagnostics);
        Assert.Equal(("BKG004", 13), (diagnostic.Id, diagnostic.Range.StartLine));
        Assert.Contains("one [[layer]] for each", diagnostic.Message);
    }

    [Fact]
    public void AnEmptyTextNeedsEverything()
    {
        IReadOnlyList<ProfileDiagnostic> diagnostics = ProfileReader.Read("").Diagnostics;
        Assert.Equal(6, diagnostics.Count);
        Assert.All(diagnostics, diagnostic => Assert.Equal("BKG003", diagnostic.Id));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void NeverThrows(int seed)
    {
        var random = new Random(seed);
        string text = Samples.Tiny;
        for (int i = 0; i < 4000; i++)
        {
            text = Samples.Mutate(i % 5 == 0 ? Samples.Tiny : text, random);
            ProfileReading reading = ProfileReader.Read(text);
            Assert.True(reading.Network is not null || reading.Diagnostics.Any(diagnostic => diagnostic.Level == DiagnosticLevel.Error));
        }
    }
}
