using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Profiles;

namespace BitKernelGen.Generator.Planning;

/// <summary>
/// Two layers that run in turns, some rows at a time, so that the code between them never lies in memory as a whole: the second one
/// is a 1x1 convolution, which needs of each row no more than that row.
/// </summary>
/// <param name="Producer">The layer that computes the code.</param>
/// <param name="Consumer">The only layer that reads it.</param>
/// <param name="Rows">Rows of a turn.</param>
/// <param name="Count">Turns.</param>
internal sealed record Band(Layer Producer, Layer Consumer, int Rows, int Count)
{
    /// <summary>Codes that are no larger lie in memory as they are; larger ones are cut into bands that are no larger.</summary>
    private const int MaxBytes = 128 * 1024;

    /// <summary>The bands of a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="fusedInto">The add that computes a layer, by the layer's index.</param>
    /// <param name="strategies">The strategies of each instruction set, by the layer's index.</param>
    public static IReadOnlyList<Band> Find(Network network, Layer?[] fusedInto, IReadOnlyCollection<Strategy?[]> strategies)
    {
        var bands = new List<Band>();
        Layer[] steps = [.. network.Layers.Where(layer => fusedInto[layer.Index] is null)];
        for (int i = 0; i + 1 < steps.Length; i++)
        {
            Layer last = steps[i], consumer = steps[i + 1];
            Layer producer = network.Layers.FirstOrDefault(layer => fusedInto[layer.Index] == last) ?? last;
            Tensor tensor = network.Tensors[last.Output];
            if (tensor.Code is null || tensor.Id == network.Output || !IsDirect(producer) || !IsDirect(consumer) || !IsByRow(consumer)
                || bands.Any(band => band.Consumer == producer)
                || network.Layers.Any(layer => layer != consumer && layer.Inputs.Contains(tensor.Id) && Reads(layer, tensor))
                || !consumer.Inputs.Contains(tensor.Id))
            {
                continue;
            }

            int rowBytes = tensor.Width * Buffer.PixelBytesOf(tensor);
            int rows = Enumerable.Range(1, tensor.Height).LastOrDefault(rows => tensor.Height % rows == 0 && (long)rows * rowBytes <= MaxBytes);
            if (rows > 0 && rows < tensor.Height)
                bands.Add(new Band(producer, consumer, rows, tensor.Height / rows));
        }

        return bands;

        // Tiles of Winograd's algorithm would overlap from one band to the next.
        bool IsDirect(Layer layer) =>
            layer.Spec.Op == LayerOp.Conv && !layer.IsGathered && !layer.ReadsPlanes && strategies.All(all => all[layer.Index] is ProductTile);
    }

    /// <summary>Whether each row of the output needs one row of the input.</summary>
    private static bool IsByRow(Layer layer) =>
        layer.Window is { KernelHeight: 1, StrideHeight: 1, PadTop: 0, PadBottom: 0, PadLeft: 0, PadRight: 0 };

    private static bool Reads(Layer layer, Tensor tensor) => Forms.Moves(layer.Spec.Op) || Forms.Needs(layer, tensor, Form.Code);
}
