using System.Globalization;
using BitKernelGen.Calibration.Onnx;
using BitKernelGen.Calibration.Quantize;

namespace BitKernelGen.Calibration.Allocation;

/// <summary>Shares bits out: codes under an average rate, weights under a number of bytes, both under a time.</summary>
public sealed class BitAllocator
{
    private const string Input = "input";
    private static readonly Dictionary<string, double[]> NoLoss = [];
    private readonly FloatNetwork _network;
    private readonly CodePlan _plan;
    private readonly QuantizeOptions _options;
    private readonly IReadOnlyDictionary<string, double[]> _codeLoss;
    private readonly IReadOnlyDictionary<string, double[]> _weightLoss;

    /// <summary>Allocates by losses that are known.</summary>
    /// <param name="network">The float network.</param>
    /// <param name="options">The budgets, and bits that are fixed.</param>
    /// <param name="codeLoss">For each tensor with a code for products the loss at 1 to 8 bits.</param>
    /// <param name="weightLoss">For each layer with weights the loss at 1 to 8 bits.</param>
    public BitAllocator(
        FloatNetwork network,
        QuantizeOptions options,
        IReadOnlyDictionary<string, double[]> codeLoss,
        IReadOnlyDictionary<string, double[]> weightLoss)
    {
        (_network, _options, _codeLoss, _weightLoss) = (network, options, codeLoss, weightLoss);
        _plan = CodePlanner.Plan(network, options);
    }

    /// <summary>Refuses budgets that no allocation keeps, which needs no measurement.</summary>
    /// <exception cref="BudgetException">A budget is below what is possible.</exception>
    public static void Check(FloatNetwork network, QuantizeOptions options) => new BitAllocator(network, options, NoLoss, NoLoss).Allocate();

    /// <summary>Measures what is needed and allocates.</summary>
    /// <param name="network">The float network.</param>
    /// <param name="samples">Inputs, height-width-channel order.</param>
    /// <param name="fits">Of every tensor with a code.</param>
    /// <param name="options">The budgets; without any they come back as they are.</param>
    /// <param name="progress">Told after every measurement.</param>
    /// <returns>The options with every layer's bits filled in.</returns>
    /// <exception cref="BudgetException">A budget is below what is possible.</exception>
    public static QuantizeOptions Allocate(
        FloatNetwork network,
        IReadOnlyList<float[]> samples,
        IReadOnlyList<TensorFit> fits,
        QuantizeOptions options,
        IProgress<QuantizeProgress>? progress = null)
    {
        bool codes = options.Rate is not null || options.Time is not null, weights = options.Bytes is not null || options.Time is not null;
        if (!codes && !weights)
            return options;
        var losses = new Losses(network, samples, options, progress);
        return new BitAllocator(
            network, options, codes ? losses.OfCodes(fits) : NoLoss, weights ? losses.OfWeights() : NoLoss).Allocate();
    }

    /// <summary>Allocates.</summary>
    /// <returns>The options with every layer's bits filled in.</returns>
    /// <exception cref="BudgetException">A budget is below what is possible.</exception>
    public QuantizeOptions Allocate()
    {
        var codeBits = new Dictionary<string, int>(_options.LayerBits);
        var weightBits = new Dictionary<string, int>(_options.LayerWeightBits);
        if (_options.Time is { } time)
        {
            ByTime(time, codeBits, weightBits);
        }
        else
        {
            if (_options.Rate is { } rate)
                ByRate(rate, codeBits);
            if (_options.Bytes is { } bytes)
                ByBytes(bytes, weightBits);
        }

        return _options with { LayerBits = codeBits, LayerWeightBits = weightBits };
    }

    private IEnumerable<FloatLayer> Coded =>
        _network.Layers.Zip(_plan.Layers).Where(pair => pair.Second.CodeBits is not null).Select(pair => pair.First);

    private void ByRate(double rate, Dictionary<string, int> codeBits)
    {
        FloatLayer[] tensors = [.. Coded];
        Choice[][] groups = [.. tensors.Select(tensor => CodeChoices(tensor)
            .Select(bits => new Choice(bits * CodeRate.Elements(tensor), Loss(_codeLoss, tensor, bits))).ToArray())];
        long elements = tensors.Sum(CodeRate.Elements);
        Selection selection = MultipleChoiceKnapsack.Solve(groups, (long)Math.Floor((rate * elements) + 1e-6)) ?? throw new BudgetException(
            $"An average code rate of {Text(rate)} bits", $"{Text((double)MultipleChoiceKnapsack.LeastCost(groups) / elements)} bits");
        for (int i = 0; i < tensors.Length; i++)
            codeBits[tensors[i].Spec.Name] = CodeChoices(tensors[i])[selection.Chosen[i]];
    }

