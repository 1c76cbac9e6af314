using BitKernelGen.Profiles;

namespace BitKernelGen.Generator.Planning;

/// <summary>Everything that emission needs: a pure function of the profile.</summary>
/// <param name="Network">The resolved profile.</param>
/// <param name="Input">Where the encoded input lies.</param>
/// <param name="Output">Where the output lies.</param>
/// <param name="Buffers">Every form of every tensor that is computed.</param>
/// <param name="Steps">What is run, in order.</param>
/// <param name="ArenaBytes">Bytes of all buffers, sharing memory where they are not needed at once.</param>
/// <param name="FloatArenaBytes">The same for float32 tensors without padding.</param>
internal sealed record Plan(
    Network Network, Buffer Input, Buffer Output, EquatableArray<Buffer> Buffers, EquatableArray<Step> Steps, int ArenaBytes, long FloatArenaBytes);

/// <summary>One kernel call.</summary>
/// <param name="Layer">The layer whose weights and name it has.</param>
/// <param name="Fused">The add layer that is computed in its epilogue, or null.</param>
/// <param name="Kernel">The kernel.</param>
/// <param name="Input">What it reads.</param>
/// <param name="InputByte">Where in the input's buffer it starts, relative to the interior.</param>
/// <param name="Residual">The epilogue's operand, or null.</param>
/// <param name="Outputs">What it writes: one or two forms of one tensor.</param>
/// <param name="OutputByte">Where in a pixel of the output it starts: the channel of a concat's operand.</param>
internal sealed record Step(
    Layer Layer, Layer? Fused, Kernel Kernel, Buffer Input, int InputByte, Buffer? Residual, EquatableArray<Buffer> Outputs, int OutputByte);
