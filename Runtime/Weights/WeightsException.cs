namespace BitKernelGen;

/// <summary>A weights file is not what its model needs; the message says what differed. Nothing was loaded.</summary>
public sealed class WeightsException : Exception
{
    /// <summary>A refusal with its reason.</summary>
    public WeightsException(string message)
        : base(message)
    {
    }

    /// <summary>A refusal with its reason and what caused it.</summary>
    public WeightsException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
