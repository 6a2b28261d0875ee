using System.Net;
using System.Text.Json;
using AlfrescoBackupFlows.Api.Tests.Rig;
using AlfrescoBackupFlows.Flows.Mirroring.Records;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Retention.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Garbage;

namespace AlfrescoBackupFlows.Api.Tests;

/// <summary>Forget, pin, prune, mirror, and the head of the log.</summary>
public sealed class RetentionRoutesTests
{
    [Fact]
    public async Task A_pinned_set_is_not_forgotten_and_the_pin_lies_in_the_control_store()
    {
        await using ApiRig api = await ApiRig.StartAsync();
        string[] sets = await LoggedSets.AddAsync(api, 3);

        ApiAnswer pinned = await api.PostAsync($"/api/sets/{sets[0]}/pin", """{"reason":"for ever"}""");
        Assert.Equal((HttpStatusCode.OK, "pinned"), (pinned.Status, pinned.Text("outcome")));
        Assert.Equal([$"pins/{sets[0]}"], await api.Control.ListAsync("", default).Select(b => b.Name).ToArrayAsync());

        const string Rules = """{"keepLast":1,"dryRun":true}""";
        Assert.Equal([sets[1]], Forgotten(await api.PostAsync("/api/forget", Rules)));
        Assert.Equal(3, (await api.GetAsync("/api/sets")).Json.GetArrayLength());
        ApiAnswer done = await api.PostAsync("/api/forget", """{"keepLast":1}""");
        Assert.Equal([sets[1]], Forgotten(done));
        Assert.Equal(
            [$"{sets[0]} pinned", $"{sets[2]} last,newest-consistent"],
            done.Json.GetProperty("kept")
                .EnumerateArray()
                .Select(set =>
                    $"{set.GetProperty("id")} {string.Join(',', set.GetProperty("reasons").EnumerateArray())}"
                )
        );

        Assert.Equal("unpinned", (await api.PostAsync($"/api/sets/{sets[0]}/unpin")).Text("outcome"));
        Assert.Equal("was not pinned", (await api.PostAsync($"/api/sets/{sets[0]}/unpin")).Text("outcome"));
        Assert.Equal([sets[0]], Forgotten(await api.PostAsync("/api/forget", $$"""{"sets":["{{sets[0]}}"]}""")));
    }

    [Fact]
    public async Task A_set_that_may_not_be_forgotten_is_told_and_one_that_is_not_there_is_404()
    {
        await using ApiRig api = await ApiRig.StartAsync();
        string[] sets = await LoggedSets.AddAsync(api, 2);
        await api.PostAsync($"/api/sets/{sets[0]}/pin");

        ApiAnswer pinned = await api.PostAsync("/api/forget", $$"""{"sets":["{{sets[0]}}"]}""");
        pinned.AssertProblem(409, "refused");
        Assert.Contains("is pinned", pinned.Text("detail"), StringComparison.Ordinal);
        (await api.PostAsync("/api/forget", $$"""{"sets":["{{sets[1]}}"]}""")).AssertProblem(409, "refused");
        (await api.PostAsync("/api/forget", """{"sets":[]}""")).AssertProblem(400, "invalid-request");
        const string Gone = "20200101T000000Z-00000000";
        foreach (string body in (string[])[$$"""{"sets":["{{Gone}}"]}""", $$"""{"sets":["{{sets[0]}}","{{Gone}}"]}"""])
        {
            ApiAnswer answer = await api.PostAsync("/api/forget", body);
            answer.AssertProblem(404, "not-found");
            Assert.Contains(Gone, answer.Text("detail"), StringComparison.Ordinal);
        }

        (await api.PostAsync($"/api/sets/{Gone}/pin")).AssertProblem(404, "not-found");
        (await api.PostAsync($"/api/sets/{Gone}/unpin")).AssertProblem(404, "not-found");
        Assert.Equal(2, (await api.GetAsync("/api/sets")).Json.GetArrayLength());
    }

