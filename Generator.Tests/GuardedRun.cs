using System.Reflection;
using System.Runtime.InteropServices;
using BitKernelGen.Execution;
using BitKernelGen.Packing;
using BitKernelGen.TestNetworks;

namespace BitKernelGen.Generator.Tests;

/// <summary>
/// A model's steps on memory that ends, and then begins, at a page that nobody may touch: input, output, arena, scratch and every
/// block of weights. Steps are cut into parts, each with scratch of its own, which are done one after the other, the last one first:
/// what a part writes into another's share would be seen in the outputs. And all steps in a workspace, as one thread runs them.
/// </summary>
internal sealed unsafe class GuardedRun
{
    private const BindingFlags Members = BindingFlags.NonPublic | BindingFlags.Instance;

    // What PackedWeights adds to a block for its alignment.
    private const int Alignment = 64;

    private readonly IModel _model;
    private readonly int _arenaBytes;
    private readonly FieldInfo[] _fields;
    private readonly nint[] _blocks;
    private readonly int[] _blockBytes;

    private GuardedRun(TestNetwork network, IModel model)
    {
        _model = model;
        _arenaBytes = TestPlans.Of(network).ArenaBytes;
        object packed = model.GetType().GetField("_weights", Members)!.GetValue(model)!;
        var blocks = (List<byte[]>)typeof(PackedWeights).GetField("_blocks", Members)!.GetValue(packed)!;
        _fields = [.. model.GetType().GetFields(Members).Where(field => field.FieldType == typeof(byte*)).OrderBy(field => field.MetadataToken)];
        _blocks = [.. _fields.Select(field => (nint)Pointer.Unbox(field.GetValue(model)!))];
        // Layers may have been packed in any order.
        _blockBytes = [.. _blocks.Select(start => blocks.Single(block => start - Address(block) is >= 0 and < Alignment).Length - Alignment)];
    }

    /// <summary>Runs every network; says where outputs differ from the reference executor's.</summary>
    public static IEnumerable<string> Mismatches(IReadOnlyList<TestNetwork> networks, CompiledModels compiled)
    {
        foreach (TestNetwork network in GuardedMemory.IsSupported ? networks : [])
        {
            using IModel model = compiled.Load(network);
            var random = new Random(2);
            float[] input = [.. Enumerable.Range(0, model.InputLength).Select(_ => network.Network.Tensors[0].Code!.Step * random.Next(-20, 300))];
            if (Mismatch(network, model, input, network.Reference.Run(input)) is { } mismatch)
                yield return mismatch;
        }
    }

    private static string? Mismatch(TestNetwork network, IModel model, float[] input, float[] expected)
    {
        var run = new GuardedRun(network, model);
        foreach (bool isAtEnd in new[] { true, false })
        {
            if (network.Profile.Input.Mean.Count > 0)
                run.EncodeBytes(isAtEnd);
            if (Differential.Difference(expected, run.RunAlone(input, isAtEnd)) is { } alone)
                return $"{network.Profile.Name} alone: {alone}\n{Differential.Describe(network.Network)}";
            foreach (int parts in new[] { 1, 2, 3, 5 })
            {
                if (Differential.Difference(expected, run.Run(input, isAtEnd, parts)) is { } difference)
                    return $"{network.Profile.Name} in {parts} parts: {difference}\n{Differential.Describe(network.Network)}";
            }
        }

        return null;
    }

    private static nint Address(byte[] pinned) => Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);

    private void EncodeBytes(bool isAtEnd)
    {
        using var input = new GuardedMemory(_model.InputLength, isAtEnd);
        using var arena = new GuardedMemory(_arenaBytes, isAtEnd);
        Call("Encode", (typeof(byte*), input), (typeof(byte*), arena));
    }

    /// <summary>All steps in a workspace, whose scratch lies where other steps have their buffers.</summary>
    private float[] RunAlone(float[] values, bool isAtEnd)
    {
        using var input = new GuardedMemory(_model.InputLength * sizeof(float), isAtEnd);
        using var output = new GuardedMemory(_model.OutputLength * sizeof(float), isAtEnd);
        using var workspace = new GuardedMemory((int)_model.Info.ArenaBytes, isAtEnd);
        List<GuardedMemory> weights = Weights(isAtEnd);
        values.CopyTo(input.As<float>());
        workspace.As<byte>().Fill(0xCD);
        Call("Encode", (typeof(float*), input), (typeof(byte*), workspace));
        Call("Execute", (typeof(byte*), workspace));
        Call("Decode", (typeof(byte*), workspace), (typeof(float*), output));
        weights.ForEach(memory => memory.Dispose());
        return output.As<float>().ToArray();
    }

    private float[] Run(float[] values, bool isAtEnd, int parts)
    {
        var work = (IParallelWork)_model;
        using var input = new GuardedMemory(_model.InputLength * sizeof(float), isAtEnd);
        using var output = new GuardedMemory(_model.OutputLength * sizeof(float), isAtEnd);
        using var arena = new GuardedMemory(_arenaBytes, isAtEnd);
        GuardedMemory[] scratch = [.. Enumerable.Range(0, parts).Select(_ => new GuardedMemory(work.ScratchBytes, isAtEnd))];
        List<GuardedMemory> weights = Weights(isAtEnd);
        try
        {
            values.CopyTo(input.As<float>());
            arena.As<byte>().Fill(0xCD);
            Call("Encode", (typeof(float*), input), (typeof(byte*), arena));
            for (int step = 0; step < work.Steps; step++)
            {
                foreach (int part in Enumerable.Range(0, parts).Reverse())
                {
                    scratch[part].As<byte>().Fill(0xEE);
                    work.Execute(step, arena.Pointer, scratch[part].Pointer, part, parts);
                }
            }

            Call("Decode", (typeof(byte*), arena), (typeof(float*), output));
            return output.As<float>().ToArray();
        }
        finally
        {
            foreach (GuardedMemory memory in scratch.Concat(weights))
                memory.Dispose();
        }
    }

    /// <summary>Puts the model's weights into guarded blocks, behind which only what the runtime grants may be read.</summary>
    private List<GuardedMemory> Weights(bool isAtEnd)
    {
        var guarded = new List<GuardedMemory>();
        for (int i = 0; i < _fields.Length; i++)
        {
            var memory = new GuardedMemory(_blockBytes[i], isAtEnd);
            new Span<byte>((byte*)_blocks[i], _blockBytes[i] - PanelUnpacker.Slack).CopyTo(memory.As<byte>());
            memory.As<byte>()[^PanelUnpacker.Slack..].Fill(0x7F);
            _fields[i].SetValue(_model, Pointer.Box(memory.Pointer, typeof(byte*)));
            guarded.Add(memory);
        }

        return guarded;
    }

    private void Call(string method, params (Type Type, GuardedMemory Memory)[] arguments) => _model.GetType()
        .GetMethod(method, Members, [.. arguments.Select(argument => argument.Type)])!
        .Invoke(_model, BindingFlags.DoNotWrapExceptions, null, [.. arguments.Select(argument => Pointer.Box(argument.Memory.Pointer, argument.Type))], null);
}
