using BitKernelGen.Calibration.Allocation;

namespace BitKernelGen.Calibration.Tests.Allocation;

public class MultipleChoiceKnapsackTests
{
    [Fact]
    public void NoEnumeratedSelectionIsBetter()
    {
        for (int seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            Choice[][] groups = Groups(random, random.Next(1, 6), random.Next(1, 7), convex: seed % 2 == 0);
            long least = groups.Sum(group => group.Min(choice => choice.Cost)), most = groups.Sum(group => group.Max(choice => choice.Cost));
            long budget = random.NextInt64(least, most + 2);

            Selection found = MultipleChoiceKnapsack.Solve(groups, budget)!;

            Assert.Equal(Enumerated(groups, budget), found.Loss, 1e-9);
            Assert.Equal(0, found.Gap);
            Assert.True(found.Cost <= budget);
            Assert.Equal(found.Cost, groups.Select((group, i) => group[found.Chosen[i]].Cost).Sum());
            Assert.Equal(found.Loss, groups.Select((group, i) => group[found.Chosen[i]].Loss).Sum(), 1e-9);
        }
    }

    [Fact]
    public void MoreBudgetIsNeverWorse()
    {
        Choice[][] groups = Groups(new Random(5), 12, 8, convex: true);
        long least = MultipleChoiceKnapsack.LeastCost(groups), most = groups.Sum(group => group.Max(choice => choice.Cost));
        double before = double.PositiveInfinity;
        for (long budget = least; budget <= most + 10; budget += Math.Max(1, (most - least) / 200))
        {
            Selection found = MultipleChoiceKnapsack.Solve(groups, budget)!;

            Assert.True(found.Loss <= before, $"{budget}: {found.Loss} after {before}");
            before = found.Loss;
        }

        Assert.Equal(groups.Sum(group => group.Min(choice => choice.Loss)), before, 1e-9);
    }

    [Fact]
    public void ABudgetBelowTheLeastHasNoSolution()
    {
        Choice[][] groups = [[new(3, 1), new(5, 0)], [new(4, 1)]];

        Assert.Equal(7, MultipleChoiceKnapsack.LeastCost(groups));
        Assert.Null(MultipleChoiceKnapsack.Solve(groups, 6));
        Assert.Equal([0, 0], MultipleChoiceKnapsack.Solve(groups, 7)!.Chosen);
    }

    [Theory]
    [InlineData(60, 8)]
    [InlineData(60, 40)]
    [InlineData(150, 8)]
    public void LargeProblemsAreSolvedToTheProof(int count, int choices)
    {
        Choice[][] groups = Groups(new Random(count + choices), count, choices, convex: true);
        long least = MultipleChoiceKnapsack.LeastCost(groups), most = groups.Sum(group => group.Max(choice => choice.Cost));

        Selection found = MultipleChoiceKnapsack.Solve(groups, least + ((most - least) / 3))!;

        Assert.Equal(0, found.Gap);
    }

    [Fact]
    public void WithFewStatesTheGapIsStillABound()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            Choice[][] groups = Groups(new Random(seed), 6, 6, convex: false);
            long budget = MultipleChoiceKnapsack.LeastCost(groups) + 400;
            double optimum = Enumerated(groups, budget);

            Selection found = MultipleChoiceKnapsack.Solve(groups, budget, mostStates: 2)!;

            Assert.InRange(optimum, found.Loss - found.Gap - 1e-9, found.Loss + 1e-9);
        }
    }

    private static Choice[][] Groups(Random random, int count, int choices, bool convex) =>
    [
        .. Enumerable.Range(0, count).Select(_ =>
        {
            int elements = random.Next(1, 1000);
            double sensitivity = Math.Exp(4 * random.NextDouble());
            return Enumerable.Range(1, choices)
                .Select(k => convex
                    ? new Choice(elements * k, sensitivity * Math.Pow(4, -k * (0.8 + (0.2 * random.NextDouble()))))
                    : new Choice(random.Next(300), random.Next(300)))
                .ToArray();
        }),
    ];

    private static double Enumerated(Choice[][] groups, long budget, int from = 0)
    {
        if (from == groups.Length)
            return budget < 0 ? double.PositiveInfinity : 0;
        return groups[from].Min(choice => choice.Loss + Enumerated(groups, budget - choice.Cost, from + 1));
    }
}
