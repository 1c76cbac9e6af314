using System;
using System.Collections.Generic;
using System.Linq;

namespace BitKernelGen.Profiles;

/// <summary>What an author who wrote a name that does not exist may have meant.</summary>
internal static class NearestName
{
    /// <summary>The end of a sentence: " (did you mean '…'?)", or nothing where no candidate is near.</summary>
    public static string Hint(string name, IEnumerable<string> candidates)
    {
        // A third of the name may differ; long texts are no misspellings, and comparing them is slow.
        int allowed = Math.Max(1, Math.Min(name.Length, 64) / 3);
        string? nearest = candidates
            .Where(candidate => candidate.Length > 0 && Math.Abs(candidate.Length - name.Length) <= allowed)
            .Select(candidate => (Name: candidate, Distance: Distance(name, candidate)))
            .Where(pair => pair.Distance <= allowed)
            .OrderBy(pair => pair.Distance)
            .Select(pair => pair.Name)
            .FirstOrDefault();
        return nearest is null ? "" : $" (did you mean '{nearest}'?)";
    }

    /// <summary>Characters to insert, delete, replace or swap with their neighbour, letters of either case being equal.</summary>
    private static int Distance(string from, string to)
    {
        bool Same(int i, int j) => char.ToLowerInvariant(from[i]) == char.ToLowerInvariant(to[j]);

        int[] earlier = [], previous = [.. Enumerable.Range(0, to.Length + 1)];
        for (int i = 1; i <= from.Length; i++)
        {
            var current = new int[to.Length + 1];
            current[0] = i;
            for (int j = 1; j <= to.Length; j++)
            {
                int replace = previous[j - 1] + (Same(i - 1, j - 1) ? 0 : 1);
                current[j] = Math.Min(replace, Math.Min(previous[j], current[j - 1]) + 1);
                if (i > 1 && j > 1 && Same(i - 1, j - 2) && Same(i - 2, j - 1))
                    current[j] = Math.Min(current[j], earlier[j - 2] + 1);
            }

            (earlier, previous) = (previous, current);
        }

        return previous[to.Length];
    }
}
