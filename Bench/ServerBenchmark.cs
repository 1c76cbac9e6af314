using System.Diagnostics;
using BitKernelGen.Sample.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.ML.OnnxRuntime;

namespace BitKernelGen.Bench;

/// <summary>
/// Requests to the sample server over loopback, answered by generated code and by ONNX Runtime in turn: the same server, the same
/// clients. <c>server [CONNECTIONS [SECONDS]]</c>, or <c>server serve generated|onnxruntime URL</c> for a load generator of your own.
/// </summary>
internal static class ServerBenchmark
{
    private const int Rounds = 3;

    public static async Task Run(string data, string[] args)
    {
        string onnx = Path.Combine(data, "models", "fashion_cnn.onnx");
        if (args is ["serve", var engine, var url])
        {
            await using WebApplication server = Create(engine, onnx, url);
            await server.RunAsync();
            return;
        }

        int connections = args.Length > 0 ? int.Parse(args[0]) : 16, seconds = args.Length > 1 ? int.Parse(args[1]) : 10;
        string[] engines = ["generated", "onnxruntime"];
        Dictionary<string, List<double>> latencies = engines.ToDictionary(name => name, _ => new List<double>());
        for (int round = 0; round < Rounds; round++)
        {
            foreach (string name in engines)
            {
                await using WebApplication server = Create(name, onnx, "http://127.0.0.1:0");
                await server.StartAsync();
                using var client = new HttpClient { BaseAddress = new Uri(server.Urls.Single()) };
                await Load(client, connections, TimeSpan.FromSeconds(1));
                latencies[name].AddRange(await Load(client, connections, TimeSpan.FromSeconds((double)seconds / Rounds)));
                await server.StopAsync();
            }
        }

        Console.WriteLine($"{connections} connections, {Rounds} rounds in turn");
        foreach ((string name, List<double> milliseconds) in latencies)
        {
            milliseconds.Sort();
            double At(double share) => milliseconds[(int)(share * (milliseconds.Count - 1))];
            Console.WriteLine($"{name,-12} {milliseconds.Count / (double)seconds,8:0} requests/s   p50 {At(0.5):0.00} ms   p99 {At(0.99):0.00} ms");
        }
    }

    private static WebApplication Create(string engine, string onnx, string url)
    {
        string[] args = ["--urls", url, "--Logging:LogLevel:Default", "Warning"];
        return engine == "generated"
            ? ClassifierApp.Create(args, Fashion.Load, Fashion.Labels)
            : ClassifierApp.Create(args, () => new OnnxModel(onnx), Fashion.Labels);
    }

    /// <summary>Each connection sends its next request when the last one is answered. Returns what each took, in milliseconds.</summary>
    private static async Task<List<double>> Load(HttpClient client, int connections, TimeSpan duration)
    {
        var pixels = new byte[Fashion.InputLength];
        new Random(1).NextBytes(pixels);
        List<double>[] taken = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            var own = new List<double>();
            var clock = Stopwatch.StartNew();
            while (clock.Elapsed < duration)
            {
                long start = Stopwatch.GetTimestamp();
                using HttpResponseMessage response = await client.PostAsync("/classify", new ByteArrayContent(pixels));
                response.EnsureSuccessStatusCode();
                await response.Content.ReadAsByteArrayAsync();
                own.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            return own;
        })));
        return [.. taken.SelectMany(own => own)];
    }

    /// <summary>ONNX Runtime as a model; one thread for each run, since requests fill the others.</summary>
    private sealed class OnnxModel(string path) : IModel
    {
        private readonly InferenceSession _session = new(path, new Microsoft.ML.OnnxRuntime.SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 });
        private readonly RunOptions _options = new();

        public int InputLength => Fashion.InputLength;

        public int OutputLength => Fashion.OutputLength;

        public ModelInfo Info => Fashion.Info;

        public void Run(ReadOnlySpan<byte> input, Span<float> output)
        {
            var values = new float[input.Length];
            for (int i = 0; i < values.Length; i++)
                values[i] = ((input[i] / 255f) - 0.2860f) / 0.3530f;
            Run(values, output);
        }

        public void Run(ReadOnlySpan<float> input, Span<float> output) => Run(input.ToArray(), output);

        public void Dispose()
        {
            _options.Dispose();
            _session.Dispose();
        }

        private void Run(float[] input, Span<float> output)
        {
            var scores = new float[output.Length];
            using var source = OrtValue.CreateTensorValueFromMemory(input, [1, 1, 28, 28]);
            using var target = OrtValue.CreateTensorValueFromMemory(scores, [1, scores.Length]);
            _session.Run(_options, _session.InputNames, [source], _session.OutputNames, [target]);
            scores.CopyTo(output);
        }
    }
}
