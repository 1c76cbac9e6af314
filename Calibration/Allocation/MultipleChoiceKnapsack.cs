namespace BitKernelGen.Calibration.Allocation;

/// <summary>
/// One choice from every group so that the losses' sum is least and the costs' sum within a budget: the multiple-choice knapsack.
/// Solved exactly by a dynamic programme over the pairs (cost, loss) that are not dominated, after Nemhauser and Ullmann (1969),
/// with the pairs dropped that the Lagrangian bound proves unable to beat the best solution known; see Kellerer, Pferschy,
/// Pisinger, "Knapsack Problems" (2004), chapter 11.
/// </summary>
public static class MultipleChoiceKnapsack
{
    private const int MostStates = 1 << 17;

    // Bounds and losses are sums in different orders: what differs by rounding only must not be pruned.
    private const double Tolerance = 1e-12;

    /// <summary>The least that a choice from every group costs.</summary>
    public static long LeastCost(IEnumerable<IReadOnlyList<Choice>> groups) => groups.Sum(group => group.Min(choice => choice.Cost));

    /// <summary>Solves.</summary>
    /// <param name="groups">At least one choice each.</param>
    /// <param name="budget">The costs' sum, at most.</param>
    /// <param name="mostStates">Pairs kept at once; where more are needed, the solution has a <see cref="Selection.Gap"/>.</param>
    /// <returns>The solution, or null where the budget is below <see cref="LeastCost"/>.</returns>
    public static Selection? Solve(IReadOnlyList<IReadOnlyList<Choice>> groups, long budget, int mostStates = MostStates)
    {
        if (LeastCost(groups) > budget)
            return null;
        ChoiceFront[] fronts = [.. groups.Select(ChoiceFront.Of)];
        // Groups of large costs first: the small ones then fill what is left, which the bound sees early.
        int[] order = [.. Enumerable.Range(0, groups.Count).OrderByDescending(i => fronts[i].Choices[^1].Cost - fronts[i].Choices[0].Cost)];
        int[] chosen = new Search([.. order.Select(i => fronts[i])], budget, mostStates).Run(out double gap);
        int[] original = new int[groups.Count];
        for (int i = 0; i < order.Length; i++)
            original[order[i]] = fronts[order[i]].Indices[chosen[i]];
        Choice[] picked = [.. original.Select((choice, i) => groups[i][choice])];
        return new Selection(original, picked.Sum(choice => choice.Cost), picked.Sum(choice => choice.Loss), gap);
    }

    /// <param name="Cost">Of the groups so far.</param>
    /// <param name="Loss">Of the groups so far.</param>
    /// <param name="Before">The state that it extends.</param>
    /// <param name="Choice">By which choice.</param>
    private readonly record struct State(long Cost, double Loss, int Before, int Choice);

    private sealed class Search
    {
        private readonly ChoiceFront[] _fronts;
        private readonly long _budget;
        private readonly int _mostStates;
        private readonly double _price;
        private readonly long[] _leastCost;
        private readonly double[] _leastPriced;
        private readonly (long Cost, double Loss)[] _priced;
        private readonly int[] _known;
        private double _best;
        private double _leastDropped = double.PositiveInfinity;

        public Search(ChoiceFront[] fronts, long budget, int mostStates)
        {
            (_fronts, _budget, _mostStates) = (fronts, budget, mostStates);
            (_known, _price) = Greedy();
            _best = LossOf(_known);
            int count = fronts.Length;
            _leastCost = new long[count + 1];
            _leastPriced = new double[count + 1];
            _priced = new (long, double)[count + 1];
            for (int i = count - 1; i >= 0; i--)
            {
                Choice best = fronts[i].Choices[fronts[i].Best(_price)];
                _leastCost[i] = _leastCost[i + 1] + fronts[i].Choices[0].Cost;
                _leastPriced[i] = _leastPriced[i + 1] + best.Loss + (_price * best.Cost);
                _priced[i] = (_priced[i + 1].Cost + best.Cost, _priced[i + 1].Loss + best.Loss);
            }
        }