    private void ByBytes(ByteBudget budget, Dictionary<string, int> weightBits)
    {
        FloatLayer[] layers = [.. _network.Layers.Where(CodePlanner.HasWeights)];
        Choice[][] groups = [.. layers.Select(layer => WeightChoices(layer)
            .Select(bits => new Choice(budget.LayerBytes(layer, bits), Loss(_weightLoss, layer, bits))).ToArray())];
        Selection selection = MultipleChoiceKnapsack.Solve(groups, budget.Bytes - budget.Fixed) ?? throw new BudgetException(
            $"A size of {Whole(budget.Bytes)} bytes",
            $"{Whole(budget.Fixed + MultipleChoiceKnapsack.LeastCost(groups))} bytes, {Whole(budget.Fixed)} of them for activations");
        for (int i = 0; i < layers.Length; i++)
            weightBits[layers[i].Spec.Name] = WeightChoices(layers[i])[selection.Chosen[i]];
    }

    /// <summary>A tensor's code decides the time of every layer that multiplies it, so they are chosen together.</summary>
    private void ByTime(TimeBudget budget, Dictionary<string, int> codeBits, Dictionary<string, int> weightBits)
    {
        ILookup<string, FloatLayer> readers = _network.Layers.Where(CodePlanner.HasWeights)
            .ToLookup(layer => CodePlanner.CodeOwner(_network, layer.Spec.Inputs[0]));
        FloatLayer?[] tensors = [null, .. Coded];
        JointChoice[][] groups = [.. tensors.Select(tensor => JointChoices(tensor, readers[tensor?.Spec.Name ?? Input], budget.LayerCycles))];
        double others = _network.Layers.Where(layer => !CodePlanner.HasWeights(layer)).Sum(layer => budget.LayerCycles(layer, 0, 0));
        Choice[][] choices = [.. groups.Select(group => group.Select(choice => choice.Choice).ToArray())];
        Selection selection = MultipleChoiceKnapsack.Solve(choices, (long)Math.Floor(budget.Cycles - others)) ?? throw new BudgetException(
            $"A time of {Whole(budget.Cycles)} cycles", $"{Whole(others + MultipleChoiceKnapsack.LeastCost(choices))} cycles");
        for (int i = 0; i < tensors.Length; i++)
        {
            JointChoice chosen = groups[i][selection.Chosen[i]];
            if (tensors[i] is { } tensor)
                codeBits[tensor.Spec.Name] = chosen.CodeBits;
            foreach ((FloatLayer layer, int bits) in readers[tensors[i]?.Spec.Name ?? Input].Zip(chosen.WeightBits))
                weightBits[layer.Spec.Name] = bits;
        }
    }

    private JointChoice[] JointChoices(FloatLayer? tensor, IEnumerable<FloatLayer> readers, LayerCycles cycles)
    {
        var choices = new List<JointChoice>();
        foreach (int codeBits in tensor is null ? [CodePlanner.InputBits] : CodeChoices(tensor))
        {
            double loss = tensor is null ? 0 : Loss(_codeLoss, tensor, codeBits);
            JointChoice[] joint = [new(new Choice(0, loss), codeBits, [])];
            foreach (FloatLayer layer in readers)
            {
                joint = Best(joint.SelectMany(before => WeightChoices(layer).Select(bits => before.With(
                    bits, (long)Math.Ceiling(cycles(layer, bits, codeBits)), Loss(_weightLoss, layer, bits)))));
            }

            choices.AddRange(joint);
        }

        return Best(choices);
    }

    private static JointChoice[] Best(IEnumerable<JointChoice> choices)
    {
        JointChoice[] all = [.. choices];
        return [.. ChoiceFront.Of([.. all.Select(choice => choice.Choice)]).Indices.Select(i => all[i])];
    }

    private int[] CodeChoices(FloatLayer tensor) =>
        _options.LayerBits.TryGetValue(tensor.Spec.Name, out int bits) ? [bits] : [.. Enumerable.Range(1, LossCurve.MaxBits)];

    /// <summary>The first and the last layer keep their least.</summary>
    private int[] WeightChoices(FloatLayer layer)
    {
        if (_options.LayerWeightBits.TryGetValue(layer.Spec.Name, out int bits))
            return [bits];
        int least = CodePlanner.IsEdge(_network, layer) ? _options.EdgeWeightBits : 1;
        return [.. Enumerable.Range(least, LossCurve.MaxBits + 1 - least)];
    }

    private static double Loss(IReadOnlyDictionary<string, double[]> losses, FloatLayer layer, int bits) =>
        losses.TryGetValue(layer.Spec.Name, out double[]? loss) ? loss[bits - 1] : 0;

    private static string Text(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);

    private static string Whole(double number) => Math.Ceiling(number).ToString("N0", CultureInfo.InvariantCulture);

    /// <param name="Choice">Cost and loss of all of it.</param>
    /// <param name="CodeBits">Of the tensor.</param>
    /// <param name="WeightBits">Of the layers that multiply it, in their order.</param>
    private sealed record JointChoice(Choice Choice, int CodeBits, int[] WeightBits)
    {
        public JointChoice With(int weightBits, long cost, double loss) =>
            new(new Choice(Choice.Cost + cost, Choice.Loss + loss), CodeBits, [.. WeightBits, weightBits]);
    }
}
