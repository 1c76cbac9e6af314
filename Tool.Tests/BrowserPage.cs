using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace BitKernelGen.Tool.Tests;

/// <summary>A page that is used as people do, with clicks and drags, through the browser's DevTools protocol.</summary>
internal sealed partial class BrowserPage : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _browser;
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _deadline = new(Patience);
    private int _lastId;

    private BrowserPage(Process browser) => _browser = browser;

    /// <summary>Exceptions that nothing caught, and what the page reported as an error.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>Opens a page; the browser has no window, but a size.</summary>
    public static async Task<BrowserPage> Open(Chromium chromium, string address, int width, int height)
    {
        Process browser = chromium.Start("--remote-debugging-port=0", $"--window-size={width},{height}", "about:blank");
        var page = new BrowserPage(browser);
        string port = await page.DebuggingPort();
        using var client = new HttpClient();
        JsonArray targets = (await client.GetFromJsonAsync<JsonArray>($"http://127.0.0.1:{port}/json/list", page._deadline.Token))!;
        string socket = targets.First(target => (string)target!["type"]! == "page")!["webSocketDebuggerUrl"]!.GetValue<string>();
        await page._socket.ConnectAsync(new Uri(socket), page._deadline.Token);
        await page.Send("Runtime.enable");
        await page.Send("Log.enable");
        await page.Send("Page.enable");
        await page.Send("Page.navigate", new { url = address });
        return page;
    }

    /// <summary>The value of an expression.</summary>
    public async Task<JsonNode?> Evaluate(string expression)
    {
        JsonNode result = await Send("Runtime.evaluate", new { expression, returnByValue = true, awaitPromise = true });
        Assert.True(result["exceptionDetails"] is null, result.ToJsonString());
        return result["result"]!["value"];
    }

    /// <summary>Waits until an expression is true.</summary>
    public async Task Until(string expression)
    {
        while ((await Evaluate(expression))?.GetValue<bool>() != true)
            await Task.Delay(50, _deadline.Token);
    }

    /// <summary>Clicks in the middle of an element.</summary>
    public async Task Click(string selector)
    {
        (double X, double Y)[] place = [await Place(selector, 0.5, 0.5)];
        await Press(place);
    }

    /// <summary>Drags over an element, from point to point; coordinates are parts of its width and height.</summary>
    public async Task Drag(string selector, params (double X, double Y)[] points)
    {
        var places = new List<(double, double)>();
        foreach ((double x, double y) in points)
            places.Add(await Place(selector, x, y));
        await Press(places);
    }

    /// <summary>Says that the user prefers dark colours.</summary>
    public Task PreferDark() =>
        Send("Emulation.setEmulatedMedia", new { features = new[] { new { name = "prefers-color-scheme", value = "dark" } } });

    /// <summary>A picture of the page.</summary>
    public async Task Screenshot(string path)
    {
        JsonNode result = await Send("Page.captureScreenshot", new { format = "png", captureBeyondViewport = true });
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllBytesAsync(path, Convert.FromBase64String(result["data"]!.GetValue<string>()));
    }

    public void Dispose()
    {
        _socket.Dispose();
        _browser.Kill(entireProcessTree: true);
        _browser.WaitForExit();
        _browser.Dispose();
        _deadline.Dispose();
    }

    private async Task<(double X, double Y)> Place(string selector, double x, double y)
    {
        JsonNode box = (await Evaluate(
            $"(() => {{ const e = document.querySelector({JsonSerializer.Serialize(selector)}); e.scrollIntoView({{ block: 'center' }}); return e.getBoundingClientRect().toJSON(); }})()"))!;
        double Number(string name) => box[name]!.GetValue<double>();
        return (Number("x") + (x * Number("width")), Number("y") + (y * Number("height")));
    }

    private async Task Press(IReadOnlyList<(double X, double Y)> places)
    {
        Task Mouse(string type, (double X, double Y) place) =>
            Send("Input.dispatchMouseEvent", new { type, x = place.X, y = place.Y, button = "left", buttons = type == "mouseReleased" ? 0 : 1, clickCount = 1 });
        await Mouse("mousePressed", places[0]);
        foreach ((double X, double Y) place in places.Skip(1))
            await Mouse("mouseMoved", place);
        await Mouse("mouseReleased", places[^1]);
    }

    private async Task<string> DebuggingPort()
    {
        while (await _browser.StandardError.ReadLineAsync(_deadline.Token) is { } line)
        {
            if (Listening().Match(line) is { Success: true } match)
            {
                // Whatever else it says must be read, or it would wait.
                _ = _browser.StandardError.ReadToEndAsync();
                return match.Groups[1].Value;
            }
        }

        throw new InvalidOperationException("the browser ended");
    }

    private async Task<JsonNode> Send(string method, object? parameters = null)
    {
        int id = ++_lastId;
        byte[] command = JsonSerializer.SerializeToUtf8Bytes(new { id, method, @params = parameters ?? new object() });
        await _socket.SendAsync(command, WebSocketMessageType.Text, endOfMessage: true, _deadline.Token);
        while (true)
        {
            JsonNode message = await Receive();
            switch ((string?)message["method"])
            {
                case "Runtime.exceptionThrown":
                    Problems.Add(message["params"]!["exceptionDetails"]!.ToJsonString());
                    break;
                case "Log.entryAdded" when (string?)message["params"]!["entry"]!["level"] == "error":
                    Problems.Add(message["params"]!["entry"]!.ToJsonString());
                    break;
            }

            if ((int?)message["id"] != id)
                continue;
            Assert.True(message["error"] is null, message.ToJsonString());
            return message["result"]!;
        }
    }

    private async Task<JsonNode> Receive()
    {
        using var content = new MemoryStream();
        var buffer = new byte[64 * 1024];
        ValueWebSocketReceiveResult part;
        do
        {
            part = await _socket.ReceiveAsync(buffer.AsMemory(), _deadline.Token);
            content.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return JsonNode.Parse(content.ToArray())!;
    }

    [GeneratedRegex(@"^DevTools listening on ws://127\.0\.0\.1:(\d+)/")]
    private static partial Regex Listening();
}
