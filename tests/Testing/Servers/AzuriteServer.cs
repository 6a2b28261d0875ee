using System.Net.Sockets;
using Xunit;

namespace AlfrescoBackupFlows.Testing.Servers;

/// <summary>What an <see cref="AzuriteServer"/> may be told.</summary>
public sealed record AzuriteServerOptions
{
    /// <summary>Where blobs are kept; null keeps them in memory.</summary>
    public string? Location { get; init; }
}

/// <summary>Microsoft's storage emulator (blobs, queues, tables) on free ports of 127.0.0.1. Ends with the test
/// process.</summary>
public sealed class AzuriteServer(AzuriteServerOptions options) : IAsyncLifetime
{
    /// <summary>The emulator's account name; both are published constants of Azurite.</summary>
    public const string AccountName = "devstoreaccount1";

    /// <summary>The emulator's account key: not a secret.</summary>
    public const string AccountKey =
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private readonly TempDirectory _directory = new();
    private ServerProcess? _process;
    private int _queuePort;
    private int _tablePort;

    public AzuriteServer()
        : this(new AzuriteServerOptions()) { }

    /// <summary>Of the blobs.</summary>
    public int Port { get; private set; }

    /// <summary>The account's URL; a container and a prefix follow after a slash.</summary>
    public string AccountUrl => UrlAt(Port);

    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={AccountName};AccountKey={AccountKey};"
        + $"BlobEndpoint={AccountUrl};QueueEndpoint={UrlAt(_queuePort)};TableEndpoint={UrlAt(_tablePort)};";

    /// <summary>A running server; the caller disposes it.</summary>
    public static Task<AzuriteServer> StartAsync(AzuriteServerOptions options) =>
        ServerStart.RunAsync(new AzuriteServer(options));

    public async ValueTask InitializeAsync()
    {
        string node = Tool.Find("node", "nodejs");
        string script = FindScript();
        _process = await ServerProcess.StartAsync(
            () => Command(node, script),
            _directory.Combine("log"),
            IsReadyAsync,
            TestContext.Current.CancellationToken
        );
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _directory.Dispose();
    }

    private string[] Command(string node, string script)
    {
        (Port, _queuePort, _tablePort) = (FreePort.Next(), FreePort.Next(), FreePort.Next());
        string[] ports = ["--blobPort", $"{Port}", "--queuePort", $"{_queuePort}", "--tablePort", $"{_tablePort}"];
        string[] store = options.Location is { } location ? ["--location", location] : ["--inMemoryPersistence"];
        return [node, script, .. ports, "--skipApiVersionCheck", "--disableTelemetry", "--silent", .. store];
    }

    private static string FindScript()
    {
        string cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } configured
            ? configured
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        string script = Path.Combine(
            cache,
            "alfresco-backup-flows",
            "azurite",
            "node_modules",
            "azurite",
            "dist",
            "src",
            "azurite.js"
        );
        return File.Exists(script)
            ? script
            : throw new InvalidOperationException($"Azurite was not found at {script}: run eng/prerequisites.");
    }

    private static string UrlAt(int port) => $"http://127.0.0.1:{port}/{AccountName}";

    private async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (int port in (int[])[Port, _queuePort, _tablePort])
            {
                using TcpClient client = new();
                await client.ConnectAsync("127.0.0.1", port, cancellationToken);
            }

            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
