using System;
using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Profiles;

namespace BitKernelGen.Generator.Planning;

/// <summary>
/// Where the forms of tensors lie in the arena. A form lives from the layer that writes it to the last one that reads it; a sum may
/// be written over an operand that nobody reads any more, element by element.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="buffers">The forms that are needed.</param>
/// <param name="fusedInto">The add that computes a layer, by the layer's index.</param>
/// <param name="bands">Layers that run in turns.</param>
internal sealed class Placement(
    Network network, Dictionary<(int Tensor, Form Form), Buffer> buffers, Layer?[] fusedInto, IReadOnlyList<Band> bands)
{
    /// <summary>Gives each buffer its offset, and the scratch of each step a place over what is not needed while it runs.</summary>
    /// <param name="steps">What is run; of its buffers only the sizes matter.</param>
    /// <returns>Offsets of each step's scratch, by instruction set.</returns>
    public EquatableArray<int>[] Place(IReadOnlyList<Step> steps)
    {
        (int Tensor, Form Form)[] keys = [.. buffers.Keys];
        Dictionary<(int, Form), (int, Form)> places = keys.ToDictionary(key => key, key => key);
        foreach (Layer sum in network.Layers.Where(layer => layer.Spec.Op is LayerOp.Add or LayerOp.Mul))
        {
            if (InPlace(sum) is var (operand, output))
                places[output] = places[operand];
        }

        IGrouping<(int, Form), (int Tensor, Form Form)>[] shared = [.. keys.GroupBy(key => places[key])];
        IEnumerable<ArenaLayout.Block> blocks = shared.Select(block => new ArenaLayout.Block(
            block.Max(key => buffers[key].Bytes), block.Min(Born), block.Max(LastRead)));
        var scratch = new ScratchPlacement([.. blocks], steps, [.. steps.Select(step => Time(step.Layer))]);
        (long[] offsets, EquatableArray<int>[] scratchOffsets) = scratch.Place();
        for (int i = 0; i < shared.Length; i++)
        {
            foreach ((int, Form) key in shared[i])
                buffers[key] = buffers[key] with { Offset = checked((int)offsets[i]) };
        }

        return scratchOffsets;
    }

    /// <summary>What the tensors would take as float32, sharing memory in the same way.</summary>
    public long FloatBytes() =>
        ArenaLayout.Place(network.Tensors.Where(tensor => tensor.Id == 0 || fusedInto[tensor.Id - 1] is null).Select(tensor => new ArenaLayout.Block(
            (long)tensor.Length * sizeof(float),
            tensor.Id == 0 ? -1 : (fusedInto[tensor.Id - 1] ?? network.Layers[tensor.Id - 1]).Index,
            tensor.Id == network.Output ? network.Layers.Count
                : network.Layers.Where(layer => layer.Inputs.Contains(tensor.Id)).Select(layer => (fusedInto[layer.Index] ?? layer).Index)
                    .DefaultIfEmpty(tensor.Id - 1).Max())).ToArray(), block => block.Bytes).Bytes;

    /// <summary>When a layer runs: a fused one with the add that computes it, the second one of a band with the first.</summary>
    private int Time(Layer layer)
    {
        layer = bands.FirstOrDefault(band => band.Consumer == layer)?.Producer ?? layer;
        return (fusedInto[layer.Index] ?? layer).Index;
    }

    /// <summary>Bit-planes are made when they are first read, all else when the tensor is computed.</summary>
    private int Born((int Tensor, Form Form) key) =>
        key.Form == Form.Planes ? Readers(key).Min(Time) : key.Tensor == 0 ? -1 : Time(network.Layers[key.Tensor - 1]);

    private int LastRead((int Tensor, Form Form) key) =>
        key.Tensor == network.Output && key.Form != Form.Partial ? network.Layers.Count : Readers(key).Select(Time).DefaultIfEmpty(Born(key)).Max();

    private IEnumerable<Layer> Readers((int Tensor, Form Form) key) => network.Layers.Where(layer =>
        layer.Inputs.Contains(key.Tensor)
        && (Forms.Moves(layer.Spec.Op) ? buffers.ContainsKey((layer.Output, key.Form)) : Forms.Needs(layer, network.Tensors[key.Tensor], key.Form)));

    /// <summary>
    /// An operand of a sum and a form of the sum that can take its place: nobody else reads the operand then or later, and the elements
    /// of both lie alike.
    /// </summary>
    private ((int Tensor, Form Form) Operand, (int Tensor, Form Form) Output)? InPlace(Layer sum)
    {
        foreach (int tensor in sum.Inputs)
        {
            if (tensor == network.Output || sum.Inputs[0] == sum.Inputs[1])
                continue;
            (int, Form) operand = (tensor, Forms.Read(sum, network.Tensors[tensor]));
            if (!buffers.TryGetValue(operand, out Buffer from) || Readers(operand).Any(reader => reader != sum && Time(reader) >= Time(sum)))
                continue;
            foreach (Form form in new[] { Form.Skip, Form.Code, Form.Float })
            {
                if (buffers.TryGetValue((sum.Output, form), out Buffer to) && LiesAlike(from, to))
                    return (operand, (sum.Output, form));
            }
        }

        return null;
    }

    private static bool LiesAlike(Buffer from, Buffer to) =>
        from.BandRows is null && to.BandRows is null && !from.IsPadded && !to.IsPadded
        && (from.Tensor.Height, from.PixelBytes, from.RowBytes) == (to.Tensor.Height, to.PixelBytes, to.RowBytes)
        && from.IsFloat == to.IsFloat;
}
