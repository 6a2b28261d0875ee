using System.Net;
using System.Text;
using System.Text.Json;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Storage.Directories;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace AlfrescoBackupFlows.Api.Tests.Rig;

/// <summary>What a request got.</summary>
internal sealed record ApiAnswer(HttpStatusCode Status, string? ContentType, string? Location, string Body)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public string Text(string property) => Json.GetProperty(property).GetString()!;

    /// <summary>Problem details with this code.</summary>
    public void AssertProblem(int status, string code)
    {
        Assert.Equal((status, "application/problem+json"), ((int)Status, ContentType));
        Assert.Equal(code, Text("code"));
        Assert.Equal(status, Json.GetProperty("status").GetInt32());
        Assert.NotEmpty(Text("title"));
    }
}

/// <summary>The route table on a real server, over a repository without sets in a directory, and an engine that a test
/// plays.</summary>
internal sealed class ApiRig : IAsyncDisposable
{
    public const string Passphrase = "correct horse battery";

    private readonly TempDirectory _directory = new();
    private FlowEnvironment _environment = null!;
    private BackupApi _api = null!;
    private WebApplication _app = null!;
    private HttpClient _client = null!;

    public MemoryInstances Flows { get; } = new();

    /// <summary>Opened where it is needed, as under <c>abf serve</c>.</summary>
    public MemoryBlobStore Control { get; } = new();

    public BackupOptions Options { get; } = new();

    public string Directory => _directory.Path;

    public static async Task<ApiRig> StartAsync(Action<ApiRig>? configure = null)
    {
        var rig = new ApiRig();
        string blobs = rig._directory.Combine("blobs");
        rig.Options.Installation.Name = "acme";
        rig.Options.State = rig._directory.Combine("state");
        rig.Options.Repository.Encryption = "none";
        rig.Options.Repository.Url = new Uri(blobs).AbsoluteUri;
        configure?.Invoke(rig);
        IBlobStore store = await DirectoryBlobStore.CreateAsync(blobs, TimeProvider.System, CancellationToken.None);
        await BackupRepository.InitAsync(store, new RepositoryInit("none", null, "test", TimeProvider.System));
        rig._environment = new FlowEnvironment(
            new LoadedOptions(rig.Options, new Secret(Passphrase), null, []),
            new RepositoryStores(store, store) { OpenControl = _ => Task.FromResult<IBlobStore?>(rig.Control) },
            TimeProvider.System,
            NullLoggerFactory.Instance
        );
        await rig.ListenAsync();
        return rig;
    }

    public Task<ApiAnswer> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

    public Task<ApiAnswer> PostAsync(string path, string? body = null, string? idempotencyKey = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        return SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
        _api.Dispose();
        await _environment.DisposeAsync();
        _directory.Dispose();
    }

    private async Task ListenAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore().AddLogging();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _api = new BackupApi(_environment);
        _app = builder.Build();
        foreach (ApiRoute route in ApiRoutes.All)
        {
            _app.MapMethods(
                $"/api/{route.Path}",
                [route.Method],
                async context => await (await _api.HandleAsync(route, context, Flows)).ExecuteAsync(context)
            );
        }

        await _app.StartAsync();
        _client = new HttpClient { BaseAddress = new Uri(Assert.Single(_app.Urls)) };
    }

    private async Task<ApiAnswer> SendAsync(HttpRequestMessage request)
    {
        using HttpResponseMessage response = await _client.SendAsync(request);
        return new ApiAnswer(
            response.StatusCode,
            response.Content.Headers.ContentType?.MediaType,
            response.Headers.Location?.OriginalString,
            await response.Content.ReadAsStringAsync()
        );
    }
}
