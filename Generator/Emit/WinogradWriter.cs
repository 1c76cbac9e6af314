using BitKernelGen.Generator.Planning;

namespace BitKernelGen.Generator.Emit;

/// <summary>Where a tile lies.</summary>
internal static class WinogradWriter
{
    /// <summary>A pointer to the first pixel of <c>tile</c>.</summary>
    public static void Pointer(SourceWriter writer, WinogradTile tile, string start, int pixelBytes, int rowBytes)
    {
        string row = tile.Columns == 1 ? "tile" : $"(tile / {tile.Columns})", column = tile.Rows == 1 ? "tile" : $"(tile % {tile.Columns})";
        string y = tile.Rows == 1 ? "" : $" + ({row} * {tile.Size * rowBytes})", x = tile.Columns == 1 ? "" : $" + ({column} * {tile.Size * pixelBytes})";
        writer.Line($"{start}{y}{x};");
    }
}
