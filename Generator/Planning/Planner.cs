using System;
using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Profiles;

namespace BitKernelGen.Generator.Planning;

/// <summary>
/// From a network to a plan, in four looks at it: how each layer is computed, which layers run together, which forms of each tensor are needed, where they
/// lie, and which kernel computes each.
/// </summary>
internal sealed class Planner
{
    private readonly Network _network;
    private readonly Layer?[] _fusedInto;
    private readonly Dictionary<(int Tensor, Form Form), Buffer> _buffers = [];
    private readonly IReadOnlyDictionary<Isa, Strategy?[]> _strategies;
    private IReadOnlyList<Band> _bands = [];

    private Planner(Network network, IReadOnlyDictionary<Isa, Strategy?[]> strategies)
    {
        _network = network;
        _fusedInto = new Layer?[network.Layers.Count];
        _strategies = strategies;
    }

    /// <summary>Plans a network: for memory, or for speed, but with no more memory than float32 takes.</summary>
    public static Plan Plan(Network network) => Plan(network, CostModel.Cycles);

    /// <summary>Plans a network by other costs than those of the cost model.</summary>
    public static Plan Plan(Network network, LayerCost cost)
    {
        var chooser = new StrategyChooser(network, cost);
        Dictionary<Isa, Strategy?[]> Strategies(Func<Isa, long> budget)
        {
            Dictionary<Isa, Strategy?[]> strategies = Isa.All.ToDictionary(isa => isa, isa => chooser.Choose(isa, budget(isa)));
            strategies.Add(Isa.Vbmi, chooser.ChooseTables(strategies[Isa.Avx512]));
            return strategies;
        }

        return network.Profile.Prefer == Preference.Memory ? ForMemory(network, Strategies, chooser.LeastBytes) : ForSpeed(network, Strategies);
    }

    /// <summary>
    /// The fastest plan that takes no more bytes than float32. What the workspace leaves to weights depends on the strategies that they
    /// are chosen for, so that it takes some rounds to use it up.
    /// </summary>
    private static Plan ForSpeed(Network network, Func<Func<Isa, long>, Dictionary<Isa, Strategy?[]>> strategies)
    {
        const int Rounds = 6;
        Plan plan = Plan(network, strategies(_ => long.MaxValue));
        if (Isa.All.All(isa => Left(plan, isa) >= 0))
            return plan;

        Plan? best = null;
        Dictionary<Isa, long> budgets = Isa.All.ToDictionary(isa => isa, isa => plan.FloatBytes - isa.RunBy.Max(plan.WorkspaceBytes));
        for (int round = 0; round < Rounds; round++)
        {
            plan = Plan(network, strategies(isa => budgets[isa]));
            bool fits = Isa.All.All(isa => Left(plan, isa) >= 0);
            if (best is not null && (!fits || Isa.All.All(isa => plan.WeightBytes(isa) == best.WeightBytes(isa))))
                return best;
            best = fits ? plan : best;
            budgets = Isa.All.ToDictionary(isa => isa, isa => budgets[isa] + Left(plan, isa));
        }

        return best ?? Plan(network, strategies(_ => 0));

        static long Left(Plan plan, Isa isa) => plan.FloatBytes - isa.RunBy.Max(plan.ResidentBytes);
    }

    /// <summary>
    /// The plan of the fewest bytes, or a faster one that takes hardly more: large Winograd layers keep their weights packed, and need
    /// but a few parameters besides.
    /// </summary>
    private static Plan ForMemory(Network network, Func<Func<Isa, long>, Dictionary<Isa, Strategy?[]>> strategies, Func<Isa, long> least)
    {
        const int HardlyMore = 128;
        Plan smallest = Packed(network, strategies(_ => 0));
        Plan faster = Packed(network, strategies(isa => least(isa) + (smallest.ResidentBytes(isa) / HardlyMore)));
        return Isa.Machines.All(isa => faster.ResidentBytes(isa) - smallest.ResidentBytes(isa) <= smallest.ResidentBytes(isa) / HardlyMore)
            ? faster : smallest;
    }

