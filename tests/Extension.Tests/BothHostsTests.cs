using System.Text.Json;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Extension.Tests.Rig;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Extension.Tests;

/// <summary>The same requests one after the other to <c>abf serve</c> and to the cloud host: a client cannot tell them
/// apart.</summary>
public sealed class BothHostsTests(OnDemand<PostgresServer> postgres, TaskHubs hubs)
{
    private const string Nobody = "20200101T000000Z-00000000";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Both_hosts_give_the_same_answers()
    {
        using BackupRig source = await BackupRig.CreateAsync(await postgres.GetAsync(), documents: 30, _token);
        await using TalkingHost served = await TalkingHost.ServeAsync(source, await hubs.GetStorageAsync());
        await using TalkingHost cloud = await TalkingHost.CloudAsync(source, await hubs.GetStorageAsync());

        List<string>[] said = await Task.WhenAll(TalkAsync(served), TalkAsync(cloud));

        string[] differing =
        [
            .. said[0]
                .Zip(said[1])
                .Where(pair => pair.First != pair.Second)
                .Select(pair => $"{pair.First}\n--- the cloud host:\n{pair.Second}"),
        ];
        Assert.True(differing.Length == 0, string.Join("\n\n", differing));
        Assert.Equal(said[0].Count, said[1].Count);
        await Shell.AssertSameContentAsync(
            Path.Combine(served.Restored, "a-day"),
            Path.Combine(cloud.Restored, "a-day")
        );
        await Shell.AssertSameContentAsync(
            Path.Combine(source.Sample.Root, "contentstore"),
            Path.Combine(cloud.Restored, "a-day", "contentstore")
        );
    }

    private static async Task<List<string>> TalkAsync(TalkingHost host)
    {
        var talk = new Conversation(host.Client);
        await AskBeforeTheFirstSetAsync(talk, host);
        await AskWhatDoesNotFitAsync(talk);
        await CancelABackupAsync(talk, host);
        await TakeASetAsync(talk);
        await VerifyAsync(talk);
        await RestoreAsync(talk);
        return talk.Lines;
    }

    private static async Task AskBeforeTheFirstSetAsync(Conversation talk, TalkingHost host)
    {
        using var stranger = new HttpClient { BaseAddress = host.Client.BaseAddress };
        var unknown = new Conversation(stranger);
        await unknown.AskAsync("GET", "/api/health");
        await unknown.AskAsync("POST", "/api/backups", "{}", ("x-functions-key", "wrong"));
        talk.Lines.AddRange(unknown.Lines);

        await talk.AskAsync("GET", "/api/health");
        await talk.AskAsync("GET", "/api/openapi.json");
        await talk.AskAsync("GET", "/api/sets");
        foreach (
            string path in (string[])
                [
                    "sets/latest",
                    $"sets/{Nobody}",
                    "sets/x",
                    $"backups/{Nobody}",
                    "backups/x",
                    "verifications/x",
                    "restores/x",
                ]
        )
        {
            await talk.AskAsync("GET", $"/api/{path}");
        }

        foreach (
            string path in (string[])
                ["sets/latest/verify", $"backups/{Nobody}/cancel", "verifications/x/cancel", "restores/x/cancel"]
        )
        {
            await talk.AskAsync("POST", $"/api/{path}");
        }
    }

    private static async Task AskWhatDoesNotFitAsync(Conversation talk)
    {
        foreach (
            string body in (string[])
                [
                    "{",
                    "[]",
                    """{"acceptContentlos":true}""",
                    """{"acceptContentLoss":"yes"}""",
                    new string(' ', 20_000),
                    "null x",
                ]
        )
        {
            await talk.AskAsync("POST", "/api/backups", body);
        }

        await talk.AskAsync("POST", "/api/backups", null, ("Idempotency-Key", new string('k', 256)));
        await talk.AskAsync("POST", "/api/sets/latest/verify", """{"readData":1}""");
        foreach (
            string body in (string[])
                [
                    "",
                    "{}",
                    """{"target":"../x"}""",
                    """{"target":"/etc"}""",
                    """{"target":"x","path":"y"}""",
                    """{"target":"x","database":true}""",
                    """{"target":"x"}""",
                ]
        )
        {
            await talk.AskAsync("POST", "/api/restores", body);
        }
    }

    private static async Task CancelABackupAsync(Conversation talk, TalkingHost host)
    {
        JsonElement backup = await talk.AskAsync(
            "POST",
            "/api/backups",
            """{"acceptContentLoss":true}""",
            ("Idempotency-Key", "monday")
        );
        await host.Abf.WaitUntilHeldAsync();
        await talk.AskAsync("POST", "/api/backups", """{"acceptContentLoss":true}""", ("Idempotency-Key", "monday"));
        await talk.AskAsync("POST", "/api/backups", "{}", ("Idempotency-Key", "monday"));
        await talk.AskAsync("POST", "/api/backups", "{}", ("Idempotency-Key", "tuesday"));
        await talk.AskAsync("POST", "/api/backups");
        await talk.AskAsync("GET", "/api/health");
        await talk.AskAsync("GET", LinkOf(backup, "status"));
        await talk.AskAsync("GET", LinkOf(backup, "result"));
        await talk.AskAsync("POST", LinkOf(backup, "cancel"));
        await talk.FollowAsync(backup);
        host.Abf.LetGo();
        await talk.AskAsync("POST", LinkOf(backup, "cancel"));
        await talk.AskAsync("POST", "/api/backups", """{"acceptContentLoss":true}""", ("Idempotency-Key", "monday"));
        await talk.AskAsync("GET", "/api/health");
    }

    private static async Task TakeASetAsync(Conversation talk)
    {
        JsonElement backup = await talk.AskAsync("POST", "/api/backups");
        await talk.FollowAsync(backup);
        await talk.AskAsync("GET", LinkOf(backup, "result"));
        await talk.AskAsync("GET", "/api/sets/latest");
        await talk.AskAsync("GET", "/api/sets");
    }

    private static async Task VerifyAsync(Conversation talk)
    {
        JsonElement structure = await talk.AskAsync("POST", "/api/sets/latest/verify");
        await talk.FollowAsync(structure);
        JsonElement data = await talk.AskAsync("POST", "/api/sets/latest/verify", """{"readData":true}""");
        await talk.FollowAsync(data);
        await talk.AskAsync("POST", LinkOf(data, "cancel"));
        await talk.AskAsync("GET", $"/api/restores/{data.GetProperty("id").GetString()}");
        await talk.AskAsync("GET", $"/api/backups/{data.GetProperty("id").GetString()}");
    }

    private static async Task RestoreAsync(Conversation talk)
    {
        JsonElement restore = await talk.AskAsync("POST", "/api/restores", """{"target":"a-day"}""");
        await talk.FollowAsync(restore);
        await talk.AskAsync("POST", LinkOf(restore, "cancel"));
        await talk.AskAsync("GET", $"/api/verifications/{restore.GetProperty("id").GetString()}");
        await talk.FollowAsync(await talk.AskAsync("POST", "/api/restores", """{"target":"a-day"}"""));
    }

    private static string LinkOf(JsonElement started, string link) =>
        started.GetProperty("links").GetProperty(link).GetString()!;
}
