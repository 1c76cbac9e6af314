using BitKernelGen.Calibration.Data;
using BitKernelGen.Calibration.Evaluate;

namespace BitKernelGen.Calibration.Tests.Evaluate;

public class EvaluatorTests
{
    [Fact]
    public void Counts_ranks_agreement_and_noise()
    {
        using var data = new Samples(0, 6, 2);
        float[][] outputs = [[9, 0, 0, 0, 0, 0, 0], [6, 5, 4, 3, 2, 1, 0], [0, 1, 1, 0, 0, 0, 0]];
        float[][] expected = [[10, 0, 0, 0, 0, 0, 0], [6, 5, 4, 3, 2, 1, 0], [0, 1, 1.5f, 0, 0, 0, 0]];
        Evaluation evaluation = Evaluator.Evaluate(data, 10, sample => outputs[sample.Bytes![0]], sample => expected[sample.Bytes![0]]);
        Assert.Equal(3, evaluation.Samples);
        Assert.Equal(1.0 / 3, evaluation.Top1);
        Assert.Equal(2.0 / 3, evaluation.Top5);
        Assert.Equal(2.0 / 3, evaluation.ReferenceTop1);
        Assert.Equal(2.0 / 3, evaluation.Agreement);
        Assert.Equal(10 * Math.Log10((100 + 91 + 3.25) / 1.25), evaluation.SqnrDb!.Value, 9);
    }

    [Fact]
    public void Knows_nothing_without_labels_and_reference()
    {
        using var data = new Samples(-1, -1);
        Evaluation evaluation = Evaluator.Evaluate(data, 1, _ => [1, 2]);
        Assert.Equal(1, evaluation.Samples);
        Assert.Null(evaluation.Top1 ?? evaluation.Top5 ?? evaluation.Agreement ?? evaluation.SqnrDb ?? evaluation.ReferenceTop1);
    }

    [Fact]
    public void Refuses_a_label_that_is_no_output()
    {
        using var data = new Samples(2);
        Assert.Throws<DataSourceException>(() => Evaluator.Evaluate(data, 1, _ => [1, 2]));
    }

    private sealed class Samples(params int[] labels) : DataSource
    {
        public override int Count => labels.Length;

        public override bool HasLabels => labels[0] >= 0;

        public override Sample Read(int index) => new([(byte)index], null, labels[index]);
    }
}