    [Theory]
    [InlineData("", "no rule to keep sets by")]
    [InlineData("""{"keepLast":0}""", "no rule to keep sets by")]
    [InlineData("""{"keepLast":-1}""", "write 0 or more")]
    [InlineData("""{"keepWithinDays":1e300}""", "keepWithinDays up to 36500")]
    [InlineData("""{"sets":["x"]}""", "write ids of sets")]
    [InlineData("""{"sets":[null]}""", "write ids of sets")]
    [InlineData("""{"sets":["20200101T000000Z-00000000"],"keepLast":1}""", "not both")]
    [InlineData("""{"keepHourly":1}""", "member keepHourly")]
    public async Task What_to_forget_has_to_be_said_plainly(string body, string says)
    {
        await using ApiRig api = await ApiRig.StartAsync();
        await LoggedSets.AddAsync(api, 2);

        ApiAnswer answer = await api.PostAsync("/api/forget", body);

        answer.AssertProblem(400, "invalid-request");
        Assert.Contains(says, answer.Text("detail"), StringComparison.Ordinal);
        Assert.Equal(2, (await api.GetAsync("/api/sets")).Json.GetArrayLength());
    }

    [Fact]
    public async Task Without_a_body_the_rules_are_those_of_the_configuration()
    {
        await using ApiRig api = await ApiRig.StartAsync(rig => rig.Options.Retention.KeepLast = 2);
        string[] sets = await LoggedSets.AddAsync(api, 3);

        Assert.Equal([sets[0]], Forgotten(await api.PostAsync("/api/forget")));
    }

    [Fact]
    public async Task A_mirror_of_another_store_takes_neither_pins_nor_forgets()
    {
        await using ApiRig api = await ApiRig.StartAsync();
        string[] sets = await LoggedSets.AddAsync(api, 2);
        Directory.CreateDirectory(Path.Combine(api.Directory, "blobs", "control"));
        await File.WriteAllTextAsync(Path.Combine(api.Directory, "blobs", "control", "mirror"), "elsewhere");

        (await api.PostAsync($"/api/sets/{sets[0]}/pin")).AssertProblem(500, "configuration");
        (await api.PostAsync("/api/forget", """{"keepLast":1}""")).AssertProblem(500, "configuration");
        Assert.Equal(2, (await api.GetAsync("/api/sets")).Json.GetArrayLength());
    }

    [Fact]
    public async Task The_head_is_that_of_the_log()
    {
        await using ApiRig api = await ApiRig.StartAsync();
        Assert.Equal(0, (await api.GetAsync("/api/head")).Json.GetProperty("sequence").GetInt64());

        await LoggedSets.AddAsync(api, 1);
        JsonElement head = (await api.GetAsync("/api/head")).Json;

        string newest = Directory
            .GetFiles(Path.Combine(api.Directory, "blobs", "log"))
            .Order(StringComparer.Ordinal)
            .First();
        byte[] hash = System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(newest));
        Assert.Equal(2, head.GetProperty("sequence").GetInt64());
        Assert.Equal(Convert.ToHexStringLower(hash), head.GetProperty("sha256").GetString());

