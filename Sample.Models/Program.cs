using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using BitKernelGen;
using BitKernelGen.Sample;

// The generated class: Models/Fashion.bitprofile is in the project, its weights are embedded beside it.
using Fashion fashion = Fashion.Load();
if (args is ["--first"])
{
    // One answer and no more: how long a process takes to it is measured from outside.
    var first = new float[Fashion.OutputLength];
    fashion.Run(new byte[Fashion.InputLength], first);
    Console.WriteLine(Fashion.Labels[IndexOfMax(first)]);
    return;
}

TestSet test = TestSet.Load(Path.Combine(AppContext.BaseDirectory, "Data"));

ModelInfo info = Fashion.Info;
bool blocks = !Console.IsOutputRedirected && Console.OutputEncoding.CodePage == Encoding.UTF8.CodePage;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Console.WriteLine($"Fashion-MNIST, classified by C# that was generated from Models/Fashion.bitprofile ({info.InstructionSet}).");
Console.WriteLine();
DrawSome(count: 3);

int correct = 0;
using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
Span<float> scores = stackalloc float[Fashion.OutputLength];
for (int i = 0; i < test.Count; i++)
{
    fashion.Run(test.Image(i), scores);
    hash.AppendData(MemoryMarshal.AsBytes(scores));
    if (IndexOfMax(scores) == test.Label(i))
        correct++;
}

// A second pass over the same images, when the code is as fast as it gets.
var ticks = new long[test.Count];
for (int i = 0; i < test.Count; i++)
{
    long start = Stopwatch.GetTimestamp();
    fashion.Run(test.Image(i), scores);
    ticks[i] = Stopwatch.GetTimestamp() - start;
}

Array.Sort(ticks);
double microseconds = ticks[ticks.Length / 2] * 1e6 / Stopwatch.Frequency;
Console.WriteLine($"accuracy     {100.0 * correct / test.Count,8:0.00} %    of {test.Count:N0} images; the float32 network: 91.56 %");
Console.WriteLine($"scores       {Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 4))}      start of their SHA-256, the same on every machine");
Console.WriteLine($"time         {microseconds,8:0.0} µs   an image, median, one thread");
Console.WriteLine($"weights      {info.WeightBytes,8:N0} B    float32: {info.FloatWeightBytes:N0} B");
Console.WriteLine($"activations  {info.ArenaBytes,8:N0} B    float32: {info.FloatArenaBytes:N0} B");
Console.WriteLine();
Console.WriteLine(info);

void DrawSome(int count)
{
    var images = Enumerable.Range(0, count).Select(i => Drawing.Lines(test.Image(i), blocks).Concat(Captions(i)));
    foreach (IEnumerable<string> parts in Rows(images))
        Console.WriteLine("  " + string.Join("    ", parts.Select(part => part.PadRight(TestSet.Side))).TrimEnd());
    Console.WriteLine();
}

// The three likeliest classes of an image, the right one marked.
IEnumerable<string> Captions(int image)
{
    var output = new float[Fashion.OutputLength];
    fashion.Run(test.Image(image), output);
    double total = output.Sum(score => Math.Exp(score));
    return Enumerable.Range(0, output.Length)
        .OrderByDescending(label => output[label])
        .Take(3)
        .Select(label => $"{(label == test.Label(image) ? '>' : ' ')} {Fashion.Labels[label],-12}{Math.Exp(output[label]) / total,7:0.0%}");
}

static int IndexOfMax(ReadOnlySpan<float> values)
{
    int best = 0;
    for (int i = 1; i < values.Length; i++)
    {
        if (values[i] > values[best])
            best = i;
    }

    return best;
}

static IEnumerable<IEnumerable<string>> Rows(IEnumerable<IEnumerable<string>> columns)
{
    string[][] lines = [.. columns.Select(column => column.ToArray())];
    return Enumerable.Range(0, lines[0].Length).Select(row => lines.Select(column => column[row]));
}
