using BitKernelGen.Profiles;
using BitKernelGen.Profiles.Binding;

namespace BitKernelGen.Generator.Planning;

/// <summary>Which forms of a tensor layers read.</summary>
internal static class Forms
{
    public static readonly Form[] All = [Form.Code, Form.Skip, Form.Float, Form.Planes, Form.Partial];

    public static bool Multiplies(LayerOp op) => OpKeys.NeedsWeight(op);

    /// <summary>Whether a layer passes on the forms of its input as they are asked of it.</summary>
    public static bool Moves(LayerOp op) => LayerRules.KeepsCodes(op);

    /// <summary>What sums, averages and the network's output read.</summary>
    public static Form OfSums(Tensor tensor) => tensor.Skip is not null ? Form.Skip : tensor.Code is not null ? Form.Code : Form.Float;

    /// <summary>Which form a layer reads of an input; a move reads what its own readers need, so it is asked per form.</summary>
    public static Form Read(Layer layer, Tensor tensor) =>
        !Multiplies(layer.Spec.Op) ? OfSums(tensor) : layer.ReadsPlanes ? Form.Planes : Form.Code;

    /// <summary>Whether a layer that is no move needs a form: the one that it reads, or the levels that bit-planes are made of.</summary>
    public static bool Needs(Layer layer, Tensor tensor, Form form) =>
        Read(layer, tensor) is var read && (read == form || (read == Form.Planes && form == Form.Code));
}
