using System.CommandLine;
using System.Globalization;
using BitKernelGen.Calibration.Bottlenecks;
using BitKernelGen.Calibration.Data;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Calibration.Statistics;

namespace BitKernelGen.Tool.Commands;

/// <summary>The options of quantize that say how codes are fitted, and to what statistics.</summary>
internal sealed class CodeOptions
{
    private readonly Option<CodeMethod> _method = Choice(
        "--method", "How codes are fitted: by least squared error, by the paper's Lasso, or to the whole range.", CodeMethod.Exact);

    private readonly Option<LevelSpacing> _levels = Choice(
        "--levels", "How levels may lie: evenly, which is fast, or anyhow where that gains 0.05 dB; auto asks for 1 dB.", LevelSpacing.Auto);

    private readonly Option<double?> _psnrLoss = CommonOptions.OptionalNumber<double>(
        "--psnr-loss", "DB", "With --method paper: the PSNR to give up, which decides the bits.", loss => double.IsFinite(loss) && loss > 0, "above 0");

    private readonly Option<string?> _coefficients = new("--coefficients")
    {
        Description = "Published coefficients for the tensors that convolutions read, [tensors, bits], in the order of the network.",
        HelpName = "FILE.npy",
    };

    private readonly Option<bool> _planes = new("--planes")
    {
        Description = "Products keep to real coefficients as they are, bit-plane by bit-plane, instead of to the nearest integers: exact, and as many times slower as there are bits.",
    };

    private readonly Option<string?> _statistics = new("--statistics")
    {
        Description = "A file of statistics: with --shard it is written, otherwise taken instead of a pass over the samples.",
        HelpName = "FILE",
    };

    private readonly Option<Shard?> _shard = new("--shard")
    {
        Description = "Only gather the statistics of the i-th of n parts of the samples, for 'bitkernel merge'.",
        HelpName = "i/n",
        CustomParser = result =>
        {
            string[] parts = result.Tokens[0].Value.Split('/');
            if (parts.Length == 2 && TryParse(parts[0], out int index) && TryParse(parts[1], out int count) && index >= 1 && index <= count)
                return new Shard(index, count);
            result.AddError($"--shard must be i/n with i from 1 to n, not '{result.Tokens[0].Value}'.");
            return null;
        },
    };

    /// <summary>Adds the options to a command, and the rules between them.</summary>
    /// <param name="command">The command.</param>
    /// <param name="bits">Its options that give the bits.</param>
    /// <param name="output">Its option for the folder of the profile, which it needs unless it gathers statistics.</param>
    public void AddTo(Command command, IReadOnlyList<Option> bits, Option output)
    {
        foreach (Option option in (Option[])[_method, _levels, _psnrLoss, _coefficients, _planes, _statistics, _shard])
            command.Add(option);
        command.Validators.Add(result =>
        {
            bool Has(Option option) => result.GetResult(option) is { Implicit: false };
            if (Has(_shard) && !Has(_statistics))
                result.AddError("--shard needs --statistics, the file to write.");
            if (!Has(_shard) && !Has(output))
                result.AddError($"Option '{output.Name}' is required.");
            if (Has(_planes) && !Has(_coefficients) && (!Has(_method) || result.GetValue(_method) != CodeMethod.Paper))
                result.AddError("--planes needs real coefficients: those of --method paper or of --coefficients.");
            if (Has(_psnrLoss) && (!Has(_method) || result.GetValue(_method) != CodeMethod.Paper))
                result.AddError("--psnr-loss needs --method paper.");
            if (Has(_coefficients) && bits.FirstOrDefault(option => option.Name != "--bits" && Has(option)) is { } budget)
                result.AddError($"--coefficients decides the bits: it excludes {budget.Name}.");
            if (Has(_psnrLoss) && bits.Any(Has))
                result.AddError($"--psnr-loss decides the bits: it excludes {string.Join(" and ", bits.Select(option => option.Name))}.");
        });
    }

    /// <summary>The part of the samples to gather statistics of and the file to write, or null.</summary>
    public (Shard Shard, string Path)? GetShard(ParseResult arguments) =>
        arguments.GetValue(_shard) is { } shard ? (shard, arguments.GetRequiredValue(_statistics)!) : null;

    /// <summary>Options with what the arguments say of codes, files read.</summary>
    /// <exception cref="InputException">The statistics are not of this network and input.</exception>
    public QuantizeOptions Apply(ParseResult arguments, QuantizeOptions options, FloatNetwork network, DataSource data)
    {
        CodeMethod method = arguments.GetValue(_method);
        options = options with
        {
            Method = method,
            Levels = arguments.GetValue(_levels),
            PsnrLoss = arguments.GetValue(_psnrLoss),
            Coefficients = arguments.GetValue(_coefficients) is { } coefficients ? PublishedCoefficients.Read(coefficients) : null,
            Planes = arguments.GetValue(_planes),
            // The baselines are what they are called throughout: weights are only rounded.
            Rounding = method switch
            {
                CodeMethod.Range => RoundingMethod.Range,
                CodeMethod.Paper => RoundingMethod.Nearest,
                _ => options.Rounding,
            },
        };
        if (arguments.GetValue(_statistics) is not { } path || arguments.GetValue(_shard) is not null)
            return options;
        options = options with { Statistics = StatisticsFile.Read(path) };
        try
        {
            options.Statistics.RequireFit(network, StatisticsCollector.Complete(options, network, data), []);
        }
        catch (StatisticsException exception)
        {
            throw new InputException($"{path}: {exception.Message}", exception);
        }

        return options;
    }

    private static bool TryParse(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    /// <summary>One of an enumeration's names, in lower case.</summary>
    private static Option<T> Choice<T>(string name, string description, T otherwise)
        where T : struct, Enum
    {
        string[] words = [.. Enum.GetNames<T>().Select(word => word.ToLowerInvariant())];
        return new Option<T>(name)
        {
            Description = description,
            HelpName = string.Join('|', words),
            DefaultValueFactory = _ => otherwise,
            CustomParser = result =>
            {
                int index = Array.IndexOf(words, result.Tokens[0].Value);
                if (index < 0)
                    result.AddError($"{name} must be {string.Join(", ", words[..^1])} or {words[^1]}, not '{result.Tokens[0].Value}'.");
                return index < 0 ? otherwise : Enum.GetValues<T>()[index];
            },
        };
    }

    /// <summary>A part of the samples.</summary>
    /// <param name="Index">1 to <paramref name="Count"/>.</param>
    /// <param name="Count">Parts.</param>
    internal sealed record Shard(int Index, int Count);
}
