using System.Text;
using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Functions.Hosting;
using AlfrescoBackupFlows.Functions.Triggers;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Testing.Stores;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AlfrescoBackupFlows.Functions.Tests;

/// <summary>The page as the cloud host has it: with a key of its own, or not at all.</summary>
public sealed class CloudPageTests : IAsyncDisposable
{
    private readonly FlowEnvironment _environment = new(
        new LoadedOptions(new BackupOptions(), null, null, []),
        new RepositoryStores(new MemoryBlobStore(), new MemoryBlobStore()),
        TimeProvider.System,
        NullLoggerFactory.Instance
    );

    [Fact]
    public async Task Without_the_setting_there_is_no_page() =>
        Assert.Equal(404, (await AskAsync(new BackupOptions().Serve, "sign-in")).Status);

    [Fact]
    public async Task With_it_a_stranger_sees_the_sign_in_and_nothing_else()
    {
        var serve = new ServeOptions { Key = new Secret("0123456789abcdef") };

        (int status, string body) = await AskAsync(serve, "sign-in");

        Assert.Equal(200, status);
        Assert.Contains("<title>Sign in · abf</title>", body, StringComparison.Ordinal);
        Assert.Equal((303, ""), await AskAsync(serve, "sets"));
        Assert.Equal((303, ""), await AskAsync(serve, null));
    }

    [Fact]
    public void A_key_that_is_easily_tried_is_refused()
    {
        PermanentException fault = Assert.Throws<PermanentException>(() =>
            ServeKey.Read(new ServeOptions { Key = new Secret("short-secret") })
        );

        Assert.Equal(ErrorKind.Configuration, fault.Kind);
        Assert.StartsWith("ABF__SERVE__KEY does not fit", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("short-secret", fault.Message, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _environment.DisposeAsync();

    /// <summary>The engine is not asked before somebody is signed in.</summary>
    private async Task<(int Status, string Body)> AskAsync(ServeOptions serve, string? path)
    {
        using var api = new BackupApi(_environment);
        using CloudPage page = CloudPage.Create(ServeKey.Read(serve).Value, _environment, api);
        using var body = new MemoryStream();
        var http = new DefaultHttpContext
        {
            RequestServices = new ServiceCollection().AddLogging().BuildServiceProvider(),
        };
        http.Request.Method = "GET";
        http.Request.RouteValues["path"] = path;
        http.Response.Body = body;
        IResult answer = await new WebPage(page, _environment.Stores).Answer(http.Request, client: null!);
        await answer.ExecuteAsync(http);
        return (http.Response.StatusCode, Encoding.UTF8.GetString(body.ToArray()));
    }
}
