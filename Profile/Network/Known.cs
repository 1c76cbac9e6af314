namespace BitKernelGen.Profiles;

/// <summary>
/// What is known of a tensor while a network is resolved. What an error left unknown is null, so that no other error follows
/// from it.
/// </summary>
/// <param name="Shape">Its shape.</param>
/// <param name="Codes">Its codes.</param>
internal sealed record Known(Shape? Shape, Codes? Codes)
{
    public static Known Nothing { get; } = new(null, null);
}

/// <summary>Height, width and channels.</summary>
internal sealed record Shape(int Height, int Width, int Channels)
{
    /// <summary>The most elements that a tensor or the weights of a layer may have.</summary>
    public const long MaxElements = 1 << 26;

    public override string ToString() => $"[{Height}, {Width}, {Channels}]";
}

/// <summary>The codes of a tensor, as in <see cref="Tensor"/>.</summary>
internal sealed record Codes(Code? Code, Code? Skip)
{
    public static Codes None { get; } = new(null, null);

    public bool IsFloat => Code is null && Skip is null;
}

/// <summary>Products of counts that stay at the largest number where they would pass it.</summary>
internal static class Saturating
{
    public static long Product(params long[] factors)
    {
        long product = 1;
        foreach (long factor in factors)
            product = factor > 0 && product > long.MaxValue / factor ? long.MaxValue : product * factor;
        return product;
    }
}