    /// <summary>
    /// A plan in which, where an unpacked panel is what makes the workspace as large as it is, and a part of all bytes that is
    /// worth the time, the layer's tiles read packed weights.
    /// </summary>
    private static Plan Packed(Network network, Dictionary<Isa, Strategy?[]> strategies)
    {
        const int WorthIt = 64;
        while (true)
        {
            Plan plan = Plan(network, strategies);
            bool isDone = true;
            foreach (Isa isa in Isa.All.Where(isa => plan.WorkspaceBytes(isa) - plan.ArenaBytes > plan.ResidentBytes(isa) / WorthIt))
            {
                Step largest = plan.Steps.OrderByDescending(step => step.ScratchAt(isa) + step.ScratchBytes(isa)).First();
                if (largest.Kernel is not ProductKernel kernel || kernel.Strategy(isa) is not ProductTile tile || tile.IsPacked || !kernel.CanBePacked(tile))
                    continue;
                foreach (Isa machine in isa.RunBy.Where(machine => strategies[machine][largest.Layer.Index] == tile))
                    strategies[machine][largest.Layer.Index] = tile.Packed(kernel.OutputWidth);
                isDone = false;
            }

            if (isDone)
                return plan;
        }
    }

    private static Plan Plan(Network network, IReadOnlyDictionary<Isa, Strategy?[]> strategies)
    {
        var planner = new Planner(network, strategies);
        planner.FuseAdds();
        if (network.Profile.Prefer == Preference.Memory)
            planner._bands = Band.Find(network, planner._fusedInto, [.. planner._strategies.Values]);
        planner.FindForms();
        var placement = new Placement(network, planner._buffers, planner._fusedInto, planner._bands);
        EquatableArray<int>[] scratch = placement.Place([.. planner.Steps()]);
        return new Plan(
            network,
            planner._buffers[(0, Form.Code)],
            planner._buffers[(network.Output, Forms.OfSums(network.Tensors[network.Output]))],
            new EquatableArray<Buffer>(planner._buffers.Values),
            new EquatableArray<Step>(planner.Steps().Zip(scratch, (step, offsets) => step with { Scratch = offsets })),
            placement.FloatBytes());
    }

    private IEnumerable<Step> Steps() => _network.Layers.Where(layer => _fusedInto[layer.Index] is null).SelectMany(StepsOf);

    /// <summary>
    /// A convolution or dense layer whose float32 output only an add reads is computed by the add: its epilogue adds the other
    /// operand, and the float32 tensor never exists.
    /// </summary>
    private void FuseAdds()
    {
        foreach (Layer add in _network.Layers.Where(layer => layer.Spec.Op == LayerOp.Add))
        {
            // The later operand: whatever the other one is, it is there by then.
            foreach (int operand in add.Inputs.OrderByDescending(tensor => tensor))
            {
                Tensor tensor = _network.Tensors[operand];
                if (operand == 0 || tensor.SumCode is not null || operand == _network.Output || Readers(operand).Count() != 1)
                    continue;
                Layer producer = _network.Layers[operand - 1];
                if (producer.Spec.Weight is null || producer.ReadsPlanes || producer.Spec.Activation != Activation.None || add.Inputs[0] == add.Inputs[1])
                    continue;
                _fusedInto[producer.Index] = add;
                break;
            }
        }
    }

    private IEnumerable<Layer> Readers(int tensor) => _network.Layers.SelectMany(layer => layer.Inputs.Where(i => i == tensor).Select(_ => layer));

    private bool IsFusedAway(int tensor) => tensor > 0 && _fusedInto[tensor - 1] is not null;

