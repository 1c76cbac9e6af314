using System.Text;
using BitKernelGen.Calibration.Onnx.Proto;
using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Onnx.Import;

/// <summary>Names that a reader of the model's source recognises: the module that holds the weights, or the node's path.</summary>
internal sealed class LayerNames
{
    private const int Longest = 80;

    private readonly HashSet<string> _taken = ["input"];
    private readonly Dictionary<string, int> _repeats = [];

    public string Choose(NodeProto node, LayerOp op, string? weights)
    {
        string kind = op == LayerOp.PadChannels ? "pad" : op.ToString().ToLowerInvariant();
        string name = Sanitize(FromWeights(weights) ?? FromPath(node, op, kind) ?? kind);
        if (name.Length == 0 || name.All(char.IsAsciiDigit))
            name = kind + name;
        return Unique(name);
    }

    private static string? FromWeights(string? weights)
    {
        const string suffix = ".weight";
        return weights is not null && weights.EndsWith(suffix, StringComparison.Ordinal) && !weights.Contains(':')
            ? weights[..^suffix.Length] : null;
    }

    /// <summary>PyTorch's "/layer1/layer1.0/down/down.0/Conv" is "layer1.0.down.0".</summary>
    private static string? FromPath(NodeProto node, LayerOp op, string kind)
    {
        string[] segments = node.Name.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (segments.Length == 0)
            return null;
        if (segments.Length == 1)
            return segments[0].StartsWith(node.OpType, StringComparison.Ordinal) ? null : segments[0];

        var path = new List<string>();
        foreach (string segment in segments[..^1])
        {
            if (path.Count > 0 && segment.StartsWith(path[^1] + ".", StringComparison.Ordinal))
                path[^1] = segment;
            else
                path.Add(segment);
        }

        string last = path[^1];
        bool isModule = op is LayerOp.Conv or LayerOp.Depthwise or LayerOp.Dense
            || last.All(char.IsAsciiDigit) || last.Contains("pool", StringComparison.OrdinalIgnoreCase)
            || last.Equals(kind, StringComparison.OrdinalIgnoreCase);
        return isModule ? string.Join('.', path) : string.Join('.', path) + "." + kind;
    }

    private static string Sanitize(string name)
    {
        var clean = new StringBuilder();
        foreach (char c in name.Length > Longest ? name[^Longest..] : name)
            clean.Append(char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' ? c : '_');
        return clean.ToString().Trim('_', '.', '-');
    }

    private string Unique(string name)
    {
        string unique = name;
        while (!_taken.Add(unique))
        {
            _repeats[name] = _repeats.GetValueOrDefault(name, 1) + 1;
            unique = $"{name}_{_repeats[name]}";
        }

        return unique;
    }
}
