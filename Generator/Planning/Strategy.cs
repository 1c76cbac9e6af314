namespace BitKernelGen.Generator.Planning;

/// <summary>How a layer's sums of products are computed on one instruction set.</summary>
/// <param name="Isa">The instruction set.</param>
internal abstract record Strategy(Isa Isa)
{
    /// <summary>Its name in a profile.</summary>
    public abstract string Name { get; }

    /// <summary>Its name with what was chosen in it.</summary>
    public abstract string Describe();
}