    /// <summary>Forms that somebody reads, from the last tensor back to the input, so that moves pass on what they are asked for.</summary>
    private void FindForms()
    {
        var needed = new HashSet<(int Tensor, Form Form)> { (_network.Output, Forms.OfSums(_network.Tensors[_network.Output])), (0, Form.Code) };
        foreach (Layer layer in _network.Layers.Reverse())
        {
            foreach (int input in layer.Inputs.Where(input => !IsFusedAway(input)))
            {
                Form[] forms = Forms.Moves(layer.Spec.Op)
                    ? [.. needed.Where(need => need.Tensor == layer.Output && need.Form != Form.Planes).Select(need => need.Form)]
                    : [.. Forms.All.Where(form => Forms.Needs(layer, _network.Tensors[input], form))];
                needed.UnionWith(forms.Select(form => (input, form)));
            }

            // A layer that nobody reads still runs, in its cheapest form: the profile says so, and BKG021 has warned.
            if (!IsFusedAway(layer.Output) && !needed.Any(need => need.Tensor == layer.Output))
                needed.Add((layer.Output, Forms.OfSums(_network.Tensors[layer.Output])));
        }

        needed.UnionWith(_network.Layers.Where(layer => PlanesOf(layer) > 1).Select(layer => (layer.Output, Form.Partial)));

        foreach ((int tensor, Form form) in needed.OrderBy(need => need.Tensor).ThenBy(need => need.Form))
            _buffers.Add((tensor, form), Padded(_network.Tensors[tensor], form));
    }

    /// <summary>The padding that the windows reading a tensor reach into.</summary>
    private Buffer Padded(Tensor tensor, Form form)
    {
        int top = 0, left = 0, bottom = 0, right = 0;
        foreach (Layer layer in Readers(tensor.Id).Where(layer => layer.Spec.Op is LayerOp.Conv or LayerOp.Depthwise && Forms.Read(layer, tensor) == form))
        {
            Window window = layer.Window;
            Tensor output = _network.Tensors[layer.Output];
            top = Math.Max(top, window.PadTop);
            left = Math.Max(left, window.PadLeft);
            bottom = Math.Max(bottom, ((output.Height - 1) * window.StrideHeight) + window.ExtentHeight - window.PadTop - tensor.Height);
            right = Math.Max(right, ((output.Width - 1) * window.StrideWidth) + window.ExtentWidth - window.PadLeft - tensor.Width);
            if (_strategies[Isa.Vbmi][layer.Index] is ActivationTableTile tables)
            {
                bottom = Math.Max(bottom, tables.Reach.Rows - window.PadTop - tensor.Height);
                right = Math.Max(right, tables.Reach.Columns - window.PadLeft - tensor.Width);
            }

            foreach (WinogradTile tile in _strategies.Values.Select(strategies => strategies[layer.Index]).OfType<WinogradTile>())
            {
                // Tiles that hang over read levels too: what a window never reaches must not disturb the others in its tile.
                bottom = Math.Max(bottom, tile.Reach.Rows - window.PadTop - tensor.Height);
                right = Math.Max(right, tile.Reach.Columns - window.PadLeft - tensor.Width);
            }
        }

        return new Buffer(tensor, form, top, left, bottom, right, 0)
        {
            Overhang = Readers(tensor.Id).Where(layer => Forms.Read(layer, tensor) == form)
                .SelectMany(layer => _strategies.Values.Select(strategies => strategies[layer.Index])).OfType<WeightTableTile>()
                .Select(tile => tile.Overhang).DefaultIfEmpty(0).Max(),
            BandRows = form == Form.Code ? _bands.FirstOrDefault(band => band.Consumer.Inputs[0] == tensor.Id)?.Rows : null,
        };
    }

    private IEnumerable<Step> StepsOf(Layer layer)
    {
        Buffer[] outputs = OutputsOf(layer);
        switch (layer.Spec.Op)
        {
            case LayerOp.Conv or LayerOp.Dense or LayerOp.Depthwise when layer.ReadsPlanes:
                foreach (Step step in Planes(layer, outputs))
                    yield return step;
                break;
            case LayerOp.Conv or LayerOp.Dense or LayerOp.Depthwise:
                yield return Weighted(layer, null, null, outputs);
                break;
            case LayerOp.Add when layer.Inputs.Any(IsFusedAway):
                int fused = IsFusedAway(layer.Inputs[0]) ? 0 : 1;
                Buffer other = Read(layer, layer.Inputs[1 - fused]);
                yield return Weighted(_network.Layers[layer.Inputs[fused] - 1], layer, other, outputs);
                break;
            case LayerOp.Add or LayerOp.Mul:
                yield return Add(layer, outputs);
                break;
            case LayerOp.Softmax:
                yield return Softmax(layer, outputs);
                break;
            case LayerOp.AvgPool or LayerOp.GlobalAvgPool:
                yield return AvgPool(layer, outputs);
                break;
            case LayerOp.Concat:
                foreach (Step step in Concat(layer, outputs))
                    yield return step;
                break;
            default:
                foreach (Buffer output in outputs)
                    yield return Move(layer, output);
                break;
        }
    }

