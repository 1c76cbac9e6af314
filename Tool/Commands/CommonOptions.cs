using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

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

    public static Option<int> Positive(string name, string description, int value) => Positive(new Option<int>(name)
    {
        Description = description,
        DefaultValueFactory = _ => value,
        HelpName = "N",
    });

    public static Option<int?> OptionalPositive(string name, string description) => Positive(new Option<int?>(name)
    {
        Description = description,
        HelpName = "N",
    });

    /// <summary>Numbers with commas between them.</summary>
    public static Option<double[]?> Numbers(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "a,b,c",
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result => [.. Split(result).Select(part => ParseNumber(part, result))],
    };

    /// <summary>Texts with commas between them.</summary>
    public static Option<string[]?> Texts(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "a,b,c",
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result => Split(result),
    };

    /// <summary>Lets an option only be what <paramref name="isValid"/> says.</summary>
    public static Option<T> Where<T>(this Option<T> option, Func<T, bool> isValid, string rule)
    {
        option.Validators.Add(result =>
        {
            // What does not parse at all has its error already.
            if (!result.Implicit && !result.Errors.Any() && !isValid(result.GetValueOrDefault<T>()!))
                result.AddError($"{option.Name} must be {rule}.");
        });
        return option;
    }

    private static Option<T> Positive<T>(Option<T> option) => option.Where(value => value is > 0, "a whole number above 0");

    private static string[] Split(ArgumentResult result) => result.Tokens[0].Value.Split(',', StringSplitOptions.TrimEntries);

    private static double ParseNumber(string text, ArgumentResult result)
    {
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) || !double.IsFinite(number))
            result.AddError($"'{text}' is not a number.");
        return number;
    }
}
