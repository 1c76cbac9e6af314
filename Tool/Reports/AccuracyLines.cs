using System.Globalization;

namespace BitKernelGen.Tool.Reports;

/// <summary>Accuracy as people read it, a line for each number that there is.</summary>
internal static class AccuracyLines
{
    public static void Write(Terminal terminal, AccuracyReport accuracy)
    {
        Write(terminal, "samples", accuracy.Samples, "0", "");
        Write(terminal, "top 1", accuracy.Top1 * 100, "0.00", "%");
        Write(terminal, "top 5", accuracy.Top5 * 100, "0.00", "%");
        Write(terminal, "agreement with float", accuracy.Agreement * 100, "0.00", "%");
        Write(terminal, "SQNR of the outputs", accuracy.SqnrDb, "0.0", "dB");
    }

    public static void Write(Terminal terminal, string name, double? value, string format, string unit)
    {
        if (value is not null)
            terminal.Output.WriteLine($"{name,-21}{value.Value.ToString(format, CultureInfo.InvariantCulture)} {unit}".TrimEnd());
    }
}
