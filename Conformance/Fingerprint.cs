using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace BitKernelGen.Conformance;

/// <summary>A hash of all output bits that a network has for the inputs of <see cref="Inputs"/>.</summary>
internal static class Fingerprint
{
    public static string Of(IModel model)
    {
        var output = new float[model.OutputLength];
        return Of(
            model.InputLength,
            input =>
            {
                model.Run(input, output);
                return output;
            },
            input =>
            {
                try
                {
                    model.Run(input, output);
                    return output;
                }
                catch (NotSupportedException)
                {
                    return null;
                }
            });
    }

    /// <param name="length">Elements of the input.</param>
    /// <param name="run">Runs the network on float32.</param>
    /// <param name="runBytes">Runs it on raw bytes; null where it takes none.</param>
    public static string Of(int length, Func<float[], float[]> run, Func<byte[], float[]?> runBytes)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (float[] input in Inputs.Floats(length))
            hash.AppendData(MemoryMarshal.AsBytes<float>(run(input)));
        foreach (byte[] input in Inputs.Bytes(length))
            hash.AppendData(MemoryMarshal.AsBytes<float>(runBytes(input)));
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }
}