    /// <summary>How many bit-planes a layer reads; 0 where it reads levels.</summary>
    private int PlanesOf(Layer layer) => layer.ReadsPlanes ? _network.Tensors[layer.Inputs[0]].Code!.Bits : 0;

    /// <summary>
    /// A layer that reads bit-planes: the first such layer makes them, then each plane's sums are added to those of the planes before.
    /// </summary>
    private IEnumerable<Step> Planes(Layer layer, Buffer[] outputs)
    {
        int tensor = layer.Inputs[0], count = PlanesOf(layer);
        Buffer levels = _buffers[(tensor, Form.Code)], planes = _buffers[(tensor, Form.Planes)];
        if (Readers(tensor).First(reader => reader.ReadsPlanes) == layer)
        {
            var kernel = new PlanesKernel(
                levels.Tensor.Height, levels.InteriorRowBytes, levels.RowBytes, planes.RowBytes, planes.PlaneBytes, count);
            yield return new Step(layer, null, kernel, levels, 0, null, new EquatableArray<Buffer>(planes), 0);
        }

        for (int plane = 0; plane < count; plane++)
        {
            Buffer? before = plane == 0 ? null : _buffers[(layer.Output, Form.Partial)];
            Buffer[] results = plane == count - 1 ? outputs : [_buffers[(layer.Output, Form.Partial)]];
            Step step = Weighted(layer, null, before, results, plane);
            yield return step with { Plane = plane, InputByte = step.InputByte + (plane * planes.PlaneBytes) };
        }
    }

    private Buffer[] OutputsOf(Layer layer) =>
        [.. new[] { Form.Code, Form.Skip, Form.Float }.Where(form => _buffers.ContainsKey((layer.Output, form))).Select(form => _buffers[(layer.Output, form)])];

    private Buffer Read(Layer layer, int tensor) => _buffers[(tensor, Forms.Read(layer, _network.Tensors[tensor]))];

    private Epilogue EpilogueOf(Layer layer, Buffer? residual, Buffer[] outputs) => new(
        residual is null ? null : Operand.Of(residual),
        layer.Activation,
        layer.IsPremultiplied,
        new EquatableArray<Store>(outputs.Select(output => Store.To(output, layer.Activation))))
    {
        RoundsFirst = layer.Spec.Op != LayerOp.Mul
            && (layer.Activation.Kind == Activation.None || layer.Activation.IsLimit)
            && (residual is null || residual.Code is { } code && code.MaxLevel * code.Step * StepsPerUnit(outputs) < MostSteps),
    };

    /// <summary>Half of what float32 rounds to 32 bits, for each of the two terms of a residual sum.</summary>
    private const float MostSteps = 1 << 29;

    /// <summary>Steps of the finest code among the outputs in a unit of their values.</summary>
    public static float StepsPerUnit(IEnumerable<Buffer> outputs) => outputs.Select(output => output.Code?.Reciprocal ?? 0).Max();

