using System.Text;
using BitKernelGen.Calibration.Data;
using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Calibration.Records;
using BitKernelGen.Profiles;
using BitKernelGen.Tool.Compile;

namespace BitKernelGen.Tool;

/// <summary>A profile that was read without errors.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Text">What is written in it.</param>
/// <param name="Network">What it means.</param>
internal sealed record ProfileFile(string Path, string Text, Network Network)
{
    /// <summary>The weights, beside the profile.</summary>
    public string WeightsPath => System.IO.Path.Combine(
        System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!, Network.Profile.Weights.File);

    /// <summary>What a sample must be.</summary>
    public SampleShape InputShape
    {
        get
        {
            Tensor input = Network.Tensors[0];
            return new SampleShape(input.Height, input.Width, input.Channels);
        }
    }

    /// <summary>What makes raw bytes the network's input.</summary>
    public InputNormalization Normalization => Normalizer.Of(Network.Profile.Input, InputShape.Channels);

    /// <exception cref="InputException">It has errors; the message holds each with its position.</exception>
    public static ProfileFile Read(string path)
    {
        string text = File.ReadAllText(path, Encoding.UTF8);
        ProfileReading reading = ProfileReader.Read(text);
        return reading.Network is { } network
            ? new ProfileFile(path, text, network)
            : throw new InputException(string.Join(Environment.NewLine, reading.Diagnostics.Select(diagnostic => Format(path, diagnostic))));
    }

    /// <exception cref="WeightsException">The weights are not its own.</exception>
    public SafeTensors ReadWeights()
    {
        SafeTensors weights = SafeTensors.ReadFile(WeightsPath);
        string expected = Network.Profile.Weights.Sha256;
        return weights.Sha256 == expected
            ? weights
            : throw new WeightsException($"{WeightsPath} has the SHA-256 {weights.Sha256}; {Path} belongs to {expected}.");
    }

    /// <summary>The profile's text for each preference.</summary>
    public IEnumerable<(string Prefer, string Text)> Preferences => Enum.GetValues<Preference>()
        .Select(prefer => (prefer.ToString().ToLowerInvariant(), ProfileWriter.Write(Network.Profile with { Prefer = prefer })));

    /// <summary>What calibration saw, if that is beside the profile; else null.</summary>
    /// <exception cref="CalibrationRecordException">It is malformed, or of another profile.</exception>
    public CalibrationRecord? ReadRecord() =>
        CalibrationRecordFile.Read(CalibrationRecordFile.PathFor(Path), Network.Profile.Weights.Sha256);

    /// <summary>Compiles it; what the generator and the compiler say goes to standard error.</summary>
    /// <exception cref="InputException">It did not compile.</exception>
    public CompiledModel Compile(Terminal terminal)
    {
        CompiledModel model = ModelCompiler.Compile(Text, Path);
        terminal.Report(model.Diagnostics);
        return model.Succeeded ? model : throw new InputException($"{Path}: no model was generated.");
    }

    /// <summary>As the compiler writes it, so that editors and build logs find the place.</summary>
    private static string Format(string path, ProfileDiagnostic diagnostic) =>
        $"{path}({diagnostic.Range.StartLine + 1},{diagnostic.Range.StartColumn + 1}): "
        + $"{diagnostic.Level.ToString().ToLowerInvariant()} {diagnostic.Id}: {diagnostic.Message}";
}
