using System.Buffers.Binary;
using BitKernelGen.Calibration.Bottlenecks;
using BitKernelGen.Calibration.Data;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Quantize;

/// <summary>
/// Coefficients as the Bitwise Bottleneck paper's authors publish them: for each convolution's input, in the order of the network,
/// what each bit is worth, the most significant first, zero where it is dropped; in steps of which a sample's largest magnitude has 32.
/// </summary>
/// <param name="Path">The file, for messages.</param>
/// <param name="Rows">By convolution input, then by bit.</param>
public sealed record PublishedCoefficients(string Path, IReadOnlyList<IReadOnlyList<double>> Rows)
{
    /// <summary>Reads a NumPy array, float64 or float32 [inputs, bits].</summary>
    /// <exception cref="DataSourceException">It is no such array, or a row has no positive, or a negative, coefficient.</exception>
    public static PublishedCoefficients Read(string path)
    {
        try
        {
            using var file = new NpyFile(path);
            if (file.Type is not ("<f8" or "<f4") || file.Dims is not [_, >= 1 and <= RateDistortionCurve.MostBits])
            {
                throw new DataSourceException(
                    $"{path}: it is {file.Type} [{string.Join(", ", file.Dims)}]; coefficients are float64 or float32 [inputs, 1 to 8 bits].");
            }

            bool isDouble = file.Type == "<f8";
            var rows = new IReadOnlyList<double>[file.Dims[0]];
            for (int row = 0; row < rows.Length; row++)
            {
                byte[] bytes = file.Read(row, file.Dims[1]);
                rows[row] = [.. Enumerable.Range(0, file.Dims[1]).Select(bit => isDouble
                    ? BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(bit * sizeof(double)))
                    : BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(bit * sizeof(float))))];
                if (!rows[row].All(x => double.IsFinite(x) && x >= 0) || rows[row].All(x => x == 0))
                    throw new DataSourceException($"{path}: row {row} is [{string.Join(", ", rows[row])}]; coefficients are finite, 0 or above, not all 0.");
            }

            return new PublishedCoefficients(path, rows);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DataSourceException($"'{path}' can't be read: {exception.Message}", exception);
        }
    }

    /// <summary>Makes codes of the rows, for the tensors that convolutions read, in the order in which they are computed.</summary>
    /// <returns>By the layer whose output the tensor is.</returns>
    /// <exception cref="DataSourceException">There are not as many rows as such tensors, or one takes negative values.</exception>
    internal Dictionary<string, Bottleneck> Place(FloatNetwork network, CodePlan plan, IReadOnlyDictionary<string, TensorFit> fits)
    {
        string[] tensors = Tensors(network, plan);
        if (tensors.Length != Rows.Count)
        {
            throw new DataSourceException(
                $"{Path}: it has {Rows.Count} rows; {tensors.Length} tensors with codes are read by convolutions: {string.Join(", ", tensors)}.");
        }

        return tensors.Zip(Rows).ToDictionary(pair => pair.First, pair => CodeOf(fits[pair.First], pair.Second));
    }

    private static string[] Tensors(FloatNetwork network, CodePlan plan)
    {
        var owners = new Dictionary<string, string>();
        var read = new HashSet<string>();
        for (int i = 0; i < network.Layers.Count; i++)
        {
            LayerSpec spec = network.Layers[i].Spec;
            owners[spec.Name] = plan.Layers[i].Inherits ? owners.GetValueOrDefault(spec.Inputs[0], spec.Inputs[0]) : spec.Name;
            if (spec.Op is LayerOp.Conv or LayerOp.Depthwise)
                read.Add(owners.GetValueOrDefault(spec.Inputs[0], spec.Inputs[0]));
        }

        return [.. network.Layers.Select(layer => layer.Spec.Name).Where(read.Contains)];
    }

    private Bottleneck CodeOf(TensorFit fit, IReadOnlyList<double> row)
    {
        if (fit.Values.Low < 0)
            throw new DataSourceException($"{Path}: coefficients are of magnitudes; '{fit.Name}' takes negative values.");
        double[] kept = [.. row.Where(coefficient => coefficient > 0)];
        float step = (float)(fit.Statistics.MeanPeak / PaperLasso.Maximum);
        var spec = new CodeSpec
        {
            Bits = kept.Length,
            // A tensor that is zero for all samples has no scale of its own.
            Step = float.IsNormal(step) ? step : 1,
            Coefficients = new EquatableArray<double>(kept),
        };
        return Bottleneck.Of(spec, fit.Values);
    }
}
