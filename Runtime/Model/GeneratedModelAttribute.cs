namespace BitKernelGen;

/// <summary>Written by the generator for each model, so that projects that use the assembly are told at build time if it is out of date.</summary>
/// <param name="name">The model's class with its namespace.</param>
/// <param name="contract">The <see cref="Contract"/> that it was generated for.</param>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class GeneratedModelAttribute(string name, int contract) : Attribute
{
    /// <summary>The model's class with its namespace.</summary>
    public string Name => name;

    /// <summary>The contract that it was generated for.</summary>
    public int Contract => contract;
}