        // What this process has in memory counts for nothing.
        File.Delete(newest);
        (await api.GetAsync("/api/head")).AssertProblem(500, "repository");
    }

    [Fact]
    public async Task A_prune_is_one_at_a_time_and_its_answer_has_no_path()
    {
        await using ApiRig api = await ApiRig.StartAsync();
        (await api.PostAsync("/api/prunes", """{"maxUnusedPercent":101}""")).AssertProblem(400, "invalid-request");
        (await api.PostAsync("/api/prunes", """{"maxRepackBytes":-1}""")).AssertProblem(400, "invalid-request");
        ApiAnswer first = await api.PostAsync("/api/prunes", """{"maxUnusedPercent":10,"maxRepackBytes":5}""");
        ApiAnswer again = await api.PostAsync("/api/prunes", """{"maxUnusedPercent":10,"maxRepackBytes":5}""");
        ApiAnswer other = await api.PostAsync("/api/prunes");

        Assert.Equal((HttpStatusCode.Accepted, "running"), (first.Status, first.Text("state")));
        Assert.Equal(first.Location, again.Location);
        other.AssertProblem(409, "busy");
        Assert.Equal(first.Location, other.Text("running"));
        Assert.Equal(
            new PruneInput(0.1, 5, IsDryRun: false),
            JsonSerializer.Deserialize(api.Flows.Single.Input, RetentionJson.Default.PruneInput)
        );
        ApiAnswer cancelled = await api.PostAsync($"{first.Location}/cancel");
        Assert.Equal(HttpStatusCode.Accepted, cancelled.Status);
        Assert.Equal((first.Text("id"), FlowEvents.Cancel), Assert.Single(api.Flows.Events));

        PruneReport report = new(10, 2, 3, 1, 4, DateTimeOffset.UnixEpoch, 100, 5)
        {
            Warnings = ["Pack 'packs/ab/cd' is kept as it is"],
        };
        api.Flows.Complete(first.Text("id"), JsonSerializer.Serialize(report, RetentionJson.Default.PruneReport));
        ApiAnswer done = await api.GetAsync(first.Location!);
        JsonElement result = done.Json.GetProperty("result");
        Assert.Equal("done", done.Text("state"));
        Assert.Equal(
            (10, 3),
            (result.GetProperty("freedBytes").GetInt64(), result.GetProperty("deletedBlobs").GetInt64())
        );
        Assert.Equal(
            "Pack '[path]' is kept as it is",
            Assert.Single(result.GetProperty("warnings").EnumerateArray()).GetString()
        );
        (await api.PostAsync($"{first.Location}/cancel")).AssertProblem(409, "ended");
        (await api.GetAsync("/api/prunes/prune-0")).AssertProblem(404, "not-found");
    }

    [Fact]
    public async Task A_mirror_goes_to_a_target_of_the_configuration_and_to_no_other()
    {
        await using (ApiRig none = await ApiRig.StartAsync())
        {
            (await none.PostAsync("/api/mirrors")).AssertProblem(403, "not-configured");
        }

        await using ApiRig api = await ApiRig.StartAsync(rig =>
            rig.Options.Mirror = [
                new MirrorTargetOptions { Url = "file:///mnt/one" },
                new MirrorTargetOptions { Url = "https://two.example/container?sig=secret" },
            ]
        );
        (await api.PostAsync("/api/mirrors")).AssertProblem(400, "invalid-request");
        (await api.PostAsync("/api/mirrors", """{"target":2}""")).AssertProblem(400, "invalid-request");
        (await api.PostAsync("/api/mirrors", """{"target":-1}""")).AssertProblem(400, "invalid-request");
        (await api.PostAsync("/api/mirrors", """{"to":"file:///tmp"}""")).AssertProblem(400, "invalid-request");
        ApiAnswer started = await api.PostAsync("/api/mirrors", """{"target":1}""");
        ApiAnswer again = await api.PostAsync("/api/mirrors", """{"target":1}""");

        Assert.Equal((HttpStatusCode.Accepted, 1), (started.Status, started.Json.GetProperty("target").GetInt32()));
        Assert.Equal(started.Location, again.Location);
        Assert.DoesNotContain("secret", api.Flows.Single.Input, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Accepted, (await api.PostAsync("/api/mirrors", """{"target":0}""")).Status);
        Assert.Equal(2, api.Flows.Count);
        var result = new MirrorTargetResult(7, 70, 0, new RememberedHead(5, new string('a', 64)));
        api.Flows.Complete(started.Text("id"), JsonSerializer.Serialize(result, MirrorJson.Default.MirrorTargetResult));
        JsonElement done = (await api.GetAsync(started.Location!)).Json.GetProperty("result");
        Assert.Equal(
            (7, 5),
            (done.GetProperty("copiedBlobs").GetInt32(), done.GetProperty("head").GetProperty("sequence").GetInt32())
        );
        api.Flows.Fail(again.Text("id"), ErrorKind.Repository, "2 blobs of file:///mnt/one are not as in the source");
        ApiAnswer failed = await api.GetAsync(started.Location!);
        Assert.Equal("failed", failed.Text("state"));
        Assert.DoesNotContain("/mnt", failed.Body, StringComparison.Ordinal);
    }

    private static string[] Forgotten(ApiAnswer answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return
        [
            .. answer.Json.GetProperty("forgotten").EnumerateArray().Select(set => set.GetProperty("id").GetString()!),
        ];
    }
}
