using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using BitKernelGen.Calibration.Data;

namespace BitKernelGen.Tool.Commands;

/// <summary>Arguments and options that several verbs share, made anew for each.</summary>
internal static class CommonOptions
{
    public static Argument<string> Profile() => new("PROFILE") { Description = "A .bitprofile; its weights are beside it." };

    public static Option<bool> Json() => new("--json") { Description = "Write one JSON object to standard output." };

    public static Option<string?> Against() => new("--against")
    {
        Description = "The float model to compare with.",
        HelpName = "MODEL.onnx",
    };

    public static Option<string> Data() => new("--data")
    {
        Description = "Samples: idx:IMAGES[,LABELS] (gz or not), cifar10:FILE.bin, images:FOLDER (with labels.txt), npy:X.npy[,Y.npy].",
        HelpName = "DATA",
    };

    /// <summary>The order of colours that the network takes: profiles do not say.</summary>
    public static Option<ChannelOrder> Order() => new("--channel-order")
    {
        Description = "The order of colours that the model was trained with. [default: rgb]",
        HelpName = "rgb|bgr",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (text is not ("rgb" or "bgr"))
                result.AddError($"--channel-order must be rgb or bgr, not '{text}'.");
            return text == "bgr" ? ChannelOrder.Bgr : ChannelOrder.Rgb;
        },
    };

    public static Option<int> Positive(string name, string description, int value) =>
        Number<int>(name, "N", description, number => number > 0, "a whole number above 0", value);

    public static Option<int?> OptionalPositive(string name, string description) =>
        OptionalNumber<int>(name, "N", description, number => number > 0, "a whole number above 0");

    /// <summary>A number that must be what <paramref name="isValid"/> says.</summary>
    public static Option<T> Number<T>(string name, string placeholder, string description, Func<T, bool> isValid, string rule, T value)
        where T : struct, INumber<T> => new(name)
        {
            Description = description,
            HelpName = placeholder,
            DefaultValueFactory = _ => value,
            CustomParser = result => Parse(result, result.Tokens[0].Value, isValid, $"{name} must be {rule}"),
        };

    /// <summary>As <see cref="Number"/>, null where it is not given.</summary>
    public static Option<T?> OptionalNumber<T>(string name, string placeholder, string description, Func<T, bool> isValid, string rule)
        where T : struct, INumber<T> => new(name)
        {
            Description = description,
            HelpName = placeholder,
            CustomParser = result => Parse(result, result.Tokens[0].Value, isValid, $"{name} must be {rule}"),
        };

    /// <summary>Numbers with commas between them, each of which must be what <paramref name="isValid"/> says.</summary>
    public static Option<double[]?> Numbers(string name, string description, Func<double, bool> isValid, string rule) => new(name)
    {
        Description = description,
        HelpName = "a,b,c",
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result => [.. Split(result).Select(part => Parse(result, part, isValid, $"{name} must be {rule}"))],
    };

    /// <summary>Texts with commas between them.</summary>
    public static Option<string[]?> Texts(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "a,b,c",
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = Split,
    };

    private static T Parse<T>(ArgumentResult result, string text, Func<T, bool> isValid, string rule)
        where T : struct, INumber<T>
    {
        if (!T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out T number) || !isValid(number))
            result.AddError($"{rule}, not '{text}'.");
        return number;
    }

    private static string[] Split(ArgumentResult result) => result.Tokens[0].Value.Split(',', StringSplitOptions.TrimEntries);
}
