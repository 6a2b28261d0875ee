using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace AlfrescoBackupFlows.Testing.Servers;

/// <summary>
/// Answers as Solr's replication handler is documented to: <c>command=backup</c> at once, while the work goes on; and
/// <c>command=details</c>, which has the result of an earlier backup until this one ends. No Solr: what it does beside
/// that, nobody knows here.
/// </summary>
public sealed class SolrStandIn : IDisposable
{
    private readonly HttpListener _listener;
    private readonly ConcurrentDictionary<string, Core> _cores = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _commands = new();
    private readonly Lock _gate = new();

    /// <param name="directory">Of the cores' backups: one for each.</param>
    public SolrStandIn(string directory, params string[] cores)
    {
        foreach (string core in cores)
        {
            string place = Directory.CreateDirectory(Path.Combine(directory, core)).FullName;
            _cores[core] = new Core(place);
        }

        (_listener, Url) = Listen();
        _ = AnswerAsync();
    }

    public string Url { get; }

    /// <summary>As <c>installation.index.solr.cores</c> has them.</summary>
    public IReadOnlyDictionary<string, string> Directories =>
        _cores.ToDictionary(core => core.Key, core => core.Value.Directory, StringComparer.Ordinal);

    /// <summary>Core, command and name of every request, in their order.</summary>
    public IReadOnlyList<string> Commands => [.. _commands];

    /// <summary>So many looks come to nothing before a backup has ended.</summary>
    public int LooksBeforeTheEnd { get; set; } = 2;

    /// <summary>Asked for in each request; null: none is.</summary>
    public string? Secret { get; set; }

    /// <summary>A backup ends in this way; null: well.</summary>
    public string? Failure { get; set; }

    /// <summary>What a core says to <c>command=backup</c>; null: it begins.</summary>
    public string? Refusal { get; set; }

    /// <summary>So many requests are answered with 500.</summary>
    public int Errors { get; set; }

    /// <summary>Lists of names and values as objects, in place of arrays.</summary>
    public bool WritesObjects { get; set; }

    /// <summary>Files that a backup of each core has.</summary>
    public IDictionary<string, byte[]> Files { get; } =
        new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["segments_2"] = [1, 2, 3],
            ["_0.cfs"] = new byte[5000],
            ["_0.si"] = [7],
        };

    /// <summary>Called where a backup has ended.</summary>
    public Action? Ended { get; set; }

    /// <summary>As if an earlier backup had ended so.</summary>
    public void PutBefore(string core, string? name, string? exception = null) =>
        _cores[core].Result = exception is null ? Success(name!) : new() { ["exception"] = exception };

    /// <summary>As if it was loaded again: it knows of no backup any more.</summary>
    public void Forget(string core) => _cores[core].Result = null;

    public void Dispose() => _listener.Close();

    private static (HttpListener Listener, string Url) Listen()
    {
        for (int attempt = 0; ; attempt++)
        {
            var listener = new HttpListener();
            string url = $"http://127.0.0.1:{FreePort.Next()}/solr";
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

    private async Task AnswerAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext request;
            try
            {
                request = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            (int status, byte[] body) = Judge(request.Request);
            request.Response.StatusCode = status;
            request.Response.ContentType = "application/json";
            await request.Response.OutputStream.WriteAsync(body);
            request.Response.Close();
        }
    }

    private (int Status, byte[] Body) Judge(HttpListenerRequest request)
    {
        lock (_gate)
        {
            string[] path = request.Url!.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
            string? command = request.QueryString["command"];
            string? name = request.QueryString["name"];
            if (Secret is { } secret && request.Headers["X-Alfresco-Search-Secret"] != secret)
            {
                return (403, "<html>Forbidden</html>"u8.ToArray());
            }

            if (path is not ["solr", var core, "replication"] || !_cores.TryGetValue(core, out Core? known))
            {
                return (404, "<html>Not found</html>"u8.ToArray());
            }

            _commands.Enqueue($"{core} {command} {name}".TrimEnd());
            if (Errors > 0)
            {
                Errors--;
                return (500, "<html>Error</html>"u8.ToArray());
            }

            return (
                200,
                command switch
                {
                    "backup" => Begin(known, name!),
                    "details" => Details(known),
                    "deletebackup" => Delete(known, name!),
                    _ => Json(new() { ["status"] = "ERROR", ["message"] = $"no command '{command}'" }),
                }
            );
        }
    }

    private byte[] Begin(Core core, string name)
    {
        string place = Path.Combine(core.Directory, $"snapshot.{name}");
        if (Refusal is not null || Directory.Exists(place))
        {
            return Json(new() { ["status"] = "ERROR", ["message"] = Refusal ?? $"{place} already exists" });
        }

        Directory.CreateDirectory(place);
        core.Running = name;
        core.LooksLeft = LooksBeforeTheEnd;
        return Json(new() { ["status"] = "OK" });
    }

    private byte[] Details(Core core)
    {
        if (core.Running is { } name && core.LooksLeft-- <= 0)
        {
            core.Running = null;
            string place = Path.Combine(core.Directory, $"snapshot.{name}");
            if (Failure is null)
            {
                foreach ((string file, byte[] content) in Files)
                {
                    File.WriteAllBytes(Path.Combine(place, file), content);
                }
            }
            else
            {
                Directory.Delete(place);
            }

            core.Result = Failure is null ? Success(name) : new() { ["exception"] = Failure };
            Ended?.Invoke();
        }

        return Json(
            new()
            {
                ["details"] = new Dictionary<string, object?>
                {
                    ["indexSize"] = "5 KB",
                    ["backup"] = Written(core.Result),
                },
            }
        );
    }

    private static byte[] Delete(Core core, string name)
    {
        Directory.Delete(Path.Combine(core.Directory, $"snapshot.{name}"), recursive: true);
        core.Running = core.Running == name ? null : core.Running;
        return Json(new() { ["status"] = "OK" });
    }

    private Dictionary<string, object?> Success(string name) =>
        new(StringComparer.Ordinal)
        {
            ["startTime"] = "Fri Nov 27 02:00:00 UTC 2026",
            ["fileCount"] = Files.Count,
            ["status"] = "success",
            ["snapshotCompletedAt"] = "Fri Nov 27 02:00:01 UTC 2026",
            ["snapshotName"] = name,
        };

    private object? Written(Dictionary<string, object?>? result) =>
        result is null || WritesObjects ? result : result.SelectMany(pair => new[] { pair.Key, pair.Value }).ToArray();

    private static byte[] Json(Dictionary<string, object?> body) =>
        Encoding.UTF8.GetBytes(JsonSerializer.Serialize(body));

    private sealed class Core(string directory)
    {
        public string Directory { get; } = directory;

        public string? Running { get; set; }

        public int LooksLeft { get; set; }

        public Dictionary<string, object?>? Result { get; set; }
    }
}
