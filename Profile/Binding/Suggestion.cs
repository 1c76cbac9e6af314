using System;
using System.Collections.Generic;

namespace BitKernelGen.Profiles.Binding;

/// <summary>What somebody may have meant.</summary>
internal static class Suggestion
{
    /// <summary>The nearest of some words by insertions, deletions, changes and swaps of letters; null where none is near.</summary>
    public static string? For(string written, IReadOnlyList<string> words)
    {
        string? best = null;
        int least = 3;
        foreach (string word in words)
        {
            if (Math.Abs(word.Length - written.Length) >= least)
                continue;
            int distance = Distance(written.ToLowerInvariant().Replace('_', '-'), word);
            if (distance < least && distance * 2 < word.Length)
                (best, least) = (word, distance);
        }

        return best;
    }

    /// <summary>"; did you mean 'word'?", or nothing.</summary>
    public static string Phrase(string? word) => word is null ? "." : $"; did you mean '{word}'?";

    private static int Distance(string a, string b)
    {
        var cost = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    cost[i, j] = i + j;
                    continue;
                }

                int changed = cost[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                cost[i, j] = Math.Min(changed, 1 + Math.Min(cost[i - 1, j], cost[i, j - 1]));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    cost[i, j] = Math.Min(cost[i, j], 1 + cost[i - 2, j - 2]);
            }
        }

        return cost[a.Length, b.Length];
    }
}
