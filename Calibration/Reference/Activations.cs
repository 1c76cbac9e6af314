using BitKernelGen.Profiles;

namespace BitKernelGen.Calibration.Reference;

/// <summary>
/// What a tensor holds in one run, height-width-channel order: levels of its code, levels of its skip code, or, where it has
/// neither, float32 values.
/// </summary>
internal sealed class Activations
{
    private readonly int[]? _code;
    private readonly int[]? _skip;
    private readonly float[]? _values;

    private Activations(Tensor tensor, int[]? code, int[]? skip, float[]? values)
    {
        Tensor = tensor;
        _code = code;
        _skip = skip;
        _values = values;
    }

    public Tensor Tensor { get; }

    /// <summary>Encodes values into each code that the tensor has; one that has none stores them, with the activation applied.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="values">y of every element.</param>
    /// <param name="activation">The activation function; the limits of one that has them are the encoding's where there is a code.</param>
    /// <param name="slopes">prelu's, one for each channel.</param>
    public static Activations Encode(Tensor tensor, float[] values, ActivationFunction activation, float[]? slopes = null)
    {
        values = Functions.Apply(activation, values, slopes);
        int[]? LevelsOf(Code? code)
        {
            if (code is null)
                return null;
            var encoder = new Encoder(code, activation);
            return Array.ConvertAll(values, y => encoder.LevelOf(y * encoder.Reciprocal));
        }

        return tensor.SumCode is null
            ? new Activations(tensor, null, null, Array.ConvertAll(values, y => Functions.Limit(activation, y)))
            : new Activations(tensor, LevelsOf(tensor.Code), LevelsOf(tensor.Skip), null);
    }

    /// <summary>Encodes the network's input, each channel by its own reciprocal and zero.</summary>
    public static Activations EncodeInput(Tensor tensor, float[] values)
    {
        if (!tensor.IsByChannel)
            return Encode(tensor, values, ActivationFunction.None);
        Encoder[] encoders =
            [.. Enumerable.Range(0, tensor.Channels).Select(channel => new Encoder(tensor.Code! with { Zero = tensor.ZeroOf(channel) }, ActivationFunction.None))];
        int[] levels = [.. values.Select((x, i) => encoders[i % tensor.Channels].LevelOf(x * tensor.ReciprocalOf(i % tensor.Channels)))];
        return new Activations(tensor, levels, null, null);
    }

    /// <summary>Encodes values that the tensor's only code has already been multiplied into.</summary>
    public static Activations EncodePremultiplied(Tensor tensor, float[] steps, ActivationFunction activation, float[]? slopes)
    {
        steps = Functions.Apply(activation, steps, slopes);
        var encoder = new Encoder(tensor.SumCode!, activation);
        int[] levels = Array.ConvertAll(steps, encoder.LevelOf);
        return tensor.Code is null
            ? new Activations(tensor, null, levels, null)
            : new Activations(tensor, levels, null, null);
    }

    /// <summary>L − z as multiplications read it.</summary>
    public int[] DifferencesForProducts() => Tensor.IsByChannel
        ? [.. _code!.Select((level, i) => level - Tensor.ZeroOf(i % Tensor.Channels))]
        : Differences(_code, Tensor.Code);

    /// <summary>One bit-plane as multiplications read it.</summary>
    public int[] Plane(int plane)
    {
        EquatableArray<byte> planes = Tensor.Code!.Planes!.OfLevel;
        return Array.ConvertAll(_code!, level => planes[level] >> plane & 1);
    }

    /// <summary>L − z as averages read it.</summary>
    public int[] DifferencesForSums() => Differences(_skip ?? _code, Tensor.SumCode);

    /// <summary>The values as sums and the network's output read them.</summary>
    public float[] ReadBySum()
    {
        if (_values is not null)
            return _values;
        float step = Tensor.SumCode!.Step;
        return Array.ConvertAll(DifferencesForSums(), difference => step * difference);
    }

    /// <summary>
    /// Moves elements, or the largest of several, without recoding: the elements of <paramref name="sources"/> make the output's
    /// element; where there are none, it is zero.
    /// </summary>
    /// <param name="output">The tensor that is moved to, whose codes are this one's.</param>
    /// <param name="sources">From row, column and channel of the output to indices of this tensor's elements.</param>
    public Activations Move(Tensor output, Func<int, int, int, IEnumerable<int>> sources)
    {
        T[]? Moved<T>(T[]? from, T zero)
        {
            if (from is null)
                return null;
            var to = new T[output.Length];
            int i = 0;
            for (int row = 0; row < output.Height; row++)
            {
                for (int column = 0; column < output.Width; column++)
                {
                    for (int channel = 0; channel < output.Channels; channel++)
                        to[i++] = sources(row, column, channel).Select(source => from[source]).DefaultIfEmpty(zero).Max()!;
                }
            }

            return to;
        }

        return new Activations(output, Moved(_code, Tensor.Code?.Zero ?? 0), Moved(_skip, Tensor.Skip?.Zero ?? 0), Moved(_values, 0f));
    }

    private int[] Differences(int[]? levels, Code? code)
    {
        if (levels is null || code is null)
            throw new NotSupportedException($"The tensor '{Tensor.Name}' is float32 where levels are needed.");
        return Array.ConvertAll(levels, level => level - code.Zero);
    }
}
