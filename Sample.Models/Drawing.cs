namespace BitKernelGen.Sample;

/// <summary>Images as text, two rows of pixels a line.</summary>
internal static class Drawing
{
    private const string Blocks = " ░▒▓█";
    private const string Ascii = " .:-=+*#%@";

    public static IEnumerable<string> Lines(ReadOnlySpan<byte> image, bool blocks)
    {
        var lines = new string[TestSet.Side / 2];
        Span<char> line = stackalloc char[TestSet.Side];
        for (int y = 0; y < lines.Length; y++)
        {
            for (int x = 0; x < TestSet.Side; x++)
            {
                byte upper = image[(2 * y * TestSet.Side) + x], lower = image[(((2 * y) + 1) * TestSet.Side) + x];
                line[x] = blocks ? BlockOf(upper, lower) : Shade(Ascii, upper, lower);
            }

            lines[y] = line.ToString();
        }

        return lines;
    }

    /// <summary>Half a block where an edge runs between the two pixels, else the shade of both.</summary>
    private static char BlockOf(byte upper, byte lower) => (upper - lower) switch
    {
        > 96 => '▀',
        < -96 => '▄',
        _ => Shade(Blocks, upper, lower),
    };

    private static char Shade(string shades, byte upper, byte lower) => shades[(upper + lower) * shades.Length / 511];
}
