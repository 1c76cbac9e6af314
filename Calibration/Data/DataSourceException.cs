namespace BitKernelGen.Calibration.Data;

/// <summary>Data that can't be read or does not fit the network; the message says which file and why.</summary>
public sealed class DataSourceException : Exception
{
    /// <summary>A refusal with its reason.</summary>
    public DataSourceException(string message)
        : base(message)
    {
    }

    /// <summary>A refusal with its reason and what caused it.</summary>
    public DataSourceException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
