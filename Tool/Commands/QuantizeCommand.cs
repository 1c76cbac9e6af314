using System.CommandLine;
using System.CommandLine.Parsing;

namespace BitKernelGen.Tool.Commands;

/// <summary>From a float ONNX model and samples to a profile and its weights.</summary>
internal static class QuantizeCommand
{
    private const int MaxBits = 8;

    public static Command Create(Terminal terminal)
    {
        var model = new Argument<string>("MODEL.onnx") { Description = "The float model, opset 11 to 21." };
        Option<string> data = CommonOptions.Data();
        data.Required = true;
        Option<int> samples = CommonOptions.Positive("--samples", "Samples to calibrate on, the first ones of DATA.", 512);
        Option<double?> rate = CommonOptions.OptionalNumber<double>(
            "--rate", "R", "Average bits of a code between layers, 1 to 8, shared out among the layers.", IsBits, "from 1 to 8");
        Option<int?> bits = CommonOptions.OptionalNumber<int>(
            "--bits", "K", "The same bits for the code of every layer, 1 to 8. Default: 4.", k => IsBits(k), "from 1 to 8");
        Option<int> weightBits = CommonOptions.Number(
            "--weight-bits", "W", "Bits of a weight, 1 to 8.", w => IsBits(w), "from 1 to 8", MaxBits);
        Option<string> method = new Option<string>("--method")
        {
            Description = "How a code's step and coefficients are found.",
            DefaultValueFactory = _ => "exact",
        }.AcceptOnlyFromAmong("exact", "paper");
        Option<double[]?> mean = CommonOptions.Numbers(
            "--mean", "Mean of a pixel after --scale, for each channel or one for all.", double.IsFinite, "a number");
        Option<double[]?> std = CommonOptions.Numbers(
            "--std", "Standard deviation of a pixel after --scale, as many as --mean.", IsPositive, "above 0");
        Option<double> scale = CommonOptions.Number(
            "--scale", "S", "What a byte is multiplied by before mean and standard deviation.", IsPositive, "above 0", 1.0 / byte.MaxValue);
        Option<string> channelOrder = CommonOptions.ChannelOrder();
        var name = new Option<string?>("--name") { Description = "The class of the model. Default: the file's name.", HelpName = "NAME" };
        name.Validators.Add(result =>
        {
            if (!IsIdentifier(result.Tokens[0].Value))
                result.AddError("--name must be letters, digits and '_', not a digit first.");
        });
        Option<string[]?> labels = CommonOptions.Texts("--labels", "A name for each output.");
        var output = new Option<string>("--output", "-o")
        {
            Description = "The folder for NAME.bitprofile and NAME.safetensors.",
            HelpName = "DIR",
            Required = true,
        };
        Option<bool> json = CommonOptions.Json();

        var command = new Command("quantize", "Quantize an ONNX model into a profile and its weights.")
        {
            model, data, samples, rate, bits, weightBits, method, mean, std, scale, channelOrder, name, labels, output, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(rate) is not null && result.GetResult(bits) is not null)
                result.AddError("--rate and --bits exclude each other.");
            if (CountOf(result, mean) != CountOf(result, std))
                result.AddError("--mean and --std must have as many numbers.");
        });
        return command;
    }

    private static int CountOf(CommandResult command, Option<double[]?> numbers) =>
        command.GetResult(numbers)?.Tokens.Sum(token => token.Value.Split(',').Length) ?? 0;

    private static bool IsBits(double bits) => bits is >= 1 and <= MaxBits;

    private static bool IsPositive(double value) => double.IsFinite(value) && value > 0;

    private static bool IsIdentifier(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
