using System.Globalization;
using StbImageSharp;

namespace BitKernelGen.Calibration.Data;

/// <summary>A folder of JPEG, PNG or BMP files of the network's size, in the order of labels.txt, or of their names.</summary>
internal sealed class ImageFolderSource : DataSource
{
    private const string LabelsFile = "labels.txt";
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".bmp"];

    private readonly List<(string Path, int Label)> _images = [];
    private readonly SampleShape _shape;

    public ImageFolderSource(string folder, SampleShape shape)
    {
        if (!Directory.Exists(folder))
            throw new DataSourceException($"{folder}: there is no such folder.");
        if (shape.Channels is not (1 or 3))
            throw new DataSourceException($"{folder}: images have 1 or 3 channels; the network reads {shape}.");
        _shape = shape;

        // The labels may be beside the images, or beside their folder.
        string? above = Path.GetDirectoryName(Path.GetFullPath(folder).TrimEnd(Path.DirectorySeparatorChar));
        string? labels = new[] { folder, above }
            .OfType<string>().Select(directory => Path.Combine(directory, LabelsFile)).FirstOrDefault(File.Exists);
        string[] folders = labels is null ? [folder] : [folder, .. Directory.GetDirectories(folder)];
        if (labels is null)
            ListByName(folder);
        else
            ListByLabels(labels, folders);
        if (_images.Count == 0)
            throw new DataSourceException($"{folder}: there is no image ({string.Join(", ", Extensions)}) in it.");
    }

    public override int Count => _images.Count;

    public override bool HasLabels => _images[0].Label >= 0;

    public override Sample Read(int index)
    {
        (string path, int label) = _images[index];
        ImageResult image;
        try
        {
            // Devices and pipes, which a list may name too and which never end, have no length either.
            if (new FileInfo(path).Length == 0)
                throw new DataSourceException($"{path}: the file is empty.");
            byte[] file = File.ReadAllBytes(path);
            RequireSize(path, file);
            image = ImageResult.FromStream(new EndingStream(file), _shape.Channels == 1 ? ColorComponents.Grey : ColorComponents.RedGreenBlue);
        }
        catch (DataSourceException)
        {
            throw;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The decoder throws whatever a damaged file leads it to.
            throw new DataSourceException($"{path}: the image can't be decoded: {exception.Message}", exception);
        }

        return new Sample(image.Data, null, label);
    }

    /// <summary>Before anything is decoded: a small file may claim any size.</summary>
    private void RequireSize(string path, byte[] file)
    {
        if (ImageInfo.FromStream(new EndingStream(file)) is { } image && (image.Height != _shape.Height || image.Width != _shape.Width))
        {
            throw new DataSourceException(
                $"{path}: the image is {image.Height}x{image.Width}; the network reads {_shape.Height}x{_shape.Width}. Resize it first.");
        }
    }

    private void ListByName(string folder) => _images.AddRange(
        Directory.EnumerateFiles(folder)
            .Where(path => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)
            .Select(path => (path, -1)));

    private void ListByLabels(string labels, string[] folders)
    {
        int number = 0;
        foreach (string line in File.ReadLines(labels))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            int space = line.TrimEnd().LastIndexOfAny([' ', '\t']);
            if (space < 0 || !int.TryParse(line.AsSpan(space + 1), NumberStyles.Integer, CultureInfo.InvariantCulture, out int label) || label < 0)
                throw new DataSourceException($"{labels}({number}): a line is a file and its label from 0 on; this is '{line}'.");
            string file = line[..space].Trim();
            string path = folders.Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists)
                ?? throw new DataSourceException($"{labels}({number}): there is no file '{file}'.");
            _images.Add((path, label));
        }
    }
}