        public int[] Run(out double gap)
        {
            var stages = new List<State[]> { new[] { new State(0, 0, -1, -1) } };
            for (int i = 0; i < _fronts.Length; i++)
                stages.Add(Extend(stages[^1], i));
            double loss = LossOf(_known);
            int[] chosen = _known;
            if (stages[^1].Length > 0 && stages[^1][^1].Loss <= loss)
            {
                // Without dominated ones among them, the dearest state loses least.
                loss = stages[^1][^1].Loss;
                chosen = Trace(stages);
            }

            gap = Math.Max(0, loss - _leastDropped);
            return chosen;
        }

        private static int[] Trace(List<State[]> stages)
        {
            var chosen = new int[stages.Count - 1];
            int at = stages[^1].Length - 1;
            for (int i = chosen.Length; i > 0; i--)
                (chosen[i - 1], at) = (stages[i][at].Choice, stages[i][at].Before);
            return chosen;
        }

        private double LossOf(int[] chosen) => chosen.Select((choice, i) => _fronts[i].Choices[choice].Loss).Sum();

        /// <summary>From the cheapest choices along the hulls, the steepest first, as far as the budget goes; and the slope where it ends.</summary>
        private (int[] Chosen, double Price) Greedy()
        {
            var chosen = new int[_fronts.Length];
            long left = _budget - _fronts.Sum(front => front.Choices[0].Cost);
            double price = 0;
            var steps = new List<(double Slope, int Front, int From, int To)>();
            for (int i = 0; i < _fronts.Length; i++)
            {
                List<int> hull = _fronts[i].Hull();
                for (int j = 1; j < hull.Count; j++)
                    steps.Add((_fronts[i].Slope(hull[j - 1], hull[j]), i, hull[j - 1], hull[j]));
            }

            foreach ((double slope, int front, int from, int to) in steps.OrderByDescending(step => step.Slope).ThenBy(step => step.To))
            {
                Choice[] choices = _fronts[front].Choices;
                long cost = choices[to].Cost - choices[chosen[front]].Cost;
                if (cost > left)
                {
                    price = Math.Max(price, slope);
                    continue;
                }

                left -= cost;
                chosen[front] = to;
            }

            return (chosen, price);
        }

        private State[] Extend(State[] states, int index)
        {
            Choice[] choices = _fronts[index].Choices;
            var next = new List<State>();
            for (int before = 0; before < states.Length; before++)
            {
                for (int choice = 0; choice < choices.Length; choice++)
                {
                    long cost = states[before].Cost + choices[choice].Cost;
                    if (cost + _leastCost[index + 1] > _budget)
                        break;
                    double loss = states[before].Loss + choices[choice].Loss;
                    if (Bound(cost, loss, index + 1) > _best + (Tolerance * Math.Abs(_best)))
                        continue;
                    next.Add(new State(cost, loss, before, choice));
                    if (cost + _priced[index + 1].Cost <= _budget)
                        _best = Math.Min(_best, loss + _priced[index + 1].Loss);
                }
            }

            return Limit(Undominated(next), index + 1);
        }

        /// <summary>No completion of a state loses less: what is over of the budget is worth its price at most.</summary>
        private double Bound(long cost, double loss, int stage) => loss + _leastPriced[stage] - (_price * (_budget - cost));

        private static State[] Undominated(List<State> states)
        {
            states.Sort(static (a, b) => a.Cost != b.Cost ? a.Cost.CompareTo(b.Cost) : a.Loss.CompareTo(b.Loss));
            var kept = new List<State>();
            foreach (State state in states)
            {
                if (kept.Count == 0 || state.Loss < kept[^1].Loss)
                    kept.Add(state);
            }

            return [.. kept];
        }

        private State[] Limit(State[] states, int stage)
        {
            if (states.Length <= _mostStates)
                return states;
            double[] bounds = [.. states.Select(state => Bound(state.Cost, state.Loss, stage))];
            int[] order = [.. Enumerable.Range(0, states.Length).OrderBy(i => bounds[i])];
            _leastDropped = Math.Min(_leastDropped, bounds[order[_mostStates]]);
            return [.. order.Take(_mostStates).Order().Select(i => states[i])];
        }
    }
}
