using BitKernelGen.Calibration.Onnx;

namespace BitKernelGen.Tool;

/// <summary>A float model.</summary>
internal static class OnnxFile
{
    /// <exception cref="InputException">It can't be imported; the message names the file, the node and the remedy.</exception>
    public static FloatNetwork Import(string path)
    {
        try
        {
            return OnnxImporter.ImportFile(path);
        }
        catch (OnnxImportException exception)
        {
            throw new InputException($"{path}: {exception.Message}", exception);
        }
    }

    /// <summary>Elements of a network's output.</summary>
    public static int OutputLength(this FloatNetwork network)
    {
        FloatLayer last = network.Layers.Single(layer => layer.Spec.Name == network.Output);
        return last.Height * last.Width * last.Channels;
    }
}
