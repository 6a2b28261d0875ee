using System.Net;
using System.Security.Cryptography;
using System.Text;
using AlfrescoBackupFlows.Hosting.Notifications;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Hosting.Tests.Notifications;

public sealed class NotifierTests : IDisposable
{
    private readonly NotificationBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_problem_is_told_at_once_then_daily_by_whichever_process_and_once_when_it_is_over()
    {
        await ObserveAsync("full");
        _bench.Pass(TimeSpan.FromHours(1));
        await ObserveAsync("full");
        _bench.Pass(TimeSpan.FromHours(22));
        await ObserveAsync("still full");
        await ObserveAsync(null);
        await ObserveAsync(null);

        Assert.Equal(
            [("mirror", "problem", "full"), ("mirror", "problem", "still full"), ("mirror", "over", "still full")],
            _bench.Told
        );
        Assert.Contains("\"since\":\"2026-05-20T01:30:00Z\"", _bench.Server.Seen[1].Body);
        Assert.Contains("\"title\":\"acme: over: mirrors\"", _bench.Server.Seen[2].Body);
        Assert.Empty(_bench.Said);
    }

    [Fact]
    public async Task What_nobody_took_is_said_without_its_URL_and_told_again_next_time()
    {
        _bench.Server.Status = HttpStatusCode.InternalServerError;
        await ObserveAsync("full");
        _bench.Server.Status = HttpStatusCode.OK;
        await ObserveAsync("full");
        await ObserveAsync("full");

        Assert.Equal(2, _bench.Told.Count());
        Assert.Equal(
            "notify.webhook.urlFile: 127.0.0.1 did not take the notification (the server answered 500)",
            Assert.Single(_bench.Said)
        );
    }

    [Fact]
    public async Task A_message_has_no_path_of_the_host_and_is_signed_over_its_bytes()
    {
        _bench.Options.Webhook.SecretFile = _bench.WriteFile("secret", "k3y\n");

        await ObserveAsync("/opt/alfresco/alf_data is \"gone\"");

        HttpRequestSeen seen = Assert.Single(_bench.Server.Seen);
        Assert.Equal(("POST", "/hook?key=s3cret"), (seen.Method, seen.Path));
        Assert.Equal("[path]/alf_data is \"gone\"", _bench.Told.Single().Item3);
        Assert.Equal("application/json", seen.Headers["Content-Type"]);
        byte[] hash = HMACSHA256.HashData("k3y"u8, Encoding.UTF8.GetBytes(seen.Body));
        Assert.Equal($"sha256={Convert.ToHexStringLower(hash)}", seen.Headers["X-Abf-Signature"]);
    }

    [Fact]
    public async Task A_ping_keeps_the_query_of_its_URL_and_a_test_changes_nothing_there()
    {
        using Notifier notifier = _bench.NewNotifier();
        await notifier.PingAsync(PingChannel.Start, "began");
        await notifier.PingAsync(PingChannel.Success, "done");
        await notifier.PingAsync(PingChannel.Fail, "failed");

        Assert.Equal(
            [("ping", null), ("webhook", null)],
            await notifier.TestAsync(TestContext.Current.CancellationToken)
        );

        Assert.Equal(
            ["/ping/1234/start?rid=1", "/ping/1234?rid=1", "/ping/1234/fail?rid=1", "/ping/1234/log?rid=1"],
            _bench.Pings
        );
        Assert.Equal("failed", _bench.Server.Seen[2].Body);
        Assert.Equal("test", _bench.Told.Single().Item2);
    }

    [Fact]
    public async Task A_channel_that_is_not_there_a_redirect_or_a_missing_secret_stops_nothing()
    {
        _bench.Options.Ping.Url = $"http://127.0.0.1:{FreePort.Next()}/1234";
        using Notifier notifier = _bench.NewNotifier();
        await notifier.PingAsync(PingChannel.Success, "done");
        _bench.Server.Status = HttpStatusCode.Redirect;
        await ObserveAsync("full");
        _bench.Options.Webhook.SecretFile = _bench.WriteFile("gone", "");
        await ObserveAsync("full");

        Assert.Collection(
            _bench.Said,
            line => Assert.StartsWith("notify.ping.url: 127.0.0.1 did not take the notification (", line),
            line => Assert.EndsWith("(the server answered 302)", line),
            line => Assert.StartsWith("notify.webhook.secretFile '", line)
        );
    }

    private async Task ObserveAsync(string? problem)
    {
        using Notifier notifier = _bench.NewNotifier();
        await notifier.ObserveAsync("mirror", NotificationEvents.Mirror, "mirrors", problem, run: null);
    }
}
