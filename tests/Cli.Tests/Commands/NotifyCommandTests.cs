using System.Text.Json;
using System.Text.Json.Nodes;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary>Those who are told of backups, by the command that a timer starts.</summary>
public sealed class NotifyCommandTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    [Fact]
    public async Task A_backup_tells_how_it_goes_and_what_is_not_taken_changes_nothing()
    {
        using var http = new HttpStandIn();
        Abf.Config["notify"] = new JsonObject
        {
            ["ping"] = new JsonObject { ["urlFile"] = Abf.WriteSecret("ping-url", $"{http.Url}/ping\n") },
            ["webhook"] = new JsonObject { ["urlFile"] = Abf.WriteSecret("hook-url", $"{http.Url}/hook\n") },
        };

        AbfResult test = await Abf.RunAsync("notify", "test");
        AssertDone(test);
        Assert.Equal("ping: took the test\nwebhook: took the test\n", test.Out);

        AssertDone(await Abf.RunAsync("backup"));
        Assert.Equal(["/ping/log", "/hook", "/ping/start", "/ping"], http.Seen.Select(seen => seen.Path));

        // The run begins, and fails at its source.
        Setting("database")["toolPath"] = Directory.CreateDirectory(Abf.Combine("no-tools")).FullName;
        Assert.Equal(5, (await Abf.RunAsync("backup")).ExitCode);
        Assert.Equal(["/hook", "/ping/fail", "/ping/start"], http.Seen.Skip(4).Select(seen => seen.Path).Order());
        JsonElement told = JsonDocument.Parse(http.Seen.Last(seen => seen.Path == "/hook").Body).RootElement;
        Assert.Equal(("backup", "problem"), (Text(told, "event"), Text(told, "state")));
        Assert.DoesNotContain(Abf.DirectoryPath, http.Seen[^1].Body);
        Assert.DoesNotContain(Abf.DirectoryPath, http.Seen[^2].Body);

        // It cannot even begin; the webhook was told of it just now.
        Directory.Move(Abf.Repository, Abf.Combine("elsewhere"));
        Assert.Equal(6, (await Abf.RunAsync("backup")).ExitCode);
        Assert.Equal(["/ping/fail"], http.Seen.Skip(7).Select(seen => seen.Path));

        // Nobody listens: the outcome is the run's own, and that is said.
        Directory.Move(Abf.Combine("elsewhere"), Abf.Repository);
        Setting("database")["toolPath"] = PostgresServer.BinDirectory;
        http.Dispose();
        AbfResult unheard = await Abf.RunAsync("backup");
        AssertDone(unheard);
        Assert.Contains("warning: notify.ping.urlFile: 127.0.0.1 did not take the notification (", unheard.Error);
        Assert.Equal(3, (await Abf.RunAsync("notify", "test")).ExitCode);
    }

    [Fact]
    public async Task A_prune_that_fails_and_a_summary_are_told()
    {
        using var http = new HttpStandIn();
        Abf.Config["notify"] = new JsonObject
        {
            ["webhook"] = new JsonObject { ["urlFile"] = Abf.WriteSecret("hook-url", $"{http.Url}/hook\n") },
        };

        AbfResult summary = await Abf.RunAsync("notify", "summary");
        AssertDone(summary);
        Assert.StartsWith("Sets of the last 7 days: 1, 1 of them consistent.\n", summary.Out);
        Assert.Contains("\"event\":\"summary\",\"state\":\"ok\"", http.Seen[^1].Body);

        Directory.Move(Abf.Repository, Abf.Combine("elsewhere"));
        Assert.Equal(6, (await Abf.RunAsync("prune", "--dry-run")).ExitCode);
        Assert.Equal(6, (await Abf.RunAsync("prune")).ExitCode);
        Directory.Move(Abf.Combine("elsewhere"), Abf.Repository);
        AssertDone(await Abf.RunAsync("prune"));

        Assert.Equal(
            [("retention", "problem"), ("retention", "over")],
            http.Seen.Skip(1)
                .Select(seen => JsonElement.Parse(seen.Body))
                .Select(told => (Text(told, "event"), Text(told, "state")))
        );
    }

    /// <summary>Where the system's own certificates are a file that a variable names.</summary>
    [Fact]
    public async Task A_mail_goes_over_TLS_with_the_password_of_its_file()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "SSL_CERT_FILE counts on Linux.");
        using var smtp = new SmtpStandIn(withTls: true);
        Abf.Environment["SSL_CERT_FILE"] = Abf.WriteSecret("trusted.pem", smtp.CertificatePem);
        Abf.Config["notify"] = new JsonObject
        {
            ["mail"] = new JsonObject
            {
                ["server"] = "127.0.0.1",
                ["port"] = smtp.Port,
                ["from"] = "abf@example.com",
                ["to"] = new JsonArray("admin@example.com"),
                ["user"] = "abf",
                ["passwordFile"] = Abf.WriteSecret("mail-password", "s3cret\n"),
            },
        };

        AbfResult test = await Abf.RunAsync("notify", "test", "--json");

        AssertDone(test);
        Assert.Equal(("mail", true), (Text(test.Json[0], "channel"), test.Json[0].GetProperty("told").GetBoolean()));
        MailSeen seen = Assert.Single(smtp.Seen);
        Assert.Equal("abf:s3cret", seen.Login);
        Assert.Contains("Subject: acme: a test\n", seen.Source);
    }

    [Fact]
    public async Task A_test_without_a_channel_says_which_settings_there_are()
    {
        AssertFault(await Abf.RunAsync("notify", "test"), 2, "notify.ping.url", "notify.webhook.urlFile");
    }

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();
}
