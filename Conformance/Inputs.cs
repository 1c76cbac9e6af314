namespace BitKernelGen.Conformance;

/// <summary>
/// Inputs that are the same bits everywhere and in every version: whole numbers from a generator of our own, times powers of two.
/// They know nothing of a network's codes, so they come in several ranges.
/// </summary>
internal static class Inputs
{
    public static IEnumerable<float[]> Floats(int length)
    {
        float[] Each(Func<Sequence, int, float> value)
        {
            var sequence = new Sequence();
            return [.. Enumerable.Range(0, length).Select(i => value(sequence, i))];
        }

        foreach (int range in (int[])[1, 4, 16, 256])
            yield return Each((sequence, _) => (sequence.Next(1 << 16) - (1 << 15)) * (range / 32768f));

        // Numbers that tend to lie midway between two levels.
        yield return Each((sequence, _) => (sequence.Next(1 << 9) - (1 << 8)) / 64f);
        yield return Each((sequence, _) => (sequence.Next(1 << 10) - (1 << 9)) / 2f);
        yield return Each((sequence, _) => sequence.Next(2) == 0 ? -1e30f : 1e30f);
        yield return Each((_, _) => float.NegativeInfinity);
        yield return Each((_, _) => float.PositiveInfinity);
        yield return Each((_, i) => i % 2 == 0 ? 0f : -0f);
    }

    public static IEnumerable<byte[]> Bytes(int length)
    {
        var sequence = new Sequence();
        yield return [.. Enumerable.Range(0, length).Select(_ => (byte)sequence.Next(256))];
        yield return new byte[length];
        yield return [.. Enumerable.Repeat((byte)255, length)];
    }

    /// <summary>Knuth's 64-bit linear congruential generator; the high bits.</summary>
    private sealed class Sequence
    {
        private ulong _state = 1;

        public int Next(int below)
        {
            _state = (_state * 6364136223846793005) + 1442695040888963407;
            return (int)((_state >> 33) % (ulong)below);
        }
    }
}
