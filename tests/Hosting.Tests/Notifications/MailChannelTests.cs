using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Hosting.Notifications;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Hosting.Tests.Notifications;

public sealed class MailChannelTests : IDisposable
{
    private readonly NotificationBench _bench = new();
    private readonly MailOptions _mail;

    public MailChannelTests()
    {
        _bench.Options.Ping.Url = null;
        _bench.Options.Webhook.UrlFile = null;
        _mail = _bench.Options.Mail;
        (_mail.Server, _mail.From, _mail.To) = ("127.0.0.1", "abf@example.com", ["a@example.com", "b@example.com"]);
    }

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_problem_is_a_mail_to_all_and_its_text_stays_in_its_place()
    {
        using var server = new SmtpStandIn();
        (_mail.Port, _mail.Tls) = (server.Port, MailOptions.NoTls);

        await ObserveAsync("full\r\nBcc: c@example.com", "mirrors\r\nX-Planted: yes");

        MailSeen seen = Assert.Single(server.Seen);
        Assert.StartsWith("MAIL FROM:<abf@example.com>", seen.From);
        Assert.Equal(["RCPT TO:<a@example.com>", "RCPT TO:<b@example.com>"], seen.To);
        string[] parts = seen.Source.Split("\n\n", 2);
        Assert.Contains("Subject: acme: mirrors X-Planted: yes\n", parts[0] + "\n");
        Assert.Contains("Auto-Submitted: auto-generated", parts[0]);
        Assert.DoesNotContain("\nX-Planted", parts[0]);
        Assert.StartsWith(
            "full\nBcc: c@example.com\n\ninstallation: acme\nevent: mirror, problem\nrun: r1\n",
            parts[1]
        );
        Assert.Empty(_bench.Said);
    }

    [Fact]
    public async Task A_server_without_TLS_is_refused_where_TLS_is_asked_for()
    {
        using var server = new SmtpStandIn();
        _mail.Port = server.Port;

        await ObserveAsync("full");

        Assert.Empty(server.Seen);
        Assert.StartsWith("notify.mail.server: 127.0.0.1 did not take the mail (", Assert.Single(_bench.Said));
    }

    [Fact]
    public async Task A_server_that_nobody_vouches_for_gets_no_password()
    {
        using var server = new SmtpStandIn(withTls: true);
        (_mail.Port, _mail.User, _mail.PasswordFile) = (server.Port, "abf", _bench.WriteFile("password", "s3cret"));

        await ObserveAsync("full");

        Assert.Empty(server.Seen);
        Assert.StartsWith("notify.mail.server: 127.0.0.1 did not take the mail (", Assert.Single(_bench.Said));
    }

    [Fact]
    public async Task A_refusal_and_a_server_that_is_not_there_are_said()
    {
        using var server = new SmtpStandIn { Refuses = true };
        (_mail.Port, _mail.Tls) = (server.Port, MailOptions.NoTls);
        await ObserveAsync("full");
        _mail.Port = FreePort.Next();
        await ObserveAsync("full");

        Assert.Equal(2, _bench.Said.Count);
        Assert.Equal("notify.mail.server: 127.0.0.1 did not take the mail (nobody of that name)", _bench.Said[0]);
        Assert.StartsWith("notify.mail.server: 127.0.0.1 did not take the mail (", _bench.Said[1]);
    }

    private async Task ObserveAsync(string problem, string title = "mirrors")
    {
        using Notifier notifier = _bench.NewNotifier();
        await notifier.ObserveAsync(new Observation(NotificationEvents.Mirror, title, problem, run: "r1"));
    }
}
