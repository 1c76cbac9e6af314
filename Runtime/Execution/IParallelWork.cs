using System.ComponentModel;

namespace BitKernelGen.Execution;

/// <summary>A run in steps, each of which threads share: what generated models are to a <see cref="ParallelRunner"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public unsafe interface IParallelWork
{
    /// <summary>How many steps.</summary>
    int Steps { get; }

    /// <summary>Bytes of scratch for each thread.</summary>
    int ScratchBytes { get; }

    /// <summary>Does a part of a step; the parts of a step may be done at once or in any order.</summary>
    /// <param name="step">0 to <see cref="Steps"/> − 1; those before it are done.</param>
    /// <param name="arena">The activations, shared by all parts.</param>
    /// <param name="scratch">This part's own scratch.</param>
    /// <param name="part">0 to <paramref name="parts"/> − 1.</param>
    /// <param name="parts">How many parts.</param>
    void Execute(int step, byte* arena, byte* scratch, int part, int parts);
}
