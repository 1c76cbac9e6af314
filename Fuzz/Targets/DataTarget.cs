using BitKernelGen.Calibration.Data;

namespace BitKernelGen.Fuzz.Targets;

/// <summary>A form of data: the input is a file, all of whose samples are read.</summary>
internal abstract class DataTarget(string kind, SampleShape shape) : FuzzTarget
{
    private const int MostSamples = 64;
    private readonly Lazy<string> _folder = new(() => Directory.CreateTempSubdirectory($"bitkernelgen-{kind}-").FullName);

    /// <summary>The data's text for <see cref="DataSource.Open"/>, once the file is written.</summary>
    protected virtual string Write(string folder, byte[] input)
    {
        string path = Path.Combine(folder, "data");
        File.WriteAllBytes(path, input);
        return $"{kind}:{path}";
    }

    public override bool Read(byte[] input)
    {
        try
        {
            using DataSource data = DataSource.Open(Write(_folder.Value, input), shape);
            for (int i = 0; i < Math.Min(data.Count, MostSamples); i++)
            {
                Sample sample = data.Read(i);
                if ((sample.Bytes?.Length ?? sample.Floats!.Length) != shape.Length)
                    throw new InvalidOperationException($"Sample {i} has another length than {shape}.");
            }

            return true;
        }
        catch (DataSourceException)
        {
            return false;
        }
    }
}
