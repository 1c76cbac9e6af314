namespace BitKernelGen.Tool;

/// <summary>How far something is.</summary>
/// <param name="Stage">What is being done.</param>
/// <param name="Fraction">The part of it that is done, 0 to 1.</param>
public readonly record struct StageProgress(string Stage, double Fraction);

/// <summary>Progress as others report it. Passed on at once and on the same thread, unlike <see cref="Progress{T}"/>.</summary>
internal static class StageProgressExtensions
{
    public static IProgress<T> Select<T>(this IProgress<StageProgress> progress, Func<T, StageProgress> convert) =>
        new Converted<T>(progress, convert);

    /// <summary>How many of so many are done.</summary>
    public static IProgress<int> Counting(this IProgress<StageProgress> progress, string stage, int total) =>
        progress.Select<int>(done => new StageProgress(stage, (double)done / total));

    private sealed class Converted<T>(IProgress<StageProgress> progress, Func<T, StageProgress> convert) : IProgress<T>
    {
        public void Report(T value) => progress.Report(convert(value));
    }
}
