using BitKernelGen.Execution;

namespace BitKernelGen.Runtime.Tests;

public unsafe class BorderTests
{
    /// <summary>Counts about the size of every vector, and of several.</summary>
    private static readonly int[] Counts = [0, 1, 3, 4, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 130, 300];

    [Fact]
    public void FillsThePaddingAndNothingElse()
    {
        foreach (int outer in Counts)
        {
            foreach (int between in Counts)
                Check(outer, between);
        }
    }

    private static void Check(int outer, int between)
    {
        const int Height = 3, RowBytes = 9, Guard = 64;
        byte[] actual = new byte[Guard + outer + (Height * RowBytes) + ((Height - 1) * between) + outer + Guard], expected = new byte[actual.Length];
        int at = Guard;
        void Expect(int count)
        {
            expected.AsSpan(at, count).Fill(7);
            at += count + RowBytes;
        }

        Expect(outer);
        for (int row = 1; row < Height; row++)
            Expect(between);
        Expect(outer);

        fixed (byte* buffer = actual)
            Border.Fill(buffer + Guard, 7, Height, RowBytes, outer, between, outer);

        Assert.Equal(expected, actual);
    }
}
