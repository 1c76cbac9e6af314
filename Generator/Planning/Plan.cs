using System;
using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Packing;
using BitKernelGen.Profiles;

namespace BitKernelGen.Generator.Planning;

/// <summary>Everything that emission needs: a pure function of the profile.</summary>
/// <param name="Network">The resolved profile.</param>
/// <param name="Input">Where the encoded input lies.</param>
/// <param name="Output">Where the output lies.</param>
/// <param name="Buffers">Every form of every tensor that is computed.</param>
/// <param name="Steps">What is run, in order.</param>
/// <param name="FloatArenaBytes">Bytes of the same tensors as float32, without padding, sharing memory in the same way.</param>
internal sealed record Plan(
    Network Network, Buffer Input, Buffer Output, EquatableArray<Buffer> Buffers, EquatableArray<Step> Steps, long FloatArenaBytes)
{
    /// <summary>Bytes of all buffers, sharing memory where they are not needed at once.</summary>
    public int ArenaBytes => Buffers.Max(buffer => buffer.Offset + buffer.Bytes);

    /// <summary>The steps that follow each other: the second one of a band takes turns with the first.</summary>
    public IEnumerable<Step> Calls => Steps.Where(step => step.Band is null || step.Layer == step.Band.Producer);

    /// <summary>The second step of a band.</summary>
    public Step ConsumerOf(Band band) => Steps.First(step => step.Layer == band.Consumer);

    /// <summary>Bytes of a workspace: the arena, in which scratch lies where no buffer is needed, or behind it.</summary>
    public int WorkspaceBytes(Isa isa) => Math.Max(ArenaBytes, Steps.Max(step => step.ScratchAt(isa) + step.ScratchBytes(isa)));

    /// <summary>Bytes of a thread's own scratch, where several share a run.</summary>
    public int ScratchBytes(Isa isa) => Steps.Max(step => step.ScratchBytes(isa));

    /// <summary>Bytes that a loaded model keeps: weights and one workspace.</summary>
    public long ResidentBytes(Isa isa) => WeightBytes(isa) + WorkspaceBytes(isa);

    /// <summary>The same as float32.</summary>
    public long FloatBytes => FloatWeightBytes + FloatArenaBytes;

    /// <summary>The step that computes a layer, of several the first; null where another layer computes it.</summary>
    public Step? StepOf(Layer layer) => Steps.FirstOrDefault(step => step.Layer == layer && step.Kernel is not PlanesKernel);

    /// <summary>The steps that weights are packed for: of those that share a layer's, the first.</summary>
    public IEnumerable<Step> Weighted => Steps.Where(step => step.HasWeights && step.Plane == 0);

    /// <summary>Bytes of all packed weights.</summary>
    public long WeightBytes(Isa isa) => Weighted.Sum(step => (long)step.WeightBytes(isa));

    /// <summary>Bytes of the same weights and biases as float32.</summary>
    public long FloatWeightBytes => Network.Layers.Where(layer => layer.Spec.Weight is not null).Sum(layer =>
    {
        Tensor output = Network.Tensors[layer.Output];
        return sizeof(float) * ((layer.Macs / output.Height / output.Width) + output.Channels);
    });
}

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
    Layer Layer, Layer? Fused, Kernel Kernel, Buffer Input, int InputByte, Buffer? Residual, EquatableArray<Buffer> Outputs, int OutputByte)
{
    /// <summary>Kernels may read up to a vector past the end of their scratch.</summary>
    private const int Slack = 64;

    /// <summary>Where its scratch lies in the workspace, by instruction set.</summary>
    public EquatableArray<int> Scratch { get; init; }

    /// <summary>Where its scratch lies in the workspace.</summary>
    public int ScratchAt(Isa isa) => Scratch[Array.IndexOf(Isa.Machines, isa)];

    /// <summary>Bytes of its scratch, what kernels may read past the end included.</summary>
    public int ScratchBytes(Isa isa) => Kernel.ScratchBytes(isa) is > 0 and var bytes ? Buffer.RoundUp(bytes, Slack) + Slack : 0;

    /// <summary>The band that it is a part of: it then computes some rows at a time.</summary>
    public Band? Band { get; init; }

    /// <summary>Which bit-plane of its input it multiplies.</summary>
    public int Plane { get; init; }

    /// <summary>Whether it reads its layer's weights.</summary>
    public bool HasWeights => Layer.Spec.Weight is not null && Kernel is not PlanesKernel;

    /// <summary>Bytes of packed weights, parameters and what the kernel reads beside them.</summary>
    public int WeightBytes(Isa isa) => Kernel.WeightBytes(isa)
        + (Kernel is ProductKernel product && product.Strategy(isa) is WinogradTile winograd ? (1 + Chunks(winograd)) * WinogradStep.Bytes : 0);

    /// <summary>Chunks of 16-bit sums: as the profile has them from the weights, else in the worst case of the bits.</summary>
    public int Chunks(WinogradTile tile) => tile.Chunks(Layer.Spec, Input.Code!.MaxLevel);
}
