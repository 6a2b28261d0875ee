using System.Net;
using System.Security.Cryptography;
using System.Text;
using AlfrescoBackupFlows.Hosting.Notifications;
using AlfrescoBackupFlows.Platform.Errors;
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
        Assert.Contains("\"title\":\"acme: over: mirrors (since 2026-05-20 01:30Z)\"", _bench.Server.Seen[2].Body);
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
        await PingAsync(notifier, PingChannel.Start, "began");
        await PingAsync(notifier, PingChannel.Success, "done");
        await PingAsync(notifier, PingChannel.Fail, "failed");

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
        await PingAsync(notifier, PingChannel.Success, "done");
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

    /// <summary>The first takes a message only when the second has it.</summary>
    [Fact]
    public async Task Channels_are_told_side_by_side()
    {
        var second = new TaskCompletionSource();
        using Notifier notifier = _bench.NewNotifier(
            [
                new LambdaChannel(token => second.Task.WaitAsync(token)),
                new LambdaChannel(_ =>
                {
                    second.SetResult();
                    return Task.CompletedTask;
                }),
            ],
            Timeout.InfiniteTimeSpan
        );

        Assert.True(await notifier.ObserveAsync(Full("mirror")));
    }

    [Fact]
    public async Task A_channel_that_hangs_costs_one_limit_however_much_there_is_to_tell()
    {
        int asked = 0;
        using Notifier notifier = _bench.NewNotifier(
            [
                new LambdaChannel(token =>
                {
                    asked++;
                    return Task.Delay(Timeout.InfiniteTimeSpan, token);
                }),
            ],
            TimeSpan.FromMilliseconds(1)
        );

        Assert.False(await notifier.ObserveAsync(Full("mirror"), Full("retention"), Full("space")));

        Assert.InRange(asked, 0, 1);
        Assert.Contains(
            _bench.Said,
            line => line.Contains("more notifications are not sent", StringComparison.Ordinal)
        );
        using Notifier next = _bench.NewNotifier();
        await next.ObserveAsync(Full("retention"));
        Assert.Equal([("retention", "problem", "full")], _bench.Told);
    }

    /// <summary>One time is for what happened, a shorter one for telling by the others that a channel failed.</summary>
    [Fact]
    public async Task A_channel_that_hangs_is_told_with_the_time_that_it_had()
    {
        int asked = 0;
        using Notifier notifier = _bench.NewNotifier(
            [
                new LambdaChannel(_ => throw new TransientException(ErrorKind.Storage, "no")) { Name = "mail" },
                new LambdaChannel(token =>
                    asked++ == 0 ? Task.CompletedTask : Task.Delay(Timeout.InfiniteTimeSpan, token)
                ),
            ],
            Timeout.InfiniteTimeSpan
        );

        await notifier.ObserveAsync(Full("mirror"));

        Assert.Equal(
            ["no", "notify.lambda: the notification was not taken within the 0.001 seconds for all of them"],
            _bench.Said
        );
    }

    [Fact]
    public async Task What_is_over_is_told_in_the_words_in_which_it_was_told()
    {
        using Notifier notifier = _bench.NewNotifier();
        await notifier.ObserveAsync(
            new Observation("mirror a", "mirror", "the mirror to mirror.0 failed", "full", null)
        );
        _bench.Pass(TimeSpan.FromDays(2));
        await notifier.ObserveAsync(new Observation("mirror a", "mirror", "the mirror failed", null, null));

        Assert.Contains(
            "\"title\":\"acme: over: the mirror to mirror.0 failed (since 2026-05-20 01:30Z)\",\"message\":\"full\"",
            _bench.Server.Seen[1].Body
        );
    }

    [Fact]
    public async Task A_problem_that_an_older_version_told_is_over_in_the_words_of_who_sees_its_end()
    {
        await _bench.WriteStateAsync(
            "notified/acme.json",
            """{"mirror":{"since":"2026-05-19T01:30:00+00:00","told":"2026-05-19T01:30:00+00:00","message":"full"}}"""
        );

        await ObserveAsync(null);

        Assert.Contains(
            "\"title\":\"acme: over: mirrors (since 2026-05-19 01:30Z)\",\"message\":\"full\"",
            Assert.Single(_bench.Server.Seen).Body
        );
    }

    [Fact]
    public async Task Of_two_who_saw_the_same_at_once_one_is_told()
    {
        using Notifier notifier = _bench.NewNotifier();

        await notifier.ObserveAsync(Full("space"), new Observation("space", "space", null, run: null));

        Assert.Equal([("space", "problem", "full")], _bench.Told);
    }

    /// <summary>On the cloud host it lies in the storage, which may be the trouble that is to be told.</summary>
    [Fact]
    public async Task A_memory_that_does_not_answer_keeps_nothing_from_being_told()
    {
        int taken = 0;
        using Notifier notifier = _bench.NewNotifier(
            [
                new LambdaChannel(_ =>
                {
                    taken++;
                    return Task.CompletedTask;
                }),
            ],
            Timeout.InfiniteTimeSpan,
            new SilentDocuments(),
            new HurriedClock()
        );

        Assert.True(await notifier.ObserveAsync(Full("storage")));
        Assert.True(await notifier.ObserveAsync(Full("storage")));

        Assert.Equal(1, taken);
        Assert.Contains("what was told earlier cannot be read within 5 seconds: it may be told again", _bench.Said);
    }

    private static Observation Full(string about) => new(about, about, "full", run: null);

    private static Task<bool> PingAsync(Notifier notifier, string signal, string message) =>
        notifier.TellAsync(new Occasion(new Ping(signal, message), []));

    private async Task ObserveAsync(string? problem)
    {
        using Notifier notifier = _bench.NewNotifier();
        await notifier.ObserveAsync(new Observation(NotificationEvents.Mirror, "mirrors", problem, run: null));
    }

    private sealed class LambdaChannel(Func<CancellationToken, Task> send) : IMessageChannel
    {
        public string Name { get; init; } = "lambda";

        public bool IsSet => true;

        public Task SendAsync(Notification notification, CancellationToken cancellationToken) =>
            send(cancellationToken);
    }

    private sealed class SilentDocuments : IKeptDocuments
    {
        public Task<byte[]?> ReadAsync(string name, CancellationToken cancellationToken) =>
            new TaskCompletionSource<byte[]?>().Task;

        public Task WriteAsync(string name, byte[] bytes, CancellationToken cancellationToken) =>
            Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
    }

    /// <summary>Whatever is waited for is over at once.</summary>
    private sealed class HurriedClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
