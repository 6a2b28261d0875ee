using System.Net;
using System.Text;
using System.Text.Json;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Storage.Directories;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

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

    public string Blobs => _directory.Combine("blobs");

    public TimeProvider Time { get; set; } = TimeProvider.System;

    public RecordedLog Log { get; } = new();

    /// <summary>The store as the server has it.</summary>
    public Func<IBlobStore, IBlobStore> Wrap { get; set; } = static store => store;

    /// <summary>Of a repository with a passphrase: a key file in the place of it.</summary>
    public Func<BackupRepository, Task<Secret>>? KeyFile { get; set; }

    public HttpClient Client => _client;

    public static async Task<ApiRig> StartAsync(Action<ApiRig>? configure = null)
    {
        var rig = new ApiRig();
        string blobs = rig.Blobs;
        rig.Options.Installation.Name = "acme";
        rig.Options.State = rig._directory.Combine("state");
        rig.Options.Repository.Encryption = "none";
        rig.Options.Repository.Url = new Uri(blobs).AbsoluteUri;
        configure?.Invoke(rig);
        IBlobStore store = await DirectoryBlobStore.CreateAsync(blobs, TimeProvider.System, CancellationToken.None);
        string encryption = rig.Options.Repository.Encryption;
        Secret? passphrase = encryption == RepositoryAccess.EncryptionNone ? null : new Secret(Passphrase);
        await BackupRepository.InitAsync(
            store,
            new RepositoryInit(encryption, passphrase, "test", TimeProvider.System)
        );
        LoadedOptions loaded = new(rig.Options, new Secret(Passphrase), null, []);
        if (rig.KeyFile is { } keyFile)
        {
            await using BackupRepository repository = await rig.OpenAsync();
            loaded = new LoadedOptions(rig.Options, null, null, []) { KeyFile = await keyFile(repository) };
        }

        IBlobStore served = rig.Wrap(store);
        rig._environment = new FlowEnvironment(
            loaded,
            new RepositoryStores(served, served) { OpenControl = _ => Task.FromResult<IBlobStore?>(rig.Control) },
            rig.Time,
            rig.Log
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

    /// <summary>The repository as another process has it.</summary>
    public Task<BackupRepository> OpenAsync() =>
        BackupRepository.OpenAsync(
            DirectoryBlobStore.Open(Blobs, TimeProvider.System),
            new RepositoryAccess(
                Options.Repository.Encryption,
                Options.Repository.Encryption == RepositoryAccess.EncryptionNone ? null : new Secret(Passphrase),
                Path.Combine(Directory, "other"),
                TimeProvider.System
            )
        );

    /// <returns>Its id, of which the first part grows with the number.</returns>
    public async Task<string> CommitAsync(StoredSet set, int number = 1)
    {
        await using BackupRepository repository = await OpenAsync();
        RunId id = RunId.Parse($"20261122T20150{number}Z-{number:x8}");
        return (await set.CommitAsync(repository, Options.Installation.Name!, id)).ToString();
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
