using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Profiles;

namespace BitKernelGen.Generator.Planning;

/// <summary>What a layer's products and epilogue cost: cycles, or any unit that is the same for all layers.</summary>
/// <param name="strategy">How they are computed.</param>
/// <param name="layer">The layer.</param>
/// <param name="output">What it writes.</param>
internal delegate double LayerCost(Strategy strategy, Layer layer, Tensor output);

/// <summary>
/// Chooses a strategy for each layer with products: the cheapest, or the one that the profile pins, and of those that need more memory
/// only as many as a budget allows.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="cost">What to go by: <see cref="CostModel"/>, or what was measured.</param>
internal sealed class StrategyChooser(Network network, LayerCost cost)
{
    private sealed record Candidate(Strategy Strategy, double Cycles, long Bytes);

    /// <summary>The strategies of one instruction set, by the layer's index; null for layers without products.</summary>
    /// <param name="isa">The instruction set.</param>
    /// <param name="budget">Bytes of weights that all layers together may take.</param>
    public Strategy?[] Choose(Isa isa, long budget)
    {
        Candidate[][] candidates = [.. network.Layers.Select(layer => Candidates(layer, isa))];
        Candidate?[] chosen = [.. candidates.Select(all => all.OrderBy(candidate => candidate.Cycles).FirstOrDefault())];
        long bytes = chosen.Sum(candidate => candidate?.Bytes ?? 0);
        while (bytes > budget)
        {
            // The exchange that costs least for each byte that it saves.
            var exchanges =
                from layer in Enumerable.Range(0, candidates.Length)
                from candidate in candidates[layer]
                where candidate.Bytes < chosen[layer]!.Bytes
                orderby (candidate.Cycles - chosen[layer]!.Cycles) / (chosen[layer]!.Bytes - candidate.Bytes), layer
                select (layer, candidate);
            (int exchanged, Candidate? smaller) = exchanges.FirstOrDefault();
            if (smaller is null)
                break;
            bytes += smaller.Bytes - chosen[exchanged]!.Bytes;
            chosen[exchanged] = smaller;
        }

        return [.. chosen.Select(candidate => candidate?.Strategy)];
    }

    /// <summary>Bytes of weights where every layer takes its smallest form: the least budget that can be kept.</summary>
    public long LeastBytes(Isa isa) =>
        network.Layers.Sum(layer => Candidates(layer, isa).Select(candidate => candidate.Bytes).DefaultIfEmpty(0).Min());

    /// <summary>
    /// The strategies of a machine that can look products up, from those of AVX-512. Entries of tables take two bits a weight, so
    /// that a plan for memory has them for weights of two bits.
    /// </summary>
    public Strategy?[] ChooseTables(Strategy?[] others) =>
    [
        .. others.Select((other, i) =>
        {
            Layer layer = network.Layers[i];
            Tensor output = network.Tensors[layer.Output];
            string pinned = layer.Spec.KernelStrategy;
            Strategy? tables = Alternatives(network, layer, Isa.Vbmi).OfType<ActivationTableTile>().FirstOrDefault();
            bool isSmall = network.Profile.Prefer == Preference.Speed || layer.Spec.Weight?.Bits == 2;
            return tables is not null && (pinned == tables.Name
                || (pinned == "auto" && isSmall && cost(tables, layer, output) < cost(other!, layer, output))) ? tables : other;
        }),
    ];

    private Candidate[] Candidates(Layer layer, Isa isa)
    {
        Strategy[] strategies = Alternatives(network, layer, isa);
        if (strategies.Length == 0)
            return [];
        Tensor output = network.Tensors[layer.Output];
        Code code = network.Tensors[layer.Inputs[0]].Code!.Product;

        // What is pinned to a strategy that this machine lacks has all others to choose from.
        bool isPinned = strategies.Any(strategy => strategy.Name == layer.Spec.KernelStrategy);
        return
        [
            .. strategies.Where(strategy => !isPinned || strategy.Name == layer.Spec.KernelStrategy).Select(strategy =>
                new Candidate(strategy, cost(strategy, layer, output), Bytes(strategy, layer, output, code))),
        ];
    }

    /// <summary>The strategies that can compute a layer, whatever the profile pins; none for a layer without a choice of them.</summary>
    public static Strategy[] Alternatives(Network network, Layer layer, Isa isa)
    {
        if (layer.Spec.Op is not (LayerOp.Conv or LayerOp.Dense) || layer.IsGathered)
            return [];
        Tensor input = network.Tensors[layer.Inputs[0]], output = network.Tensors[layer.Output];
        Code code = input.Code!.Product;
        int pixelBytes = Buffer.PixelBytesOf(input);
        Isa products = isa == Isa.Vbmi ? Isa.Avx512 : isa;
        var strategies = new List<Strategy>
        {
            ProductTile.Choose(
                products, layer.Window.KernelHeight, layer.Window.KernelWidth * pixelBytes, output.Width, output.Channels,
                ProvenSteps(layer, layer.Window.KernelHeight * (((layer.Window.KernelWidth * pixelBytes) + 3) / 4), code)),
        };
        foreach (int size in new[] { 2, 4 }.Where(size => products.HasWinograd && WinogradTile.Applies(size, layer, input, code)))
            strategies.Add(WinogradTile.Choose(products, size, output.Height, output.Width, pixelBytes, output.Channels, layer.Spec.Weight!, input));

        if (isa == Isa.Vbmi && ActivationTableRule.Applies(layer.Spec, layer.Window, code.MaxLevel, input.Id == 0, input.Channels))
            strategies.Add(ActivationTableTile.Choose(layer, input, output));
        if (isa.LooksUp && WeightTableRule.Applies(layer.Spec, layer.Window, code.MaxLevel, input.Channels))
            strategies.Add(WeightTableTile.Choose(products, layer, input, output));
        return [.. strategies];
    }

    private static long Bytes(Strategy strategy, Layer layer, Tensor output, Code code)
    {
        if (strategy is WinogradTile winograd)
            return winograd.WeightBytes + ((1 + winograd.Chunks(layer.Spec, code.MaxLevel)) * Packing.WinogradStep.Bytes);
        if (strategy is WeightTableTile tables)
            return tables.TableBytes + (3 * sizeof(float) * output.Channels);
        var tile = (ProductTile)strategy;
        long weights = (long)Buffer.RoundUp(output.Channels, tile.PanelOutputs) * layer.Window.KernelHeight * tile.GroupsPerRow * tile.Group;
        return (weights * layer.Spec.Weight!.Bits / 8) + (8 * output.Channels);
    }

    /// <summary>Groups of 4 that a 16-bit sum holds: as the profile has it from the weights, else in the worst case of the bits.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="groups">Groups of 4 in a sum.</param>
    /// <param name="code">What the layer reads.</param>
    internal static int ProvenSteps(Layer layer, int groups, Code code) => layer.Spec.Bounds is { } bounds
        ? bounds.Steps
        : System.Math.Min(groups, short.MaxValue / (2 * layer.Spec.Weight!.Largest * code.MaxLevel));
}
