namespace BitKernelGen;

/// <summary>
/// What generated code and the runtime expect of each other, as a number that both carry. It changes when code that was generated for
/// one runtime would not run on another, whatever the packages' versions are.
/// </summary>
public static class Contract
{
    /// <summary>The contract of this version.</summary>
    public const int Version = 1;

    /// <summary>Called by generated code before it uses anything else.</summary>
    /// <param name="version">The contract that it was generated for.</param>
    /// <param name="model">Its class.</param>
    /// <exception cref="System.InvalidOperationException">This runtime has another contract.</exception>
    public static void Require(int version, string model)
    {
        if (version != Version)
        {
            throw new System.InvalidOperationException(
                $"{model} was generated for contract {version} of BitKernelGen's runtime, and this one has contract {Version}: "
                + $"build the project of {model} again with the version of the package BitKernelGen that the program runs with.");
        }
    }
}
