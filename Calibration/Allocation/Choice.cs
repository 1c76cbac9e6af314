namespace BitKernelGen.Calibration.Allocation;

/// <summary>One way to code a tensor or to store a layer.</summary>
/// <param name="Cost">What it takes of the budget, at least 0: bits, bytes or cycles.</param>
/// <param name="Loss">What it costs in accuracy, at least 0; losses of different groups add.</param>
public readonly record struct Choice(long Cost, double Loss);

/// <summary>A choice from every group.</summary>
/// <param name="Chosen">For each group the index of its choice.</param>
/// <param name="Cost">The sum of their costs.</param>
/// <param name="Loss">The sum of their losses.</param>
/// <param name="Gap">No solution within the budget loses less than Loss − Gap: 0 for an optimum that is proved.</param>
public sealed record Selection(IReadOnlyList<int> Chosen, long Cost, double Loss, double Gap);