    /// <summary>A layer with weights, alone or with the add that follows it.</summary>
    private Step Weighted(Layer layer, Layer? add, Buffer? residual, Buffer[] outputs, int? plane = null)
    {
        Buffer input = Read(layer, layer.Inputs[0]);
        Window window = layer.Window;
        Tensor output = _network.Tensors[layer.Output];
        Epilogue epilogue = EpilogueOf(add ?? layer, residual, outputs);
        if (plane is { } number)
        {
            epilogue = epilogue with
            {
                Activation = number == PlanesOf(layer) - 1 ? layer.Activation : ActivationFunction.None,
                Plane = number == 0 ? Plane.First : Plane.Next,
            };
        }

        int start = -(window.PadTop * input.RowBytes) - (window.PadLeft * input.PixelBytes);
        Code code = input.Code!;
        Kernel kernel = layer.IsGathered ? Gathered(layer, input, output, epilogue)
            : layer.Spec.Op == LayerOp.Depthwise ? new DepthwiseKernel
            {
                KernelHeight = window.KernelHeight,
                KernelWidth = window.KernelWidth,
                StrideHeight = window.StrideHeight,
                StrideWidth = window.StrideWidth,
                DilationHeight = window.DilationHeight,
                DilationWidth = window.DilationWidth,
                InputPixelBytes = input.PixelBytes,
                InputRowBytes = input.RowBytes,
                OutputHeight = output.Height,
                OutputWidth = output.Width,
                Channels = output.Channels,
                WeightBits = layer.Spec.Weight!.Bits,
                HasZero = input.Tensor.HasZero,
                Epilogue = epilogue,
            }
            : new ProductKernel
            {
                MostWidened = _network.Profile.Prefer == Preference.Memory ? 4 * 1024 : 256 * 1024,
                IsDense = layer.Spec.Op == LayerOp.Dense,
                KernelHeight = window.KernelHeight,
                KernelWidth = window.KernelWidth,
                StrideHeight = window.StrideHeight,
                StrideWidth = window.StrideWidth,
                InputChannels = input.Tensor.Channels,
                InputPixelBytes = input.PixelBytes,
                InputRowBytes = input.RowBytes,
                OutputHeight = output.Height,
                OutputWidth = output.Width,
                OutputChannels = output.Channels,
                WeightBits = layer.Spec.Weight!.Bits,
                MaxLevel = code.MaxLevel,
                HasZero = input.Tensor.HasZero,
                Epilogue = epilogue,
                Strategies = new EquatableArray<Strategy>(_strategies.Values.Select(all => all[layer.Index]!).Distinct()),
            };
        Band? band = _bands.FirstOrDefault(band => band.Producer == layer || band.Consumer == layer);
        if (band is not null)
            kernel = (ProductKernel)kernel with { OutputHeight = band.Rows };
        return new Step(layer, add, kernel, input, start, residual, new EquatableArray<Buffer>(outputs), 0) { Band = band };
    }

    private static GatheredKernel Gathered(Layer layer, Buffer input, Tensor output, Epilogue epilogue)
    {
        int channels = input.Tensor.Channels, groupOutputs = output.Channels / layer.Groups;
        int together = GatheredKernel.Together(layer.Groups, groupOutputs, epilogue.Stores.Any(store => store.Encoding is null));
        int outputs = together * groupOutputs, pixelBytes = GatheredKernel.PixelBytes(layer, channels, together);
        if (together < layer.Groups)
            epilogue = epilogue with { Stores = new EquatableArray<Store>(epilogue.Stores.Select(store => store with { Part = outputs })) };

        // Where all products of an output fit 16 bits, they do with zeros between them.
        int steps = StrategyChooser.ProvenSteps(layer, GatheredKernel.ReductionGroups(layer, channels), input.Code!);
        if (steps >= GatheredKernel.ReductionGroups(layer, channels))
            steps = pixelBytes / 4;
        return new GatheredKernel
        {
            Window = layer.Window,
            InputPixelBytes = input.PixelBytes,
            InputRowBytes = input.RowBytes,
            Groups = layer.Groups,
            GroupChannels = channels / layer.Groups,
            GroupsTogether = together,
            Product = new ProductKernel
            {
                IsDense = false,
                KernelHeight = 1,
                KernelWidth = 1,
                StrideHeight = 1,
                StrideWidth = 1,
                InputChannels = layer.Window.KernelHeight * layer.Window.KernelWidth * (channels / layer.Groups),
                InputPixelBytes = pixelBytes,
                InputRowBytes = output.Width * pixelBytes,
                OutputHeight = output.Height,
                OutputWidth = output.Width,
                OutputChannels = outputs,
                WeightBits = layer.Spec.Weight!.Bits,
                MaxLevel = input.Code!.MaxLevel,
                HasZero = input.Code.Zero != 0,
                Epilogue = epilogue,
                Strategies = new EquatableArray<Strategy>(Isa.All.Select(isa => ProductTile.Choose(isa, 1, pixelBytes, output.Width, outputs, steps))),
            },
        };
    }

