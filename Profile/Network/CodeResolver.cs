using System;
using System.Globalization;
using System.Linq;
using BitKernelGen.Profiles.Binding;

namespace BitKernelGen.Profiles;

/// <summary>From a code as written to one with integer levels.</summary>
internal static class CodeResolver
{
    /// <summary>The code, or null where something is wrong with it.</summary>
    /// <param name="spec">What is written.</param>
    /// <param name="key">Where: "code" or "skip".</param>
    /// <param name="reporter">Receives what is to be said.</param>
    public static Code? Resolve(CodeSpec spec, string key, Reporter reporter)
    {
        if (!IsValid(spec, key, reporter))
            return null;

        double[] written = spec.Coefficients.Count > 0
            ? [.. spec.Coefficients]
            : [.. Enumerable.Range(0, spec.Bits).Select(bit => (double)(1 << (spec.Bits - 1 - bit)))];
        EquatableArray<int>? exact = IntegerCoefficients.Exact(written);
        Code code = exact is { } coefficients
            ? new Code { Bits = spec.Bits, Step = spec.Step, Zero = spec.Zero, Coefficients = coefficients }
            : Approximate(spec, written);

        if (!(code.Step > 0) || !Rules.IsFinite(code.Reciprocal) || !Rules.IsFinite(code.Step * code.MaxLevel))
        {
            reporter.Report("BKG004", $"{key}.step", "the step, its reciprocal and the largest value must be float32 numbers.");
            return null;
        }

        if (!code.Levels().Contains(code.Zero) || spec.Zero > Math.Ceiling(written.Sum()))
        {
            reporter.Report("BKG011", $"{key}.zero", $"{spec.Zero} is not a level of the code, so nothing in it means zero.");
            return null;
        }

        if (exact is null)
        {
            reporter.Report(
                "BKG020",
                $"{key}.coefficients",
                $"the coefficients were replaced by [{string.Join(", ", code.Coefficients)}] in steps of " +
                $"{code.Step.ToString("R", CultureInfo.InvariantCulture)}, with a relative error of " +
                $"{code.ApproximationError.ToString("0.######", CultureInfo.InvariantCulture)}" +
                $"{(spec.Planes ? "; products keep to what is written" : "")}.");
        }

        return spec.Planes ? code with { Planes = BitPlanes.Of(code, spec.Step, written) } : code;
    }

    private static Code Approximate(CodeSpec spec, double[] written)
    {
        IntegerCoefficients nearest = IntegerCoefficients.Nearest(written);
        var code = new Code
        {
            Bits = spec.Bits,
            Step = (float)(spec.Step / nearest.Factor),
            Zero = 0,
            Coefficients = nearest.Coefficients,
            ApproximationError = nearest.Error,
        };

        // Zero moves with the levels, onto the nearest one (the lower of two): 0 stays 0.
        double zero = spec.Zero * nearest.Factor;
        return code with { Zero = code.Levels().OrderBy(level => Math.Abs(level - zero)).First() };
    }

    private static bool IsValid(CodeSpec spec, string key, Reporter reporter)
    {
        bool isValid = true;
        void Require(bool condition, string part, string message, int element = -1)
        {
            if (!condition)
                reporter.Report("BKG004", $"{key}.{part}", message, element);
            isValid &= condition;
        }

        Require(spec.Bits is >= 1 and <= 8, "bits", "a code has 1 to 8 bits.");
        Require(Rules.IsPositive(spec.Step), "step", "the step must be a finite number above 0.");
        Require(spec.Zero >= 0, "zero", "the zero offset must be at least 0.");
        if (spec.Bits is >= 1 and <= 8)
        {
            Require(
                spec.Coefficients.Count == 0 || spec.Coefficients.Count == spec.Bits,
                "coefficients",
                $"a code of {spec.Bits} bits has {spec.Bits} coefficients, not {spec.Coefficients.Count}.");
        }

        for (int i = 0; i < spec.Coefficients.Count; i++)
            Require(Rules.IsPositive(spec.Coefficients[i]), "coefficients", "a coefficient must be a finite number above 0.", i);
        return isValid;
    }
}
