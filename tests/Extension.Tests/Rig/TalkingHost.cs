using System.Text.Json.Nodes;
using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Engines.Tests;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Functions.Tests.Rig;
using AlfrescoBackupFlows.Functions.Triggers;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Hosting.Stores;
using AlfrescoBackupFlows.Platform.State;
using AlfrescoBackupFlows.Testing.Servers;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AlfrescoBackupFlows.Extension.Tests.Rig;

/// <summary>A host of the HTTP API with a repository of its own on Azurite, over an installation that hosts share. Its
/// first dump waits to be let go.</summary>
internal sealed class TalkingHost : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _parts = new();

    private TalkingHost(AbfRig abf) => Abf = abf;

    public AbfRig Abf { get; }

    public HttpClient Client { get; private set; } = null!;

    /// <summary>As <c>restore.directory</c>.</summary>
    public string Restored => Abf.Combine("restored");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The executable as a process: <c>abf serve</c>.</summary>
    public static async Task<TalkingHost> ServeAsync(BackupRig source, AzuriteServer azurite)
    {
        TalkingHost host = await PrepareAsync(source, azurite);
        ServedApi served = await ServedApi.StartAsync(host.Abf);
        host._parts.Push(new Part(served.Dispose));
        host.Client = served.Client;
        return host;
    }

    /// <summary>The functions with the real activities on the Durable extension.</summary>
    public static async Task<TalkingHost> CloudAsync(BackupRig source, AzuriteServer azurite)
    {
        TalkingHost host = await PrepareAsync(source, azurite);
        host.Abf.WriteConfig();
        LoadedOptions options = OptionsReader.Load(host.Abf.ConfigFile, OptionsScope.Installation);
        StateDirectory.Prepare(options.Options.State!);
        RepositoryStores stores = await StoreFactory.OpenAsync(options, TimeProvider.System, Token);
        var environment = new FlowEnvironment(options, stores, TimeProvider.System, NullLoggerFactory.Instance);
        host._parts.Push(environment);
        TestEngine engine = await TestEngine.OpenAsync(BackupTasks.Register, BackupTasks.Converter, environment);
        host._parts.Push(engine);
        FunctionsFront front = await FunctionsFront.StartAsync(
            new HttpApi(new BackupApi(environment), stores),
            engine.Client,
            Token
        );
        host._parts.Push(front);
        host.Client = front.CreateClient();
        host._parts.Push(new Part(host.Client.Dispose));
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        Abf.LetGo();
        while (_parts.TryPop(out IAsyncDisposable? part))
        {
            await part.DisposeAsync();
        }

        Abf.Dispose();
    }

    private static async Task<TalkingHost> PrepareAsync(BackupRig source, AzuriteServer azurite)
    {
        var host = new TalkingHost(new AbfRig());
        AbfRig abf = host.Abf;
        var container = new BlobContainerClient(azurite.ConnectionString, $"talk-{Guid.NewGuid():n}");
        await container.CreateAsync(cancellationToken: Token);
        abf.Section("repository")["url"] = $"{azurite.AccountUrl}/{container.Name}";
        abf.Section("repository")["connectionStringFile"] = abf.WriteSecret(
            "connection-string",
            azurite.ConnectionString
        );
        abf.Section("installation")["globalProperties"] = source.Sample.PropertiesFile;
        abf.Section("installation")["index"] = new JsonObject { ["cron"] = "0 0 3 1 1 ? 2099" };
        var database = new JsonObject();
        abf.Section("installation")["database"] = database;
        abf.HoldTool(database, "pg_dump");
        abf.Config["restore"] = new JsonObject { ["directory"] = host.Restored };
        ServedApi.Configure(abf);
        AbfResult init = await abf.RunAsync("init");
        Assert.True(init.ExitCode == 0, init.Error);
        return host;
    }

    private sealed class Part(Action dispose) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            dispose();
            return ValueTask.CompletedTask;
        }
    }
}
