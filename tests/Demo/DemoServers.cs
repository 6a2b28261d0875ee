using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Testing.Servers;
using Azure.Storage.Blobs;

namespace AlfrescoBackupFlows.Demo;

/// <summary>Where the throw-away servers of a demonstration are.</summary>
/// <param name="Process">Id of the process that holds the servers, where that is not this one.</param>
/// <param name="BlobUrl">Container URL; null where a directory is used.</param>
internal sealed record DemoEndpoints(
    int Process,
    bool MariaDb,
    string Host,
    int Port,
    string Username,
    string Password,
    string Source,
    string Target,
    string? BlobUrl,
    string? BlobConnectionString
);

[JsonSerializable(typeof(DemoEndpoints))]
[JsonSerializable(typeof(string))]
internal sealed partial class DemoJson : JsonSerializerContext;

/// <summary>
/// Starts the servers: inside this process, so that they end with it, or, where everything shall be left running,
/// inside a process of their own.
/// </summary>
internal sealed class DemoServers : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _servers = [];

    private DemoServers() { }

    public DemoEndpoints Endpoints { get; private set; } = null!;

    public static async Task<DemoServers> StartAsync(
        DemoOptions options,
        string directory,
        CancellationToken cancellationToken
    )
    {
        var servers = new DemoServers();
        if (options.Keep)
        {
            servers.Endpoints = await StartHolderAsync(options, directory, cancellationToken);
        }
        else
        {
            await servers.StartHereAsync(options, cancellationToken);
        }

        return servers;
    }

    /// <summary>The holder's main: starts the servers, says where they are, and waits to be terminated.</summary>
    public static async Task<int> ServeAsync(DemoOptions options, string directory, CancellationToken cancellationToken)
    {
        await using var servers = new DemoServers();
        await servers.StartHereAsync(options, cancellationToken);
        string file = EndpointsFile(directory);
        await File.WriteAllTextAsync(
            file + ".new",
            JsonSerializer.Serialize(servers.Endpoints, DemoJson.Default.DemoEndpoints),
            cancellationToken
        );
        File.Move(file + ".new", file);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Terminated, as it should be.
        }

        return 0;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable server in Enumerable.Reverse(_servers))
        {
            await server.DisposeAsync();
        }
    }

    private static string EndpointsFile(string directory) => Path.Combine(directory, "servers.json");

    private static async Task<DemoEndpoints> StartHolderAsync(
        DemoOptions options,
        string directory,
        CancellationToken cancellationToken
    )
    {
        string[] arguments =
        [
            "--fork",
            Environment.ProcessPath!,
            "--abf",
            options.Abf,
            "--store",
            options.UsesAzurite ? "azurite" : "directory",
            "--database",
            options.UsesMariaDb ? "mariadb" : "postgresql",
            "--serve",
            directory,
        ];
        var start = new ProcessStartInfo("setsid", arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        string file = EndpointsFile(directory);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        while (!File.Exists(file))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), patience.Token);
        }

        return JsonSerializer.Deserialize(
            await File.ReadAllTextAsync(file, cancellationToken),
            DemoJson.Default.DemoEndpoints
        )!;
    }

    private async Task StartHereAsync(DemoOptions options, CancellationToken cancellationToken)
    {
        string? blobUrl = null;
        string? blobConnection = null;
        if (options.UsesAzurite)
        {
            AzuriteServer azurite = await AzuriteServer.StartAsync(new AzuriteServerOptions());
            _servers.Add(azurite);
            blobUrl = $"{azurite.AccountUrl}/demo";
            blobConnection = azurite.ConnectionString;

            // Azurite is older than the newest version of the service that the client speaks.
            var client = new BlobServiceClient(
                blobConnection,
                new BlobClientOptions(BlobClientOptions.ServiceVersion.V2024_11_04)
            );
            await client.CreateBlobContainerAsync("demo", cancellationToken: cancellationToken);
        }

        if (options.UsesMariaDb)
        {
            MariaDbServer server = await MariaDbServer.StartAsync(new MariaDbServerOptions());
            _servers.Add(server);
            string source = await server.CreateDatabaseAsync("alfresco", cancellationToken);
            string target = await server.CreateDatabaseAsync("restored", cancellationToken);
            Endpoints = new DemoEndpoints(
                Environment.ProcessId,
                true,
                server.Host,
                server.Port,
                server.Username,
                server.Password,
                source,
                target,
                blobUrl,
                blobConnection
            );
        }
        else
        {
            PostgresServer server = await PostgresServer.StartAsync(new PostgresServerOptions());
            _servers.Add(server);
            string source = await server.CreateDatabaseAsync("alfresco", cancellationToken);
            string target = await server.CreateDatabaseAsync("restored", cancellationToken);
            Endpoints = new DemoEndpoints(
                Environment.ProcessId,
                false,
                server.Host,
                server.Port,
                server.Username,
                server.Password,
                source,
                target,
                blobUrl,
                blobConnection
            );
        }
    }
}
