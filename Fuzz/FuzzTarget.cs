using BitKernelGen.Fuzz.Mutation;

namespace BitKernelGen.Fuzz;

/// <summary>A reader that strangers' bytes reach. What it promises of any input is in <c>docs/hostile-input.md</c>.</summary>
internal abstract class FuzzTarget
{
    /// <summary>Its name on the command line and in <c>Findings/</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Bytes that it may allocate for each byte of the input.</summary>
    public abstract long Multiple { get; }

    /// <summary>Bytes that it may allocate for any input.</summary>
    public virtual long Floor => 1 << 18;

    /// <summary>Inputs that are read, to start from.</summary>
    public abstract IReadOnlyList<byte[]> Seeds { get; }

    /// <summary>What is to be done once and is no part of reading an input.</summary>
    public virtual void Prepare()
    {
    }

    /// <summary>Reads an input and lets through any exception that is not documented.</summary>
    /// <returns>Whether the input was accepted.</returns>
    public abstract bool Read(byte[] input);

    /// <summary>An input made of another one.</summary>
    public virtual byte[] Mutate(byte[] input, Random random) => ByteMutator.Mutate(input, random);
}
