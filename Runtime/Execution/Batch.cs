namespace BitKernelGen.Execution;

/// <summary>Several inputs in one call.</summary>
public static class Batch
{
    /// <summary>Runs a model on each input in turn.</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">The inputs one behind the other.</param>
    /// <param name="outputs">Receives the outputs one behind the other.</param>
    /// <exception cref="ArgumentException">A span has the wrong length, or an input holds a NaN.</exception>
    public static void Run(IModel model, ReadOnlySpan<float> inputs, Span<float> outputs)
    {
        int count = Count(model, inputs.Length, outputs.Length), input = model.InputLength, output = model.OutputLength;
        for (int i = 0; i < count; i++)
            model.Run(inputs.Slice(i * input, input), outputs.Slice(i * output, output));
    }

    /// <summary>Runs a model on each input of raw bytes in turn.</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">The inputs one behind the other.</param>
    /// <param name="outputs">Receives the outputs one behind the other.</param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    /// <exception cref="NotSupportedException">The model takes no raw bytes.</exception>
    public static void Run(IModel model, ReadOnlySpan<byte> inputs, Span<float> outputs)
    {
        int count = Count(model, inputs.Length, outputs.Length), input = model.InputLength, output = model.OutputLength;
        for (int i = 0; i < count; i++)
            model.Run(inputs.Slice(i * input, input), outputs.Slice(i * output, output));
    }

    /// <summary>How many inputs tensors hold: one, or a batch in their first dimension.</summary>
    /// <param name="model">The model's name, for messages.</param>
    /// <param name="input">Lengths of the input's dimensions.</param>
    /// <param name="output">Lengths of the output's dimensions.</param>
    /// <param name="shape">The dimensions of one input.</param>
    /// <param name="outputLength">Elements of one output.</param>
    /// <exception cref="ArgumentException">The input is neither one of the shape nor a batch of them, or the output does not belong to it.</exception>
    public static int Count(string model, ReadOnlySpan<nint> input, ReadOnlySpan<nint> output, ReadOnlySpan<nint> shape, int outputLength)
    {
        bool isBatch = input.Length == shape.Length + 1;
        if (!input.EndsWith(shape) || input.Length > shape.Length + 1)
            throw new ArgumentException($"{model} has inputs of shape {Text(shape)}, or that with a batch in front, not {Text(input)}.", nameof(input));
        nint count = isBatch ? input[0] : 1, elements = 1;
        foreach (nint length in output)
            elements *= length;
        if (output.Length == 0 || elements != count * outputLength || (isBatch && output[0] != count))
            throw new ArgumentException($"{model} has outputs of {(isBatch ? $"{count} x " : "")}{outputLength} elements, not {Text(output)}.", nameof(output));
        return checked((int)count);
    }

    private static int Count(IModel model, int inputs, int outputs)
    {
        (int count, int rest) = Math.DivRem(inputs, model.InputLength);
        if (rest != 0)
            throw new ArgumentException($"{model.Info.Name} has inputs of {model.InputLength} elements, of which {inputs} is no multiple.", nameof(inputs));
        if (outputs != (long)count * model.OutputLength)
            throw new ArgumentException($"{model.Info.Name} has outputs of {model.OutputLength} elements, for {count} inputs not {outputs}.", nameof(outputs));
        return count;
    }

    private static string Text(ReadOnlySpan<nint> lengths) => string.Join(" x ", lengths.ToArray());
}
