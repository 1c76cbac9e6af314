using System.Linq;

namespace BitKernelGen.Profiles;

/// <summary>What follows from a layer's window and inputs.</summary>
/// <param name="Window">The window.</param>
/// <param name="Output">The output's shape.</param>
/// <param name="Products">Products of one output; 0 where there are none.</param>
internal sealed record LayerGeometry(Window Window, Shape Output, long Products)
{
    public long Macs => (long)Output.Height * Output.Width * Output.Channels * Products;
}

/// <summary>The window and shape of a layer whose numbers are in range.</summary>
internal sealed class ShapeResolver(LayerSpec spec, Shape[] inputs, Reporter reporter)
{
    private readonly Shape _input = inputs[0];

    /// <summary>Null where there is no such shape, which is reported.</summary>
    public LayerGeometry? Resolve()
    {
        LayerGeometry? geometry = spec.Op switch
        {
            LayerOp.Conv => Grouped(),
            LayerOp.Depthwise => Windowed(_input.Channels, 1),
            LayerOp.MaxPool or LayerOp.AvgPool => Windowed(_input.Channels, 0),
            LayerOp.Dense => Geometry(WholeInput, 1, 1, spec.Channels, (long)_input.Height * _input.Width * _input.Channels),
            LayerOp.GlobalAvgPool => Geometry(WholeInput, 1, 1, _input.Channels, 0),
            LayerOp.Add => Add(),
            LayerOp.Mul => Mul(),
            LayerOp.Softmax => Geometry(Window.One, _input.Height, _input.Width, _input.Channels, 0),
            LayerOp.Concat => Concat(),
            LayerOp.Flatten => Geometry(Window.One, 1, 1, (long)_input.Height * _input.Width * _input.Channels, 0),
            LayerOp.Subsample => Geometry(Window.One, Steps(_input.Height, spec.Stride[0]), Steps(_input.Width, spec.Stride[1]), _input.Channels, 0),
            _ => Geometry(Window.One, _input.Height, _input.Width, (long)spec.PadChannels[0] + _input.Channels + spec.PadChannels[1], 0),
        };
        if (geometry is null || Saturating.Product(geometry.Output.Channels, geometry.Products) <= Shape.MaxElements)
            return geometry;
        reporter.Report("BKG009", spec.Op == LayerOp.Depthwise ? "kernel" : "channels", $"it has more than {Shape.MaxElements} weights.");
        return null;
    }

    private Window WholeInput => new(_input.Height, _input.Width, 1, 1, 0, 0, 0, 0);

    /// <summary>How many elements every stride-th is, from the first on.</summary>
    private static long Steps(int size, int stride) => ((size - 1L) / stride) + 1;

    private LayerGeometry? Grouped()
    {
        if (_input.Channels % spec.Groups == 0 && spec.Channels % spec.Groups == 0)
            return Windowed(spec.Channels, _input.Channels / spec.Groups);
        reporter.Report("BKG009", "groups", $"{_input.Channels} channels in and {spec.Channels} out can't be cut into {spec.Groups} equal groups.");
        return null;
    }

    private LayerGeometry? Windowed(int channels, int channelsRead)
    {
        EquatableArray<int> pad = spec.Pad;
        bool dilates = spec.Dilation.Count > 0;
        var window = new Window(spec.Kernel[0], spec.Kernel[1], spec.Stride[0], spec.Stride[1], pad[0], pad[1], pad[2], pad[3])
        {
            DilationHeight = dilates ? spec.Dilation[0] : 1,
            DilationWidth = dilates ? spec.Dilation[1] : 1,
        };
        long[] extent = [.. Enumerable.Range(0, 2).Select(side => ((spec.Kernel[side] - 1L) * (dilates ? spec.Dilation[side] : 1)) + 1)];
        long height = (long)pad[0] + _input.Height + pad[2], width = (long)pad[1] + _input.Width + pad[3];

        // With padding below the window's size, every window touches the input.
        bool isPossible = true;
        for (int side = 0; side < 4; side++)
        {
            if (pad[side] < extent[side % 2])
                continue;
            reporter.Report("BKG009", "pad", $"padding of {pad[side]} leaves windows of {extent[side % 2]} that see no input.", side);
            isPossible = false;
        }

        for (int side = 0; side < 2; side++)
        {
            long size = side == 0 ? height : width;
            if (extent[side] <= size)
                continue;
            string unit = side == 0 ? "rows" : "columns";
            reporter.Report("BKG009", "kernel", $"a window of {extent[side]} {unit} does not fit into {size}, padding included.", side);
            isPossible = false;
        }

        if (!isPossible)
            return null;
        if (Saturating.Product(height, width, _input.Channels) > Shape.MaxElements)
        {
            reporter.Report("BKG009", "pad", $"its input with padding has more than {Shape.MaxElements} elements.");
            return null;
        }

        return Geometry(
            window,
            ((height - extent[0]) / window.StrideHeight) + 1,
            ((width - extent[1]) / window.StrideWidth) + 1,
            channels,
            Saturating.Product(window.KernelHeight, window.KernelWidth, channelsRead));
    }

    private LayerGeometry? Add()
    {
        if (inputs[0] == inputs[1])
            return Geometry(Window.One, _input.Height, _input.Width, _input.Channels, 0);
        reporter.Report("BKG009", "input", $"it adds '{spec.Inputs[0]}' {inputs[0]} and '{spec.Inputs[1]}' {inputs[1]}, which differ in shape.", 1);
        return null;
    }

    private LayerGeometry? Mul()
    {
        if (inputs[0] == inputs[1] || inputs[1] == new Shape(1, 1, _input.Channels))
            return Geometry(Window.One, _input.Height, _input.Width, _input.Channels, 0);
        reporter.Report(
            "BKG009", "input",
            $"it multiplies '{spec.Inputs[0]}' {_input} by '{spec.Inputs[1]}' {inputs[1]}, which is neither of that shape nor [1, 1, {_input.Channels}].", 1);
        return null;
    }

    private LayerGeometry? Concat()
    {
        bool isPossible = true;
        for (int i = 1; i < inputs.Length; i++)
        {
            if (inputs[i].Height == _input.Height && inputs[i].Width == _input.Width)
                continue;
            reporter.Report("BKG009", "input", $"'{spec.Inputs[i]}' {inputs[i]} and '{spec.Inputs[0]}' {_input} differ in height or width.", i);
            isPossible = false;
        }

        return isPossible ? Geometry(Window.One, _input.Height, _input.Width, inputs.Sum(input => (long)input.Channels), 0) : null;
    }

    private LayerGeometry? Geometry(Window window, long height, long width, long channels, long products)
    {
        if (Saturating.Product(height, width, channels) <= Shape.MaxElements)
            return new LayerGeometry(window, new Shape((int)height, (int)width, (int)channels), products);
        string key = LayerRules.Applies("channels", spec.Op) ? "channels" : spec.Op == LayerOp.PadChannels ? "pad-channels" : "name";
        reporter.Report("BKG009", key, $"its output [{height}, {width}, {channels}] has more than {Shape.MaxElements} elements.");
        return null;
    }
}
