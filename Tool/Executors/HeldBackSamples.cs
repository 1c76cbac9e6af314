using BitKernelGen.Calibration.Data;

namespace BitKernelGen.Tool.Executors;

/// <summary>What is left of a data set when some samples, spread evenly, were used to calibrate on.</summary>
internal sealed class HeldBackSamples : DataSource
{
    private readonly DataSource _data;
    private readonly int[] _indices;

    public HeldBackSamples(DataSource data, int used, int atMost)
    {
        _data = data;
        var taken = Enumerable.Range(0, used).Select(i => (int)((long)i * data.Count / used)).ToHashSet();
        int[] left = [.. Enumerable.Range(0, data.Count).Where(index => !taken.Contains(index))];
        int count = Math.Min(atMost, left.Length);
        _indices = [.. Enumerable.Range(0, count).Select(i => left[(int)((long)i * left.Length / count)])];
    }

    public override int Count => _indices.Length;

    public override bool IsBytes => _data.IsBytes;

    public override bool HasLabels => _data.HasLabels;

    public override Sample Read(int index) => _data.Read(_indices[index]);
}
