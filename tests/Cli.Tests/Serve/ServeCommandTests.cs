using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Serve;

/// <summary>The HTTP API of <c>abf serve</c> on a repository that holds a set.</summary>
[Trait("needs", "server")]
public sealed class ServeCommandTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    private string Restored => Abf.Combine("restored");

    [Fact]
    public async Task A_set_is_taken_shown_verified_and_restored_over_http_without_a_path_or_a_secret_in_any_answer()
    {
        PostgresServer postgres = await ServerAsync();
        string database = await postgres.CreateDatabaseAsync("served", Token);
        Abf.Config["mirror"] = new JsonArray(new JsonObject { ["url"] = $"file://{Abf.Combine("copy")}" });
        using ServedApi api = await StartAsync(
            new JsonObject
            {
                ["directory"] = Restored,
                ["databaseUrl"] = $"postgresql://{postgres.Username}@{postgres.Host}:{postgres.Port}/{database}",
                ["databasePasswordFile"] = Abf.WriteSecret("pw", postgres.Password),
            }
        );

        (HttpStatusCode status, JsonElement backup) = await api.SendAsync(HttpMethod.Post, "/api/backups");
        Assert.Equal(HttpStatusCode.Accepted, status);
        JsonElement sealedSet = await api.FollowAsync(Link(backup, "status"));
        Assert.Equal("sealed", sealedSet.GetProperty("state").GetString());
        (_, JsonElement set) = await api.SendAsync(HttpMethod.Get, Link(backup, "result"));
        Assert.Equal(
            ["index", "database", "files"],
            set.GetProperty("phases").EnumerateArray().Select(p => p.GetProperty("name").GetString())
        );
        (_, JsonElement sets) = await api.SendAsync(HttpMethod.Get, "/api/sets");
        Assert.Equal(
            [backup.GetProperty("id").GetString(), Sample.Set],
            sets.EnumerateArray().Select(s => s.GetProperty("id").GetString())
        );

        (_, JsonElement verification) = await api.SendAsync(
            HttpMethod.Post,
            "/api/sets/latest/verify",
            """{"readData":true}"""
        );
        JsonElement verified = (await api.FollowAsync(Link(verification, "status"))).GetProperty("result");
        Assert.True(verified.GetProperty("sound").GetBoolean());
        Assert.Equal(verified.GetProperty("packs").GetInt64(), verified.GetProperty("packsRead").GetInt64());

        (_, JsonElement sample) = await api.SendAsync(
            HttpMethod.Post,
            "/api/sets/latest/verify",
            """{"depth":"sample","sharePercent":100,"budgetSeconds":600}"""
        );
        JsonElement sampled = (await api.FollowAsync(Link(sample, "status"))).GetProperty("result");
        Assert.Equal("sample", sampled.GetProperty("depth").GetString());
        Assert.Equal(sampled.GetProperty("packs").GetInt64(), sampled.GetProperty("packsRead").GetInt64());
        (_, JsonElement live) = await api.SendAsync(HttpMethod.Post, "/api/sets/latest/verify", """{"depth":"live"}""");
        JsonElement compared = (await api.FollowAsync(Link(live, "status"))).GetProperty("result");
        Assert.Equal(0, compared.GetProperty("alarms").GetInt64());
        Assert.InRange(compared.GetProperty("live").GetProperty("files").GetInt64(), 50, long.MaxValue);

        (_, JsonElement restore) = await api.SendAsync(
            HttpMethod.Post,
            "/api/restores",
            """{"target":"a-day","database":true}"""
        );
        JsonElement restored = await api.FollowAsync(Link(restore, "status"));
        Assert.Equal("done", restored.GetProperty("state").GetString());
        await Shell.AssertSameContentAsync(
            Sample.Installation.Contentstore,
            Path.Combine(Restored, "a-day", "contentstore")
        );
        Assert.Equal(await Shell.DumpAsync(postgres, Sample.Database), await Shell.DumpAsync(postgres, database));

        await AssertRetainedAsync(api, backup.GetProperty("id").GetString()!);
        (_, JsonElement again) = await api.SendAsync(HttpMethod.Post, "/api/restores", """{"target":"a-day"}""");
        JsonElement refused = await api.FollowAsync(Link(again, "status"));
        Assert.Equal("target", refused.GetProperty("failure").GetProperty("code").GetString());
        Assert.All(api.Answers, answer => AssertTellsNothing(answer, postgres));
        Assert.Equal(0, await api.EndAsync("TERM"));
    }

    [Fact]
    public async Task Without_the_key_a_request_learns_nothing()
    {
        using ServedApi api = await StartAsync();
        using var stranger = new HttpClient { BaseAddress = api.Client.BaseAddress };
        foreach (string path in (string[])["/api/health", "/api/sets", "/api/openapi.json", "/api/nothing", "/"])
        {
            foreach (string? key in (string?[])[null, "", ServedApi.Key + "x", ServedApi.Key[..^1]])
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, $"{path}?code={ServedApi.Key}");
                if (key is not null)
                {
                    request.Headers.TryAddWithoutValidation("x-functions-key", key);
                }

                using HttpResponseMessage response = await stranger.SendAsync(request, Token);
                Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
                Assert.Empty(await response.Content.ReadAsStringAsync(Token));
                Assert.Equal(["Date"], response.Headers.Select(h => h.Key));
            }
        }

        using HttpResponseMessage page = await stranger.GetAsync("/api/page/sets", Token);
        Assert.Equal("/api/page/sign-in", page.RequestMessage!.RequestUri!.AbsolutePath);
        Assert.Contains("<label for=\"key\">Key of the API</label>", await page.Content.ReadAsStringAsync(Token));
        Assert.Equal(HttpStatusCode.NotFound, (await api.SendAsync(HttpMethod.Get, "/api/nothing")).Status);
        (HttpStatusCode tooLong, JsonElement problem) = await api.SendAsync(
            HttpMethod.Post,
            "/api/backups",
            new string(' ', 70_000)
        );
        Assert.Equal(
            (HttpStatusCode.BadRequest, "invalid-request"),
            (tooLong, problem.GetProperty("code").GetString())
        );
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await api.SendAsync(HttpMethod.Delete, "/api/health")).Status);
        Assert.Equal("ok", (await api.SendAsync(HttpMethod.Get, "/api/health")).Json.GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("KILL")]
    public async Task A_backup_that_was_interrupted_is_gone_on_with_at_the_next_start(string signal)
    {
        Abf.HoldTool(Setting("database"), "pg_dump");
        string id;
        using (ServedApi first = await StartAsync())
        {
            (_, JsonElement backup) = await first.SendAsync(HttpMethod.Post, "/api/backups");
            id = backup.GetProperty("id").GetString()!;
            await Abf.WaitUntilHeldAsync();
            (HttpStatusCode busy, JsonElement problem) = await first.SendAsync(HttpMethod.Post, "/api/backups");
            Assert.Equal(
                (HttpStatusCode.Conflict, $"/api/backups/{id}"),
                (busy, problem.GetProperty("running").GetString())
            );

            Assert.Equal(signal == "TERM" ? 0 : 137, await first.EndAsync(signal));
            Assert.Equal(
                signal == "TERM",
                first.Said.Contains($"run {id} is interrupted; the next 'abf serve", StringComparison.Ordinal)
            );
        }

        Abf.LetGo();
        using ServedApi second = await StartAsync();
        Assert.Equal("sealed", (await second.FollowAsync($"/api/backups/{id}")).GetProperty("state").GetString());
        Assert.Contains($"run {id} is resumed", second.Said);
    }

    [Fact]
    public async Task A_backup_is_cancelled_over_http_and_from_the_command_line()
    {
        Abf.HoldTool(Setting("database"), "pg_dump");
        using ServedApi api = await StartAsync();
        (_, JsonElement backup) = await api.SendAsync(HttpMethod.Post, "/api/backups");
        await Abf.WaitUntilHeldAsync();

        AbfResult second = await Abf.RunAsync("backup");
        Assert.Equal(4, second.ExitCode);
        Assert.Equal(HttpStatusCode.Accepted, (await api.SendAsync(HttpMethod.Post, Link(backup, "cancel"))).Status);
        Assert.Equal("cancelled", (await api.FollowAsync(Link(backup, "status"))).GetProperty("state").GetString());
        Assert.Equal(
            "nothing to cancel",
            (await Abf.RunAsync("cancel", "--json")).Json.GetProperty("outcome").GetString()
        );
    }

    [Fact]
    public async Task A_restore_is_cancelled_over_http_and_the_same_one_goes_on()
    {
        PostgresServer postgres = await ServerAsync();
        string database = await postgres.CreateDatabaseAsync("cancelled", Token);
        Abf.HoldTool(Setting("database"), "psql");
        using ServedApi api = await StartAsync(
            new JsonObject
            {
                ["directory"] = Restored,
                ["databaseUrl"] = $"postgresql://{postgres.Username}@{postgres.Host}:{postgres.Port}/{database}",
                ["databasePasswordFile"] = Abf.WriteSecret("pw", postgres.Password),
            }
        );
        (_, JsonElement restore) = await api.SendAsync(
            HttpMethod.Post,
            "/api/restores",
            """{"target":"a-day","database":true}"""
        );
        await Abf.WaitUntilHeldAsync();

        Assert.Equal(HttpStatusCode.Accepted, (await api.SendAsync(HttpMethod.Post, Link(restore, "cancel"))).Status);
        Assert.Equal("cancelled", (await api.FollowAsync(Link(restore, "status"))).GetProperty("state").GetString());
        Abf.LetGo();
        (_, JsonElement again) = await api.SendAsync(
            HttpMethod.Post,
            "/api/restores",
            """{"target":"a-day","database":true}"""
        );

        Assert.Equal("done", (await api.FollowAsync(Link(again, "status"))).GetProperty("state").GetString());
        Assert.Equal(await Shell.DumpAsync(postgres, Sample.Database), await Shell.DumpAsync(postgres, database));
    }

    [Fact]
    public async Task A_schedule_starts_a_backup_and_skips_while_one_is_on()
    {
        Abf.HoldTool(Setting("database"), "pg_dump");
        Abf.Config["schedule"] = "* * * * * *";
        using ServedApi api = await StartAsync();
        await Abf.WaitUntilHeldAsync();
        while (!api.Said.Contains("schedule: skipped, because a backup is running", StringComparison.Ordinal))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), Token);
        }

        (_, JsonElement health) = await api.SendAsync(HttpMethod.Get, "/api/health");
        Assert.StartsWith("/api/backups/", health.GetProperty("running").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, await api.EndAsync("TERM"));
    }

    [Fact]
    public async Task A_signal_loads_the_configuration_anew_all_of_it_or_none_and_the_service_manager_is_told()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "systemd and SIGHUP are there alone.");
        string path = Abf.Combine("notify");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        Abf.Environment["NOTIFY_SOCKET"] = path;
        Abf.Environment["WATCHDOG_USEC"] = "3600000000";
        using var webhook = new HttpStandIn();
        Abf.Config["notify"] = new JsonObject
        {
            ["webhook"] = new JsonObject { ["urlFile"] = Abf.WriteSecret("hook-url", $"{webhook.Url}/hook\n") },
        };
        using ServedApi api = await StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(HttpMethod.Get, "/api/health")).Status);

        await LoadAsync("not loaded anew", config => config["schedule"] = "every night");
        Assert.Contains("schedule 'every night' does not fit", api.Said, StringComparison.Ordinal);
        Abf.Config.Remove("schedule");
        await LoadAsync(
            "serve.urls 'http://127.0.0.1:1' is another one",
            config => SetServe("urls", "http://127.0.0.1:1")
        );
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(HttpMethod.Get, "/api/health")).Status);

        SetServe("urls", "http://127.0.0.1:0");
        string key = Abf.WriteSecret("next-key", "fedcba9876543210-next\n");
        await LoadAsync("the configuration is loaded anew", config => SetServe("keyFile", key));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/health");
        using HttpResponseMessage refused = await api.Client.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        api.Client.DefaultRequestHeaders.Remove("x-functions-key");
        api.Client.DefaultRequestHeaders.Add("x-functions-key", "fedcba9876543210-next");
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(HttpMethod.Get, "/api/health")).Status);

        Assert.Equal(0, await api.EndAsync("TERM"));
        string[] notices = [.. Heard().Where(notice => notice != "WATCHDOG=1")];
        Assert.Equal(
            ["READY=1", "RELOADING=1", "READY=1", "RELOADING=1", "READY=1", "RELOADING=1", "READY=1", "STOPPING=1"],
            notices.Select(notice => notice.Split('\n')[0])
        );
        Assert.Equal(
            ["configuration problem", "configuration over"],
            webhook
                .Seen.Select(seen => JsonElement.Parse(seen.Body))
                .Select(told => $"{told.GetProperty("event").GetString()} {told.GetProperty("state").GetString()}")
        );

        void SetServe(string name, string value) => ((JsonObject)Abf.Config["serve"]!)[name] = value;

        async Task LoadAsync(string says, Action<JsonObject> change)
        {
            change(Abf.Config);
            Abf.WriteConfig();
            await api.SignalAsync("HUP");
            await api.HearAsync(says);
        }

        IEnumerable<string> Heard()
        {
            byte[] bytes = new byte[1024];
            while (socket.Available > 0)
            {
                yield return Encoding.ASCII.GetString(bytes, 0, socket.Receive(bytes));
            }
        }
    }

    [Theory]
    [InlineData("http://0.0.0.0:0", "serve.allowPlainHttp")]
    [InlineData("http://*:0", "serve.allowPlainHttp")]
    [InlineData("https://127.0.0.1:0", "serve.certificateFile")]
    [InlineData("ftp://127.0.0.1", "does not fit")]
    [InlineData("7090", "does not fit")]
    public async Task An_address_that_would_show_the_key_or_cannot_be_is_refused(string urls, string says)
    {
        ServedApi.Configure(Abf);
        AssertFault(await Abf.RunAsync("serve", "--urls", urls), 2, "serve.urls", says);
    }

    [Fact]
    public async Task Key_and_schedule_are_looked_at_before_it_listens()
    {
        AssertFault(await Abf.RunAsync("serve"), 2, "serve.keyFile", "openssl rand");
        ServedApi.Configure(Abf);
        ((JsonObject)Abf.Config["serve"]!)["keyFile"] = Abf.WriteSecret("long", "a key of the API\n".Replace(' ', '-'));
        ((JsonObject)Abf.Config["serve"]!)["metricsKeyFile"] = Abf.Combine("long");
        AssertFault(await Abf.RunAsync("serve"), 2, "serve.metricsKeyFile", "write another one");
        ((JsonObject)Abf.Config["serve"]!)["keyFile"] = Abf.WriteSecret("short", "short\n");
        AssertFault(await Abf.RunAsync("serve"), 2, "serve.keyFile", "16 or more");
        ServedApi.Configure(Abf);
        Abf.Config["schedule"] = "every night";
        AssertFault(await Abf.RunAsync("serve"), 2, "schedule 'every night'");
    }

    [Fact]
    public async Task With_a_certificate_it_speaks_tls()
    {
        await Shell.RunAsync(
            @"cd ""$1"" && openssl req -x509 -newkey rsa:2048 -nodes -keyout tls.key -out tls.crt -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 2>/dev/null",
            Abf.DirectoryPath
        );
        ServedApi.Configure(Abf);
        var serve = (JsonObject)Abf.Config["serve"]!;
        (serve["urls"], serve["certificateFile"], serve["certificateKeyFile"]) = (
            "https://127.0.0.1:0",
            Abf.Combine("tls.crt"),
            Abf.Combine("tls.key")
        );
        using ServedApi api = await ServedApi.StartAsync(Abf);

        string health = await Shell.RunAsync(
            @"curl --silent --show-error --cacert ""$1/tls.crt"" -H ""x-functions-key: $2"" ""$3api/health""",
            Abf.DirectoryPath,
            ServedApi.Key,
            api.Client.BaseAddress!.AbsoluteUri
        );

        Assert.Contains("\"ok\"", health);
    }

    /// <summary>The set before this one is forgotten once it is not pinned any more, pruned, and the rest copied.</summary>
    private async Task AssertRetainedAsync(ServedApi api, string newest)
    {
        await api.SendAsync(HttpMethod.Post, $"/api/sets/{Sample.Set}/pin");
        (_, JsonElement kept) = await api.SendAsync(HttpMethod.Post, "/api/forget", """{"keepLast":1}""");
        Assert.Equal(0, kept.GetProperty("forgotten").GetArrayLength());
        Assert.Equal(0, (await Abf.RunAsync("unpin", Sample.Set)).ExitCode);
        (_, JsonElement gone) = await api.SendAsync(HttpMethod.Post, "/api/forget", """{"keepLast":1}""");
        Assert.Equal(Sample.Set, gone.GetProperty("forgotten")[0].GetProperty("id").GetString());

        (_, JsonElement prune) = await api.SendAsync(HttpMethod.Post, "/api/prunes", """{"maxUnusedPercent":0}""");
        JsonElement pruned = await api.FollowAsync(Link(prune, "status"));
        Assert.Equal("done", pruned.GetProperty("state").GetString());
        Assert.InRange(pruned.GetProperty("result").GetProperty("deletedBlobs").GetInt64(), 1, long.MaxValue);
        (_, JsonElement mirror) = await api.SendAsync(HttpMethod.Post, "/api/mirrors");
        JsonElement mirrored = await api.FollowAsync(Link(mirror, "status"));
        (_, JsonElement head) = await api.SendAsync(HttpMethod.Get, "/api/head");
        Assert.Equal(head.GetRawText(), mirrored.GetProperty("result").GetProperty("head").GetRawText());
        (_, JsonElement stats) = await api.SendAsync(HttpMethod.Get, "/api/stats");
        Assert.Equal(newest, Assert.Single(stats.GetProperty("sets").EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal(head.GetRawText(), stats.GetProperty("head").GetRawText());
    }

    private static string Link(JsonElement document, string name)
    {
        Assert.True(document.TryGetProperty("links", out JsonElement links), document.GetRawText());
        return links.GetProperty(name).GetString()!;
    }

    private Task<ServedApi> StartAsync(JsonObject? restore = null)
    {
        ServedApi.Configure(Abf);
        Abf.Config["restore"] = restore ?? new JsonObject();
        return ServedApi.StartAsync(Abf);
    }

    private void AssertTellsNothing(string answer, PostgresServer postgres)
    {
        foreach (
            string hidden in (string[])
                [
                    Abf.DirectoryPath,
                    Sample.Installation.Root,
                    PostgresServer.BinDirectory,
                    postgres.Password,
                    AbfRig.Passphrase,
                    ServedApi.Key,
                    "/tmp",
                ]
        )
        {
            Assert.DoesNotContain(hidden, answer, StringComparison.Ordinal);
        }
    }
}
