using System.Text;

namespace BitKernelGen.Fuzz.Mutation;

/// <summary>Changes of numbers, words, brackets and lines: for profiles and JSON.</summary>
internal static class TextMutator
{
    private static readonly string[] Tokens =
    [
        "0", "-1", "1", "2", "3", "255", "256", "65536", "2147483647", "-2147483648", "4294967296", "9223372036854775807", "-9223372036854775808",
        "18446744073709551616", "1e308", "-1e308", "1e-320", "1e400", "1e-45", "0.5", "-0", "nan", "inf", "-inf", "true", "null", "\"\"", "[]", "{}",
        "[", "]", "{", "}", "[[", "]]", ",", "=", ":", "\"", "'", "\\u0000", "\\ud800", "\\", "\n", "\r", "\t", "#", ".", "\u0000", "\uFEFF", "ä", "\U0001F642",
    ];

    public static byte[] Mutate(byte[] input, Random random, IReadOnlyList<string> words)
    {
        if (random.Next(5) == 0)
            return ByteMutator.Mutate(input, random);
        string text = Encoding.UTF8.GetString(input);
        return Encoding.UTF8.GetBytes(Mutate(text, random, words));
    }

    private static string Mutate(string text, Random random, IReadOnlyList<string> words)
    {
        (int start, int end) = TokenAt(text, random.Next(text.Length + 1));
        switch (random.Next(9))
        {
            case 0:
                return text[..start] + Tokens[random.Next(Tokens.Length)] + text[end..];
            case 1:
                return text[..start] + words[random.Next(words.Count)] + text[end..];
            case 2:
                return text[..start] + text[end..];
            case 3:
                return text[..end] + Tokens[random.Next(Tokens.Length)] + text[end..];
            case 4:
                (int otherStart, int otherEnd) = TokenAt(text, random.Next(text.Length + 1));
                return text[..start] + text[otherStart..otherEnd] + text[end..];
            case 5:
                return Lines(text, random);
            case 6:
                string open = random.Next(2) == 0 ? "[" : "{\"a\":", close = open == "[" ? "]" : "}";
                int depth = 1 << random.Next(9);
                return text[..start] + string.Concat(Enumerable.Repeat(open, depth)) + text[start..end] + string.Concat(Enumerable.Repeat(close, depth)) + text[end..];
            case 7 when long.TryParse(text[start..end], out long number):
                return text[..start] + (number + random.Next(-2, 3)) + text[end..];
            default:
                int count = 1 << random.Next(10);
                return text[..end] + string.Concat(Enumerable.Repeat(text[start..end] is { Length: > 0 and < 16 } token ? token : "x", count)) + text[end..];
        }
    }

    /// <summary>Drops, doubles or exchanges lines.</summary>
    private static string Lines(string text, Random random)
    {
        List<string> lines = [.. text.Split('\n')];
        int at = random.Next(lines.Count), other = random.Next(lines.Count);
        switch (random.Next(4))
        {
            case 0:
                lines.RemoveAt(at);
                break;
            case 1:
                lines.Insert(at, lines[other]);
                break;
            case 2:
                (lines[at], lines[other]) = (lines[other], lines[at]);
                break;
            default:
                lines.InsertRange(at, lines.GetRange(other, Math.Min(lines.Count - other, 1 + random.Next(12))));
                break;
        }

        return string.Join('\n', lines);
    }

    private static (int Start, int End) TokenAt(string text, int position)
    {
        int start = position, end = position;
        while (start > 0 && IsWord(text[start - 1]))
            start--;
        while (end < text.Length && IsWord(text[end]))
            end++;
        return start == end && end < text.Length ? (start, end + 1) : (start, end);
    }

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c is '_' or '.' or '-' or '+';
}
