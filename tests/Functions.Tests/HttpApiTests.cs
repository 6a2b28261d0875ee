using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Engines.Tests;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Functions.Tests.Rig;
using AlfrescoBackupFlows.Functions.Triggers;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AlfrescoBackupFlows.Functions.Tests;

/// <summary>The HTTP functions over a socket, mapped as their attributes say, over flows with stand-in activities on
/// Durable Task.</summary>
public sealed class HttpApiTests : IAsyncLifetime
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly TempDirectory _state = new();
    private readonly MemoryBlobStore _blobs = new();
    private readonly ManualResetEventSlim _goOn = new();
    private readonly StandIns _standIns = new();
    private FlowEnvironment _environment = null!;
    private TestEngine _engine = null!;
    private FunctionsFront _front = null!;
    private HttpClient _http = null!;

    public async ValueTask InitializeAsync()
    {
        await BackupRepository.InitAsync(_blobs, new RepositoryInit("none", null, "test", TimeProvider.System), _token);
        var options = new BackupOptions { State = _state.Path };
        options.Installation.Name = "sample";
        options.Repository.Encryption = "none";
        _environment = new FlowEnvironment(
            new LoadedOptions(options, null, null, []),
            new RepositoryStores(_blobs, new MemoryBlobStore()),
            TimeProvider.System,
            NullLoggerFactory.Instance
        );
        _standIns.Dump = _ => _goOn.Wait(_token);
        _engine = await TestEngine.OpenAsync(_standIns.Register, BackupTasks.Converter);
        _front = await FunctionsFront.StartAsync(
            new HttpApi(new BackupApi(_environment), _environment.Stores),
            _engine.Client,
            _token
        );
        _http = _front.CreateClient();
    }

    [Fact]
    public async Task Every_route_of_the_table_is_answered_by_its_function()
    {
        _goOn.Set();
        foreach (ApiRoute route in ApiRoutes.All)
        {
            using var request = new HttpRequestMessage(
                new HttpMethod(route.Method),
                $"api/{route.Path.Replace("{id}", "20200101T000000Z-00000000", StringComparison.Ordinal)}"
            );
            using HttpResponseMessage answer = await _http.SendAsync(request, _token);

            Assert.True(
                route.StatusCodes.Contains((int)answer.StatusCode),
                $"{route.Method} {route.Path}: {answer.StatusCode}"
            );
            Assert.StartsWith("application/", answer.Content.Headers.ContentType?.MediaType);
        }
    }

    [Fact]
    public async Task A_backup_is_started_once_looked_at_and_cancelled()
    {
        using HttpResponseMessage started = await _http.PostAsync("api/backups", null, _token);
        using HttpResponseMessage again = await _http.PostAsync("api/backups", null, _token);
        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Conflict), (started.StatusCode, again.StatusCode));
        string link = started.Headers.Location!.ToString();
        Assert.Equal(
            link,
            (await again.Content.ReadFromJsonAsync<JsonElement>(_token)).GetProperty("running").GetString()
        );

        using HttpResponseMessage cancelled = await _http.PostAsync($"{link}/cancel", null, _token);
        Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);
        _goOn.Set();
        await _engine.WaitForEndAsync(link.Split('/')[^1], _token);

        JsonElement ended = await _http.GetFromJsonAsync<JsonElement>(link, _token);
        Assert.Equal("cancelled", ended.GetProperty("state").GetString());
        Assert.Equal("cancelled", ended.GetProperty("failure").GetProperty("code").GetString());
    }

    public async ValueTask DisposeAsync()
    {
        _goOn.Set();
        _http.Dispose();
        await _front.DisposeAsync();
        await _engine.DisposeAsync();
        await _environment.DisposeAsync();
        _standIns.Dispose();
        _state.Dispose();
    }
}
