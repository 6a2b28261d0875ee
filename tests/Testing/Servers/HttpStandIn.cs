using System.Net;
using System.Net.Sockets;

namespace AlfrescoBackupFlows.Testing.Servers;

/// <summary>What was asked of an <see cref="HttpStandIn"/>.</summary>
/// <param name="Path">With its query.</param>
public sealed record HttpRequestSeen(
    string Method,
    string Path,
    string Body,
    IReadOnlyDictionary<string, string> Headers
);

/// <summary>An HTTP server in the test's own process, on a free port: keeps what it is asked, in order.</summary>
public sealed class HttpStandIn : IDisposable
{
    private readonly HttpListener _listener;
    private readonly List<HttpRequestSeen> _seen = [];

    public HttpStandIn()
    {
        (_listener, Url) = Listen();
        _ = ServeAsync();
    }

    /// <summary>Without a slash at its end.</summary>
    public string Url { get; }

    /// <summary>What it answers.</summary>
    public HttpStatusCode Status { get; set; } = HttpStatusCode.OK;

    /// <summary>Called for each request, before it is answered.</summary>
    public Action? OnRequest { get; set; }

    public IReadOnlyList<HttpRequestSeen> Seen
    {
        get
        {
            lock (_seen)
            {
                return [.. _seen];
            }
        }
    }

    public void Dispose() => _listener.Close();

    private static (HttpListener Listener, string Url) Listen()
    {
        for (int attempt = 1; ; attempt++)
        {
            string url = $"http://127.0.0.1:{FreePort.Next()}";
            var listener = new HttpListener();
            listener.Prefixes.Add(url + "/");
            try
            {
                listener.Start();
                return (listener, url);
            }
            catch (Exception e) when (e is HttpListenerException or SocketException && attempt < 10)
            {
                listener.Close();
            }
        }
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            HttpListenerRequest request = context.Request;
            using var reader = new StreamReader(request.InputStream);
            string body = await reader.ReadToEndAsync();
            var headers = request
                .Headers.AllKeys.OfType<string>()
                .ToDictionary(name => name, name => request.Headers[name]!, StringComparer.OrdinalIgnoreCase);
            lock (_seen)
            {
                _seen.Add(new HttpRequestSeen(request.HttpMethod, request.RawUrl!, body, headers));
            }

            OnRequest?.Invoke();
            context.Response.StatusCode = (int)Status;
            context.Response.Close();
        }
    }
}
