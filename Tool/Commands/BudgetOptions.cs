using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using BitKernelGen.Calibration.Allocation;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Quantize;
using BitKernelGen.Profiles;
using BitKernelGen.Tool.Planning;

namespace BitKernelGen.Tool.Commands;

/// <summary>The options of <c>quantize</c> that say how many bits there are and how they are shared out.</summary>
internal sealed class BudgetOptions
{
    private const int MaxBits = 8;
    private const int DefaultBits = 4;
    private const double DefaultClock = 3.7;

    private readonly Option<double?> _rate = CommonOptions.OptionalNumber<double>(
        "--rate", "R", "Bits of a code on average, at most; shared out so that the outputs move least. Counted are the codes that "
        + "layers multiply, each by its elements; not the input's, not those that only sums read.",
        rate => rate is >= 1 and <= MaxBits, "from 1 to 8");

    private readonly Option<int?> _bits = CommonOptions.OptionalNumber<int>(
        "--bits", "K", $"Bits of the code of every layer, 1 to 8; an average over all positions keeps 8. [default: {DefaultBits}]",
        IsBits, "from 1 to 8");

    private readonly Option<int?> _weightBits = CommonOptions.OptionalNumber<int>(
        "--weight-bits", "W", $"Bits of a weight, 1 to 8. [default: {MaxBits}]", IsBits, "from 1 to 8");

    private readonly Option<int> _edgeWeightBits = CommonOptions.Number(
        "--edge-weight-bits", "W", "Bits of the weights of the first and the last layer, at least.", IsBits, "from 1 to 8", MaxBits);

    private readonly Option<int> _skipBits = CommonOptions.Number(
        "--skip-bits", "K",
        "Bits of the codes that sums read, 1 to 8; 0: they read the code for products. What only additions read stays float32 where --bits is 6 or more and this is 8.",
        k => k is >= 0 and <= MaxBits, "from 0 to 8", MaxBits);

    private readonly Option<long?> _bytes = new("--bytes")
    {
        Description = "Resident bytes, weights and activations, at most; chooses the bits of every layer's weights. KB and MB are 1,000 and 1,000,000.",
        HelpName = "N[KB|MB]",
        CustomParser = ParseBytes,
    };

    private readonly Option<double?> _time = CommonOptions.OptionalNumber<double>(
        "--time", "US", "Predicted microseconds of a sample on one thread, at most; chooses the bits of codes and weights.", IsPositive, "above 0");

    private readonly Option<double?> _clock = CommonOptions.OptionalNumber<double>(
        "--clock", "GHZ", FormattableString.Invariant($"The clock that --time is predicted at. [default: {DefaultClock}]"), IsPositive, "above 0");

    private readonly Option<string?> _prefer = new("--prefer")
    {
        Description = "What the kernels are planned for: speed, or memory, where weights stay at their bits. The profile keeps it as "
            + "'prefer'. [default: speed; with --bytes: memory]",
        HelpName = "speed|memory",
    };

    private readonly Option<string?> _sensitivity = new("--sensitivity")
    {
        Description = "What bits are shared out by: how far the outputs move, or every tensor's own PSNR. [default: downstream]",
        HelpName = "downstream|psnr",
    };

    /// <summary>The options that give the bits of codes.</summary>
    public IReadOnlyList<Option> OfCodes => [_rate, _bits, _time];

    /// <summary>Adds the options and the rules between them.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_rate, _bits, _weightBits, _edgeWeightBits, _skipBits, _bytes, _time, _clock, _prefer, _sensitivity])
            command.Options.Add(option);
        OneOf(_sensitivity, "downstream", "psnr");
        OneOf(_prefer, "speed", "memory");
        command.Validators.Add(result =>
        {
            Exclude(result, _rate, _bits);
            Exclude(result, _bytes, _weightBits);
            foreach (Option other in (Option[])[_rate, _bits, _weightBits, _bytes])
                Exclude(result, _time, other);
            if (IsGiven(result, _bytes) && result.GetValue(_prefer) == "speed")
                result.AddError("--bytes keeps weights at their bits: it excludes --prefer speed.");
            if (IsGiven(result, _clock) && !IsGiven(result, _time))
                result.AddError("--clock needs --time.");
            if (IsGiven(result, _sensitivity) && !IsGiven(result, _rate) && !IsGiven(result, _bytes) && !IsGiven(result, _time))
                result.AddError("--sensitivity needs something to share out: --rate, --bytes or --time.");
        });
    }

    /// <summary>What was asked for.</summary>
    public Bits Read(ParseResult arguments) => new(
        arguments.GetValue(_rate),
        arguments.GetValue(_bits) ?? DefaultBits,
        arguments.GetValue(_weightBits) ?? MaxBits,
        arguments.GetValue(_edgeWeightBits),
        arguments.GetValue(_skipBits),
        arguments.GetValue(_bytes),
        arguments.GetValue(_time),
        arguments.GetValue(_clock) ?? DefaultClock,
        arguments.GetValue(_prefer) == "memory" || arguments.GetValue(_bytes) is not null ? Preference.Memory : Preference.Speed,
        arguments.GetValue(_sensitivity) == "psnr" ? SensitivityMeasure.Psnr : SensitivityMeasure.Downstream);

    private static void OneOf(Option<string?> option, string one, string other) => option.Validators.Add(result =>
    {
        if (result.Tokens is [var token] && token.Value != one && token.Value != other)
            result.AddError($"{option.Name} must be {one} or {other}, not '{token.Value}'.");
    });

    private static void Exclude(CommandResult command, Option one, Option other)
    {
        if (IsGiven(command, one) && IsGiven(command, other))
            command.AddError($"{one.Name} and {other.Name} exclude each other.");
    }

    private static bool IsGiven(CommandResult command, Option option) => command.GetResult(option) is { Implicit: false };

    private static bool IsBits(int bits) => bits is >= 1 and <= MaxBits;

    private static bool IsPositive(double value) => double.IsFinite(value) && value > 0;

    private static long? ParseBytes(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        (string number, double unit) = text switch
        {
            _ when text.EndsWith("KB", StringComparison.OrdinalIgnoreCase) => (text[..^2], 1e3),
            _ when text.EndsWith("MB", StringComparison.OrdinalIgnoreCase) => (text[..^2], 1e6),
            _ => (text, 1),
        };
        if (double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value * unit is >= 1 and < 1e15)
            return (long)(value * unit);
        result.AddError($"--bytes must be a number of bytes, KB or MB, not '{text}'.");
        return null;
    }

    /// <summary>How many bits, and what they are shared out by.</summary>
    public sealed record Bits(
        double? Rate, int CodeBits, int WeightBits, int EdgeWeightBits, int SkipBits, long? Bytes, double? Time, double Clock, Preference Prefer,
        SensitivityMeasure Sensitivity)
    {
        /// <summary>The average rate that was asked for; null where a time decides it.</summary>
        public double? AskedRate => Time is null ? Rate ?? CodeBits : null;

        /// <summary>The quantizer's options with these bits and budgets.</summary>
        public QuantizeOptions Apply(QuantizeOptions options, FloatNetwork network)
        {
            options = options with
            {
                Rate = Rate,
                Bits = CodeBits,
                WeightBits = WeightBits,
                EdgeWeightBits = EdgeWeightBits,
                SkipBits = SkipBits,
                Prefer = Prefer,
                Sensitivity = Sensitivity,
            };
            if (Time is { } microseconds)
                return options with { Time = PredictedCycles.Budget(network, options, microseconds, Clock) };
            return Bytes is { } bytes ? options with { Bytes = ResidentBytes.Budget(network, options, bytes) } : options;
        }
    }
}
