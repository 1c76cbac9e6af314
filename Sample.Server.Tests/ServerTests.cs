using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc.Testing;

namespace BitKernelGen.Sample.Server.Tests;

/// <summary>The server in memory, and over loopback under load.</summary>
public sealed class ServerTests(WebApplicationFactory<Program> factory) : IClassFixture<WebApplicationFactory<Program>>
{
    private const int Pixels = Fashion.InputLength, Header = 16, Callers = 16;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(
        int.TryParse(Environment.GetEnvironmentVariable("BITKERNELGEN_SOAK"), out int seconds) ? seconds : 2);

    private static readonly byte[][] Images = ReadImages(32);

    [Fact]
    public async Task NamesWhatIsInThePicture()
    {
        using Fashion model = Fashion.Load();
        using HttpClient client = factory.CreateClient();
        foreach (byte[] image in Images)
        {
            Classification answer = await Classify(client, image);

            Assert.Equal(Expected(model, image), answer.Label);
            Assert.Equal(3, answer.Top.Count);
            Assert.Equal(answer.Label, answer.Top[0].Label);
            Assert.All(answer.Top, candidate => Assert.InRange(candidate.Probability, 0, 1));
        }
    }

    [Theory]
    [InlineData(0, "it has 0")]
    [InlineData(Pixels - 1, "it has 783")]
    [InlineData(Pixels + 1, "more than 784")]
    [InlineData(60_000, "more than 784")]
    public async Task SaysWhatIsWrongWithTheLength(int length, string message)
    {
        using HttpClient client = factory.CreateClient();

        using HttpResponseMessage response = await client.PostAsync("/classify", new ByteArrayContent(new byte[length]));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        JsonElement problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Contains(message, problem.GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task IsHealthy(string path)
    {
        using HttpClient client = factory.CreateClient();

        Assert.Equal("Healthy", await client.GetStringAsync(path));
    }

    [Fact]
    public async Task WeightsThatAreRefusedEndTheStart()
    {
        await using WebApplication app = ClassifierApp.Create<Fashion>(
            ["--urls", "http://127.0.0.1:0"], () => throw new WeightsException("not these"), Fashion.Labels);

        await Assert.ThrowsAsync<WeightsException>(() => app.StartAsync());
    }

    [Fact]
    public async Task AModelWhoseOutputsAreNoNumbersIsNotReady()
    {
        await using WebApplication app = ClassifierApp.Create<NoNumbers>(["--urls", "http://127.0.0.1:0"], () => new NoNumbers(), Fashion.Labels);
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/live")).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync("/health/ready")).StatusCode);
    }

    /// <summary>Over loopback, where the server itself limits what it reads.</summary>
    [Fact]
    public async Task CutsOffWhatIsFarTooLongAndOutlivesClientsThatLeave()
    {
        await using WebApplication app = ClassifierApp.Create(["--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default", "None"], Fashion.Load, Fashion.Labels);
        await app.StartAsync();
        var address = new Uri(app.Urls.Single());
        using var client = new HttpClient { BaseAddress = address };

        using HttpResponseMessage refused = await client.PostAsync("/classify", new ByteArrayContent(new byte[1 << 20]));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);

        for (int i = 0; i < 20; i++)
        {
            using var half = new TcpClient(address.Host, address.Port);
            await half.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST /classify HTTP/1.1\r\nHost: x\r\nContent-Length: {Pixels}\r\n\r\nhalf of it"));
        }

        using Fashion model = Fashion.Load();
        Assert.Equal(Expected(model, Images[0]), (await Classify(client, Images[0])).Label);
    }

    /// <summary>Over loopback: good requests among bad ones, all answered as they should be, and no growth.</summary>
    [Fact]
    public async Task AnswersAllUnderLoad()
    {
        using Fashion model = Fashion.Load();
        string[] expected = [.. Images.Select(image => Expected(model, image))];
        await using WebApplication app = ClassifierApp.Create(["--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default", "Warning"], Fashion.Load, Fashion.Labels);
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        for (int i = 0; i < 200; i++)
            await Classify(client, Images[i % Images.Length]);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var wrong = new ConcurrentBag<string>();
        long requests = 0;

        using var time = new CancellationTokenSource(Duration);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            for (int i = caller; !time.IsCancellationRequested; i++)
            {
                if (i % 10 == 9)
                {
                    using HttpResponseMessage refused = await client.PostAsync("/classify", new ByteArrayContent(new byte[i % 700]));
                    if (refused.StatusCode != HttpStatusCode.BadRequest)
                        wrong.Add($"{refused.StatusCode} for {i % 700} bytes");
                }
                else if (await Classify(client, Images[i % Images.Length]) is var answer && answer.Label != expected[i % Images.Length])
                {
                    wrong.Add($"{answer.Label} for {expected[i % Images.Length]}");
                }

                Interlocked.Increment(ref requests);
            }
        })));

        Assert.Empty(wrong);
        Assert.True(requests > Callers, $"{requests} requests");
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 8 << 20);
    }

    private static async Task<Classification> Classify(HttpClient client, byte[] image)
    {
        using HttpResponseMessage response = await client.PostAsync("/classify", new ByteArrayContent(image));
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<Classification>())!;
    }

    private static string Expected(Fashion model, byte[] image)
    {
        var scores = new float[Fashion.OutputLength];
        model.Run(image, scores);
        return Fashion.Labels[Array.IndexOf(scores, scores.Max())];
    }

    private static byte[][] ReadImages(int count)
    {
        using var gzip = new GZipStream(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Data/t10k-images-idx3-ubyte.gz")), CompressionMode.Decompress);
        var bytes = new byte[Header + (count * Pixels)];
        gzip.ReadExactly(bytes);
        return [.. Enumerable.Range(0, count).Select(i => bytes.AsSpan(Header + (i * Pixels), Pixels).ToArray())];
    }

    private sealed class NoNumbers : IModel
    {
        public int InputLength => Fashion.InputLength;

        public int OutputLength => Fashion.OutputLength;

        public ModelInfo Info => Fashion.Info;

        public void Run(ReadOnlySpan<float> input, Span<float> output) => output.Fill(float.NaN);

        public void Run(ReadOnlySpan<byte> input, Span<float> output) => output.Fill(float.NaN);

        public void Dispose()
        {
        }
    }
}
