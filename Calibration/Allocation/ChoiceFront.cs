namespace BitKernelGen.Calibration.Allocation;

/// <summary>The choices of a group that no other choice of it beats in both cost and loss, the cheapest first.</summary>
/// <param name="Choices">Costs rise and losses fall.</param>
/// <param name="Indices">Where each stood in the group.</param>
internal sealed record ChoiceFront(Choice[] Choices, int[] Indices)
{
    public static ChoiceFront Of(IReadOnlyList<Choice> group)
    {
        var kept = new List<int>();
        foreach (int i in Enumerable.Range(0, group.Count).OrderBy(i => group[i].Cost).ThenBy(i => group[i].Loss))
        {
            if (kept.Count == 0 || group[i].Loss < group[kept[^1]].Loss)
                kept.Add(i);
        }

        return new ChoiceFront([.. kept.Select(i => group[i])], [.. kept]);
    }

    /// <summary>The corners of the front's lower convex hull: what some price of the budget makes best.</summary>
    public List<int> Hull()
    {
        var hull = new List<int>();
        for (int i = 0; i < Choices.Length; i++)
        {
            while (hull.Count > 1 && Slope(hull[^2], hull[^1]) <= Slope(hull[^2], i))
                hull.RemoveAt(hull.Count - 1);
            hull.Add(i);
        }

        return hull;
    }

    /// <summary>What going from one choice to a dearer one gains for each unit of cost.</summary>
    public double Slope(int from, int to) => (Choices[from].Loss - Choices[to].Loss) / (Choices[to].Cost - Choices[from].Cost);

    /// <summary>The choice with the least loss + price · cost.</summary>
    public int Best(double price)
    {
        int best = 0;
        for (int i = 1; i < Choices.Length; i++)
        {
            if (Choices[i].Loss + (price * Choices[i].Cost) < Choices[best].Loss + (price * Choices[best].Cost))
                best = i;
        }

        return best;
    }
}
