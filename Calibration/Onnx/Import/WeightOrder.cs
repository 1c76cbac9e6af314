namespace BitKernelGen.Calibration.Onnx.Import;

/// <summary>Weights from ONNX's order, channels first, into the profile's, channels last.</summary>
internal static class WeightOrder
{
    /// <summary>[outputs, channels, pixels] becomes [outputs, pixels, channels].</summary>
    public static float[] FromChannelsFirst(float[] weights, int outputs, int channels, int pixels)
    {
        var ordered = new float[weights.Length];
        int to = 0;
        for (int o = 0; o < outputs; o++)
        {
            int row = o * channels * pixels;
            for (int pixel = 0; pixel < pixels; pixel++)
            {
                for (int c = 0; c < channels; c++)
                    ordered[to++] = weights[row + (c * pixels) + pixel];
            }
        }

        return ordered;
    }

    /// <summary>[rows, columns] becomes [columns, rows].</summary>
    public static float[] Transpose(float[] matrix, int rows, int columns)
    {
        var transposed = new float[matrix.Length];
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
                transposed[(c * rows) + r] = matrix[(r * columns) + c];
        }

        return transposed;
    }
}
