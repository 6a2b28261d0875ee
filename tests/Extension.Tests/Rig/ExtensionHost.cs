using System.Text.Json;
using AlfrescoBackupFlows.Testing.Servers;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;
using Microsoft.Azure.WebJobs.Host;
using Microsoft.Azure.WebJobs.Host.Config;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Grpc;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AlfrescoBackupFlows.Extension.Tests.Rig;

/// <summary>
/// The Durable Functions extension with the settings of <c>host.json</c>, on a task hub of its own in Azurite. What the
/// Functions host has beside it (the worker's process, HTTP, timers) is not here.
/// </summary>
internal sealed class ExtensionHost : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly WorkerFunctions _worker;
    private readonly GrpcDurableTaskClient _client;

    private ExtensionHost(IHost host, WorkerFunctions worker, GrpcDurableTaskClient client) =>
        (_host, _worker, _client) = (host, worker, client);

    public DurableTaskClient Client => _client;

    /// <param name="worker">Is disposed with the host.</param>
    /// <param name="logs">Takes what <c>host.json</c> lets through.</param>
    public static async Task<ExtensionHost> StartAsync(
        AzuriteServer azurite,
        WorkerFunctions worker,
        CancellationToken cancellationToken,
        ILoggerProvider? logs = null
    )
    {
        IHost host = Build(azurite, worker, logs ?? NullLoggerProvider.Instance);
        worker.Loggers.Host = host.Services.GetRequiredService<ILoggerFactory>();
        await host.StartAsync(cancellationToken);
        string? json = null;
        Action<string> taken = client => json = client;
        await host
            .Services.GetRequiredService<IJobHost>()
            .CallAsync(ClientFunction.Name, new Dictionary<string, object> { ["taken"] = taken }, cancellationToken);
        string address = JsonDocument.Parse(json!).RootElement.GetProperty("rpcBaseUrl").GetString()!;
        var options = new GrpcDurableTaskClientOptions
        {
            Address = address,
            DataConverter = worker.Converter,
            EnableEntitySupport = true,
        };
        return new ExtensionHost(host, worker, new GrpcDurableTaskClient("test", options, NullLogger.Instance));
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
        _worker.Dispose();
    }

    private static IHost Build(AzuriteServer azurite, WorkerFunctions worker, ILoggerProvider logs) =>
        new HostBuilder()
            .ConfigureWebJobs(builder => builder.AddAzureStorageCoreServices().AddDurableTask())
            .ConfigureAppConfiguration(settings => settings.AddHostJson().AddInMemoryCollection(Settings(azurite)))
            .ConfigureServices(services =>
                services
                    .AddSingleton<ITypeLocator>(
                        new Types([NamedFunctions.Create(worker.Flows, worker.Activities), typeof(ClientFunction)])
                    )
                    .AddSingleton<IJobActivator>(new FunctionBase.Activator(worker))
#pragma warning disable CS0618 // The Functions host has one too.
                    .AddSingleton<IWebHookProvider, Hooks>()
            )
#pragma warning restore CS0618
            .ConfigureLogging(
                (context, builder) =>
                    builder
                        .ClearProviders()
                        .AddConfiguration(context.Configuration.GetSection("logging"))
                        .AddProvider(logs)
            )
            .Build();

    /// <summary>Those of the app, and what makes a test short: one partition, and short waits for messages.</summary>
    private static Dictionary<string, string?> Settings(AzuriteServer azurite) =>
        new(StringComparer.Ordinal)
        {
            ["AzureWebJobsStorage"] = azurite.ConnectionString,
            ["ABF_TASK_HUB"] = $"Hub{Guid.NewGuid():n}",
            ["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated",
            // Where this is set, the extension takes the machine for one of Azure's and writes to the console.
            ["CONTAINER_NAME"] = "",
            [HostJson.Section + "extensions:durableTask:useAppLease"] = "false",
            [HostJson.Section + "extensions:durableTask:storageProvider:partitionCount"] = "1",
            [HostJson.Section + "extensions:durableTask:storageProvider:maxQueuePollingInterval"] = "00:00:00.050",
        };

    private sealed class Types(IReadOnlyList<Type> types) : ITypeLocator
    {
        public IReadOnlyList<Type> GetTypes() => types;
    }

#pragma warning disable CS0618
    private sealed class Hooks : IWebHookProvider
    {
        public Uri GetUrl(IExtensionConfigProvider extension) => new("http://127.0.0.1/none");
    }
#pragma warning restore CS0618
}
