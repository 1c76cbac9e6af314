using System.Net;

namespace BitKernelGen.Tool.Tests;

/// <summary>Serves a folder on this machine alone: WebAssembly does not load from files.</summary>
internal sealed class StaticSite : IDisposable
{
    private static readonly Dictionary<string, string> Types = new()
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript",
        [".css"] = "text/css",
        [".json"] = "application/json",
        [".wasm"] = "application/wasm",
    };

    private readonly HttpListener _listener = new();
    private readonly string _folder;

    public StaticSite(string folder)
    {
        _folder = Path.GetFullPath(folder);
        Address = Listen();
        _ = Task.Run(Serve);
    }

    /// <summary>Where the folder's index.html is.</summary>
    public string Address { get; }

    public void Dispose() => _listener.Close();

    /// <summary>The listener can't choose a free port by itself.</summary>
    private string Listen()
    {
        for (int attempt = 0; ; attempt++)
        {
            string prefix = $"http://127.0.0.1:{Random.Shared.Next(20000, 60000)}/";
            _listener.Prefixes.Clear();
            _listener.Prefixes.Add(prefix);
            try
            {
                _listener.Start();
                return prefix;
            }
            catch (HttpListenerException) when (attempt < 20)
            {
            }
        }
    }

    private async Task Serve()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            string path = Path.GetFullPath(Path.Combine(_folder, context.Request.Url!.AbsolutePath.TrimStart('/')));
            path = Directory.Exists(path) ? Path.Combine(path, "index.html") : path;
            HttpListenerResponse response = context.Response;
            if (path.StartsWith(_folder, StringComparison.Ordinal) && File.Exists(path))
            {
                response.ContentType = Types.GetValueOrDefault(Path.GetExtension(path), "application/octet-stream");
                response.Close(await File.ReadAllBytesAsync(path), willBlock: false);
            }
            else
            {
                response.StatusCode = (int)HttpStatusCode.NotFound;
                response.Close();
            }
        }
    }
}
