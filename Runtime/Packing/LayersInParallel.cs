using System.Runtime.ExceptionServices;

namespace BitKernelGen.Packing;

/// <summary>Packs the layers of a large model on all processors, so that it is ready sooner.</summary>
public static class LayersInParallel
{
    /// <summary>Packs layers.</summary>
    /// <param name="layers">What packs each. They share nothing but the <see cref="PackedWeights"/>.</param>
    /// <exception cref="WeightsException">The first layer that was refused; the others may have been packed.</exception>
    public static void Pack(params Action[] layers)
    {
        if (Environment.ProcessorCount == 1)
        {
            Array.ForEach(layers, layer => layer());
            return;
        }

        var failures = new ExceptionDispatchInfo?[layers.Length];
        Parallel.For(0, layers.Length, i =>
        {
            try
            {
                layers[i]();
            }
            catch (WeightsException exception)
            {
                failures[i] = ExceptionDispatchInfo.Capture(exception);
            }
        });
        Array.Find(failures, failure => failure is not null)?.Throw();
    }
}