    private Step Softmax(Layer layer, Buffer[] outputs)
    {
        Buffer input = Read(layer, layer.Inputs[0]), output = outputs[0];
        Tensor tensor = output.Tensor;
        var kernel = new SoftmaxKernel(tensor.Height, tensor.Width, tensor.Channels, Operand.Of(input), output.PixelBytes, output.RowBytes);
        return new Step(layer, null, kernel, input, 0, null, new EquatableArray<Buffer>(output), 0);
    }

    private Step Add(Layer layer, Buffer[] outputs)
    {
        Buffer first = Read(layer, layer.Inputs[0]), second = Read(layer, layer.Inputs[1]);
        Tensor output = _network.Tensors[layer.Output];
        var kernel = new AddKernel(output.Height, output.Width, output.Channels, Operand.Of(first), EpilogueOf(layer, second, outputs));
        if (layer.Spec.Op == LayerOp.Mul)
        {
            // One number for each channel is read again for every pixel.
            bool isRepeated = second.Tensor.Length != output.Length;
            Operand factor = kernel.Epilogue.Residual!;
            factor = isRepeated ? factor with { PixelBytes = 0, RowBytes = 0 } : factor;
            kernel = kernel with { Epilogue = kernel.Epilogue with { IsProduct = true, Residual = factor } };
        }

        return new Step(layer, null, kernel, first, 0, second, new EquatableArray<Buffer>(outputs), 0);
    }

    private Step AvgPool(Layer layer, Buffer[] outputs)
    {
        Buffer input = Read(layer, layer.Inputs[0]);
        Tensor output = _network.Tensors[layer.Output];
        var kernel = new AvgPoolKernel(
            layer.Window, input.Tensor.Height, input.Tensor.Width, output.Channels, input.PixelBytes, input.RowBytes, input.Code!.Zero,
            output.Height, output.Width, EpilogueOf(layer, null, outputs))
        {
            CountsPadding = layer.Spec.CountIncludePad,
        };
        return new Step(layer, null, kernel, input, 0, null, new EquatableArray<Buffer>(outputs), 0);
    }

    private IEnumerable<Step> Concat(Layer layer, Buffer[] outputs)
    {
        foreach (Buffer output in outputs)
        {
            int channel = 0;
            foreach (int tensor in layer.Inputs)
            {
                Buffer input = Read(layer, tensor);
                var kernel = new RecodeKernel(
                    input.Tensor.Height, input.Tensor.Width, input.Tensor.Channels, Operand.Of(input), Store.To(output, ActivationFunction.None),
                    input.Code is not null && input.Code == output.Code);
                yield return new Step(layer, null, kernel, input, 0, null, new EquatableArray<Buffer>(output), channel);
                channel += input.Tensor.Channels;
            }
        }
    }

    private Step Move(Layer layer, Buffer output)
    {
        Buffer input = _buffers[(layer.Inputs[0], output.Form)];
        Tensor from = input.Tensor, to = output.Tensor;
        int element = output.IsFloat ? sizeof(float) : 1;
        Kernel kernel = layer.Spec.Op switch
        {
            LayerOp.MaxPool => new MaxPoolKernel(
                layer.Window, from.Height, from.Width, input.PixelBytes, input.RowBytes, to.Height, to.Width, output.PixelBytes, output.RowBytes),
            LayerOp.Flatten => new CopyKernel(
                1, 1, from.Height, from.Width, from.Channels * element, 0, 0, 0,
                input.PixelBytes, input.RowBytes, from.Channels * element, from.Width * from.Channels * element),
            LayerOp.Subsample => new CopyKernel(
                layer.Spec.Stride[0], layer.Spec.Stride[1], to.Height, to.Width, from.Channels * element, 0, 0, 0,
                input.PixelBytes, input.RowBytes, output.PixelBytes, output.RowBytes),
            _ => new CopyKernel(
                1, 1, to.Height, to.Width, from.Channels * element,
                layer.Spec.PadChannels[0] * element, layer.Spec.PadChannels[1] * element, (byte)(output.Code?.Zero ?? 0),
                input.PixelBytes, input.RowBytes, output.PixelBytes, output.RowBytes),
        };
        return new Step(layer, null, kernel, input, 0, null, new EquatableArray<Buffer>(output), 0);
    }
}
