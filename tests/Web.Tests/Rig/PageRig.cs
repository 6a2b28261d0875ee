using System.Net;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Api.Tests.Rig;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tests.Retention;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;
using AlfrescoBackupFlows.Web.Calls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace AlfrescoBackupFlows.Web.Tests.Rig;

/// <summary>What a request got.</summary>
internal sealed record PageReply(
    HttpStatusCode Status,
    string? Location,
    string[] Cookies,
    HttpResponseMessage Raw,
    string Body
);

/// <summary>The page on a real server, over a repository in memory, an engine that a test plays, and a clock that it moves.</summary>
internal sealed partial class PageRig : IAsyncDisposable
{
    public const string Key = "0123456789abcdef-key";

    private readonly TempDirectory _directory = new();
    private readonly MemoryBlobStore _blobs = new();
    private FlowEnvironment _environment = null!;
    private BackupApi _api = null!;
    private AbfPage _page = null!;
    private SignIns _signIns = null!;
    private WebApplication _app = null!;
    private int _runs;

    private PageRig() => Flows = new MemoryInstances { Time = Time };

    public MemoryInstances Flows { get; }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.Parse("2026-11-20T08:00:00Z"));

    public BackupOptions Options { get; } = new();

    /// <summary>Keeps cookies, follows nothing.</summary>
    public HttpClient Browser { get; private set; } = null!;

    public Uri Address { get; private set; } = null!;

    public string StateDirectory => _directory.Path;

    public static async Task<PageRig> StartAsync(
        Action<PageRig>? configure = null,
        string key = Key,
        ILoggerFactory? loggers = null
    )
    {
        var rig = new PageRig();
        rig.Options.Installation.Name = "acme";
        rig.Options.State = rig._directory.Combine("state");
        rig.Options.Repository.Encryption = RepositoryAccess.EncryptionNone;
        configure?.Invoke(rig);
        await BackupRepository.InitAsync(rig._blobs, new RepositoryInit("none", null, "test", rig.Time));
        rig._environment = new FlowEnvironment(
            new LoadedOptions(rig.Options, null, null, []),
            new RepositoryStores(rig._blobs, new MemoryBlobStore()),
            rig.Time,
            loggers ?? NullLoggerFactory.Instance
        );
        await rig.ListenAsync(key);
        rig.Browser = rig.NewBrowser();
        return rig;
    }

    public HttpClient NewBrowser() =>
        new(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() })
        {
            BaseAddress = Address,
        };

    public async Task<PageReply> GetAsync(string path, HttpClient? browser = null)
    {
        HttpResponseMessage response = await (browser ?? Browser).GetAsync(PagePaths.Root + path);
        return await ReadAsync(response);
    }

    public async Task<PageReply> PostAsync(
        string path,
        string? token,
        HttpClient? browser = null,
        string? site = null,
        params (string Name, string Value)[] fields
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, PagePaths.Root + path);
        IEnumerable<(string Name, string Value)> all = token is null ? fields : fields.Append(("token", token));
        request.Content = new FormUrlEncodedContent(all.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        if (site is not null)
        {
            request.Headers.Add("Sec-Fetch-Site", site);
        }

        return await ReadAsync(await (browser ?? Browser).SendAsync(request));
    }

    public async Task<PageReply> SignInAsync(string key = Key, HttpClient? browser = null)
    {
        PageReply form = await GetAsync("/sign-in", browser);
        return await PostAsync("/sign-in", TokenOf(form), browser, null, ("key", key));
    }

    /// <summary>The token that the forms of a page bring with them.</summary>
    public static string TokenOf(PageReply page) => TokenField().Match(page.Body).Groups["token"].Value;

    /// <summary>A set that began at a time, each phase a minute after the one before.</summary>
    public async Task<RunId> CommitAsync(DateTimeOffset started, string warning = "", bool isConsistent = true)
    {
        await using BackupRepository repository = await OpenAsync();
        RunId run = NewRun(started);
        RunOpened opened = await repository.Log.OpenRunAsync(run, Options.Installation.Name!);
        SetManifest empty = Manifests.Empty(run, opened.Base, Options.Installation.Name!, isConsistent);
        SetManifest manifest = Timed(empty, started) with { Warnings = warning.Length == 0 ? [] : [warning] };
        await repository.Log.CommitAsync(opened.Run, opened.Base, manifest);
        return run;
    }

    /// <summary>One whose documents are there.</summary>
    public async Task<RunId> CommitAsync(DateTimeOffset started, StoredSet set)
    {
        await using BackupRepository repository = await OpenAsync();
        set.Complete = manifest => Timed(manifest, started);
        return await set.CommitAsync(repository, Options.Installation.Name!, NewRun(started));
    }

    private Task<BackupRepository> OpenAsync() =>
        BackupRepository.OpenAsync(
            _blobs,
            new RepositoryAccess("none", null, _directory.Combine($"cache{_runs}"), Time)
        );

    private RunId NewRun(DateTimeOffset started) => RunId.Parse($"{started.UtcDateTime:yyyyMMddTHHmmssZ}-{++_runs:x8}");

    private static SetManifest Timed(SetManifest manifest, DateTimeOffset started) =>
        manifest with
        {
            Started = started,
            Sealed = started.AddMinutes(4),
            Phases =
            [
                new PhaseTimes("index", started, started.AddMinutes(1)),
                new PhaseTimes("database", started.AddMinutes(1), started.AddMinutes(2)),
                new PhaseTimes("files", started.AddMinutes(2), started.AddMinutes(4)),
            ],
            Roots = [manifest.Roots[0] with { Files = 1200, Bytes = 5_000_000 }],
            Totals = new SetTotals(1200, 5_000_000, 300_000, 1),
        };

    public async ValueTask DisposeAsync()
    {
        Browser.Dispose();
        await _app.DisposeAsync();
        _signIns.Dispose();
        _api.Dispose();
        await _environment.DisposeAsync();
        _directory.Dispose();
    }

    private async Task ListenAsync(string key)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore().AddLogging();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _api = new BackupApi(_environment);
        _signIns = new SignIns(Time);
        LoadAnew(key);
        _app = builder.Build();
        _app.Map(
            $"{PagePaths.Root}/{{**path}}",
            async (HttpContext http, string? path) =>
                await (await _page.HandleAsync(http, path, Flows)).ExecuteAsync(http)
        );
        await _app.StartAsync();
        Address = new Uri(Assert.Single(_app.Urls));
    }

    /// <summary>Another page in the same process, as after a signal to load the configuration anew.</summary>
    public void LoadAnew(string key = Key) =>
        _page = new AbfPage(
            new PageHost(_environment, new Secret(key)) { NextBackup = now => now + TimeSpan.FromHours(3) },
            _signIns,
            _api
        );

    private static async Task<PageReply> ReadAsync(HttpResponseMessage response) =>
        new(
            response.StatusCode,
            response.Headers.Location?.OriginalString,
            response.Headers.TryGetValues("Set-Cookie", out IEnumerable<string>? cookies) ? [.. cookies] : [],
            response,
            await response.Content.ReadAsStringAsync()
        );

    [GeneratedRegex(
        "name=\"token\" value=\"(?<token>[^\"]*)\"",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex TokenField();
}
