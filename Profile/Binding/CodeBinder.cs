namespace BitKernelGen.Profiles.Binding;

/// <summary>A bottleneck: the keys <c>code</c> and <c>skip</c>.</summary>
internal static class CodeBinder
{
    private const double MinNormal = 1.17549435082228750797e-38;

    public static CodeSpec Bind(TableBinder owner, string key)
    {
        if (owner.Table(key, Words.Code) is not { } code)
            return new CodeSpec { Bits = 1, Step = 1 };

        int errors = code.ErrorCount;
        int bits = code.Integer("bits", 1, 8);
        int? count = code.Has("bits") && code.ErrorCount == errors ? bits : null;
        return new CodeSpec
        {
            Bits = bits,
            Step = (float)code.Number("step", IsStep, "a normal float32 above 0"),
            Zero = code.Has("zero") ? code.Integer("zero", 0, int.MaxValue) : 0,
            Coefficients = code.Has("coefficients") ? code.Numbers("coefficients", count, Rules.IsPositive, "a number above 0") : default,
            Planes = code.Has("planes") && code.Boolean("planes"),
        };
    }

    /// <summary>A normal number has a finite reciprocal.</summary>
    private static bool IsStep(double value)
    {
        float step = (float)value;
        return step >= MinNormal && !float.IsInfinity(step);
    }
}
