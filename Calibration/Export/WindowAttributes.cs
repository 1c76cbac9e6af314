using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Export;

/// <summary>A window as ONNX has it.</summary>
internal static class WindowAttributes
{
    public static (string Name, object Value)[] Of(Window window) =>
    [
        ("kernel_shape", new[] { window.KernelHeight, window.KernelWidth }),
        ("strides", new[] { window.StrideHeight, window.StrideWidth }),
        ("pads", new[] { window.PadTop, window.PadLeft, window.PadBottom, window.PadRight }),
        .. window.IsDilated ? [("dilations", (object)new[] { window.DilationHeight, window.DilationWidth })] : Array.Empty<(string, object)>(),
    ];
}
