namespace BitKernelGen.Calibration.Data;

/// <summary>The order in which a network takes the colours of a pixel.</summary>
public enum ChannelOrder
{
    /// <summary>Red, green, blue.</summary>
    Rgb,
    /// <summary>Blue, green, red.</summary>
    Bgr,
}

/// <summary>Samples of a data set, read one at a time.</summary>
public abstract class DataSource : IDisposable
{
    /// <summary>The forms of text that <see cref="Open"/> takes.</summary>
    public const string Forms = "idx:IMAGES[,LABELS], cifar10:FILE.bin, images:FOLDER, npy:X.npy[,Y.npy]";

    /// <summary>How many samples there are.</summary>
    public abstract int Count { get; }

    /// <summary>Whether samples are raw bytes; otherwise they are floats in the network's own units.</summary>
    public virtual bool IsBytes => true;

    /// <summary>The order of a pixel's colours.</summary>
    public virtual ChannelOrder Order => ChannelOrder.Rgb;

    /// <summary>Whether samples have labels.</summary>
    public abstract bool HasLabels { get; }

    /// <summary>Opens a data set.</summary>
    /// <param name="text">
    /// One of <see cref="Forms"/>. Images and labels of idx may be gzip files; cifar10 is the data set's binary form; an image
    /// folder, or the folder above it, may have a labels.txt with lines of file and label; of npy X is float32 (taken as it is)
    /// or uint8, [samples, height, width, channels] or [samples, channels, height, width].
    /// </param>
    /// <param name="shape">The network's input, which the samples must have the size of.</param>
    /// <param name="order">The order of colours that the network takes. Files of colour images are read as red, green, blue.</param>
    /// <exception cref="DataSourceException">A file is missing, malformed, or of another size.</exception>
    public static DataSource Open(string text, SampleShape shape, ChannelOrder order = ChannelOrder.Rgb)
    {
        int colon = text.IndexOf(':');
        string kind = colon < 0 ? "" : text[..colon];
        string[] paths = text[(colon + 1)..].Split(',', StringSplitOptions.TrimEntries);
        if (paths.Any(path => path.Length == 0) || paths.Length > (kind is "idx" or "npy" ? 2 : 1))
            throw NotUnderstood(text);
        string? labels = paths.Length > 1 ? paths[1] : null;
        try
        {
            DataSource source = kind switch
            {
                "idx" => new IdxSource(paths[0], labels, shape),
                "cifar10" => new Cifar10Source(paths[0], shape),
                "images" => new ImageFolderSource(paths[0], shape),
                "npy" => new NpySource(paths[0], labels, shape),
                _ => throw NotUnderstood(text),
            };
            return order == ChannelOrder.Bgr && shape.Channels == 3 ? new SwappedSource(source) : source;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new DataSourceException($"'{text}' can't be read: {exception.Message}", exception);
        }
    }

    /// <summary>Reads a sample.</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    /// <exception cref="DataSourceException">Its file can't be decoded or has another size.</exception>
    public abstract Sample Read(int index);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes what was opened.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }

    private static DataSourceException NotUnderstood(string text) => new($"Data '{text}' is not one of {Forms}.");

    /// <summary>Exchanges the first and last of a pixel's three channels.</summary>
    private sealed class SwappedSource(DataSource source) : DataSource
    {
        public override int Count => source.Count;

        public override bool IsBytes => source.IsBytes;

        public override ChannelOrder Order => ChannelOrder.Bgr;

        public override bool HasLabels => source.HasLabels;

        public override Sample Read(int index)
        {
            Sample sample = source.Read(index);
            Swap<byte>(sample.Bytes);
            Swap<float>(sample.Floats);
            return sample;
        }

        protected override void Dispose(bool disposing) => source.Dispose();

        private static void Swap<T>(Span<T> pixels)
        {
            for (int i = 0; i < pixels.Length; i += 3)
                (pixels[i], pixels[i + 2]) = (pixels[i + 2], pixels[i]);
        }
    }
}
