using System.Linq;
using BitKernelGen.Profiles.Binding;

namespace BitKernelGen.Profiles;

/// <summary>Shape, normalisation and code of the network's input.</summary>
internal static class InputResolver
{
    public static Known Resolve(InputSpec? spec, Reporter reporter)
    {
        if (spec is null)
        {
            reporter.Report("BKG003", "shape", "the profile has none.");
            return Known.Nothing;
        }

        Shape? shape = ResolveShape(spec.Shape, reporter);
        CheckNormalisation(spec, shape, reporter);
        if (spec.Code is null)
        {
            reporter.Report("BKG003", "code", "it needs a code.");
            return new Known(shape, null);
        }

        Code? code = CodeResolver.Resolve(spec.Code, "code", reporter);
        ChannelCodeRule.Check(spec, shape, code, reporter);
        return new Known(shape, code is null ? null : new Codes(code, null));
    }

    private static Shape? ResolveShape(EquatableArray<int> shape, Reporter reporter)
    {
        if (shape.Count is < 1 or > 3)
        {
            reporter.Report("BKG009", "shape", "the shape is [height, width, channels], [length, channels] or [length].");
            return null;
        }

        if (shape.Any(size => size < 1))
        {
            for (int i = 0; i < shape.Count; i++)
            {
                if (shape[i] < 1)
                    reporter.Report("BKG009", "shape", $"{shape[i]} is no size: sizes are at least 1.", i);
            }

            return null;
        }

        if (Saturating.Product([.. shape.Select(size => (long)size)]) > Shape.MaxElements)
        {
            reporter.Report("BKG009", "shape", $"it has more than {Shape.MaxElements} elements.");
            return null;
        }

        return shape.Count switch
        {
            3 => new Shape(shape[0], shape[1], shape[2]),
            2 => new Shape(1, shape[0], shape[1]),
            _ => new Shape(1, 1, shape[0]),
        };
    }

    private static void CheckNormalisation(InputSpec spec, Shape? shape, Reporter reporter)
    {
        if (spec.Mean.Count == 0 != (spec.Std.Count == 0))
            reporter.Report("BKG003", spec.Mean.Count == 0 ? "std" : "mean", "'mean' and 'std' belong together: give both or none.");
        if (shape is not null && spec.Mean.Count > 0 && spec.Mean.Count != shape.Channels)
            reporter.Report("BKG009", "mean", $"there are {spec.Mean.Count} means for {shape.Channels} channels.");
        if (shape is not null && spec.Std.Count > 0 && spec.Std.Count != shape.Channels)
            reporter.Report("BKG009", "std", $"there are {spec.Std.Count} standard deviations for {shape.Channels} channels.");

        for (int i = 0; i < spec.Mean.Count; i++)
        {
            if (!Rules.IsFinite(spec.Mean[i]))
                reporter.Report("BKG004", "mean", "a mean must be a finite number.", i);
        }

        for (int i = 0; i < spec.Std.Count; i++)
        {
            if (!Rules.IsPositive(spec.Std[i]))
                reporter.Report("BKG004", "std", "a standard deviation must be a finite number above 0.", i);
        }

        if (!Rules.IsPositive(spec.Scale))
            reporter.Report("BKG004", "scale", "the scale must be a finite number above 0.");
    }
}
