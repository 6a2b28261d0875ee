using System.Net;
using System.Text.Json;
using AlfrescoBackupFlows.Api.Tests.Rig;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Api.Tests;

public sealed class BackupRoutesTests : IAsyncLifetime
{
    private ApiRig _api = null!;

    public async ValueTask InitializeAsync() => _api = await ApiRig.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task A_backup_is_accepted_with_links_that_lead_somewhere()
    {
        ApiAnswer started = await _api.PostAsync("/api/backups");

        Assert.Equal(HttpStatusCode.Accepted, started.Status);
        Assert.Equal("running", started.Text("state"));
        JsonElement links = started.Json.GetProperty("links");
        string status = links.GetProperty("status").GetString()!;
        Assert.Equal(status, started.Location);
        Assert.Equal($"/api/sets/{started.Text("id")}", links.GetProperty("result").GetString());
        Assert.Equal(started.Text("id"), (await _api.GetAsync(status)).Text("id"));
        Assert.Equal(HttpStatusCode.Accepted, (await _api.PostAsync(links.GetProperty("cancel").GetString()!)).Status);
        Assert.Equal((started.Text("id"), FlowEvents.Cancel), Assert.Single(_api.Flows.Events));
        Assert.Equal(status, (await _api.GetAsync("/api/health")).Text("running"));
    }

    [Fact]
    public async Task A_second_one_is_told_which_is_on()
    {
        ApiAnswer first = await _api.PostAsync("/api/backups");

        ApiAnswer second = await _api.PostAsync("/api/backups");

        second.AssertProblem(409, "busy");
        Assert.Equal(first.Location, second.Text("running"));
        Assert.Equal(1, _api.Flows.Count);
    }

    [Fact]
    public async Task Twenty_at_once_start_one()
    {
        ApiAnswer[] answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _api.PostAsync("/api/backups")));

        Assert.Single(answers, a => a.Status is HttpStatusCode.Accepted);
        Assert.Equal(1, _api.Flows.Count);
    }

    [Fact]
    public async Task A_repeated_request_gets_the_first_ones_backup_whatever_became_of_it()
    {
        ApiAnswer first = await _api.PostAsync("/api/backups", idempotencyKey: "monday");
        Assert.Equal(first.Text("id"), (await _api.PostAsync("/api/backups", "{}", "monday")).Text("id"));
        _api.Flows.Fail(first.Text("id"), ErrorKind.Source, "gone");
        ApiAnswer again = await _api.PostAsync("/api/backups", idempotencyKey: "monday");
        Assert.Equal(("failed", first.Text("id")), (again.Text("state"), again.Text("id")));

        (await _api.PostAsync("/api/backups", """{"acceptContentLoss":true}""", "monday")).AssertProblem(
            422,
            "idempotency-key-reused"
        );
        Assert.NotEqual(first.Text("id"), (await _api.PostAsync("/api/backups", idempotencyKey: "tuesday")).Text("id"));
        Assert.DoesNotContain(
            "monday",
            JsonSerializer.Serialize((await _api.Flows.ListAsync(nameof(HotBackupFlow), default)).Select(i => i.Input))
        );
    }

    [Fact]
    public async Task Twenty_at_once_with_one_key_are_one_backup_and_one_of_them_with_another_body_is_told()
    {
        string[] bodies = [.. Enumerable.Repeat("{}", 19), """{"acceptContentLoss":true}"""];
        ApiAnswer[] answers = await Task.WhenAll(bodies.Select(body => _api.PostAsync("/api/backups", body, "monday")));

        // Whichever came first has the key.
        Assert.Equal(1, _api.Flows.Count);
        Assert.Single(
            answers
                .Where(a => a.Status is HttpStatusCode.Accepted)
                .Select(a => a.Text("id"))
                .Distinct(StringComparer.Ordinal)
        );
        Assert.All(
            answers.Where(a => a.Status is not HttpStatusCode.Accepted),
            a => a.AssertProblem(422, "idempotency-key-reused")
        );
        Assert.Contains(answers, a => a.Status is not HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task One_that_failed_is_superseded_by_the_next()
    {
        string first = (await _api.PostAsync("/api/backups")).Text("id");
        _api.Flows.Fail(first, ErrorKind.Storage, "unreachable");

        string second = (await _api.PostAsync("/api/backups", """{"acceptContentLoss":true}""")).Text("id");

        HotBackupInput input = JsonSerializer.Deserialize(
            (await _api.Flows.FindAsync(second, default))!.Input,
            BackupJson.Default.HotBackupInput
        )!;
        Assert.Equal((second, true), (input.Run.ToString(), input.AcceptContentLoss));
        Assert.Equal([first], input.Supersedes.Select(run => run.ToString()));
    }

    [Fact]
    public async Task A_failure_has_a_kind_and_a_line_without_paths_and_secrets()
    {
        string id = (await _api.PostAsync("/api/backups")).Text("id");
        _api.Flows.SetStatus(
            id,
            JsonSerializer.Serialize(
                new FlowStatus("files", "/srv/alf data/contentstore", 1, 2, 3, 4),
                RuntimeJson.Default.FlowStatus
            )
        );
        _api.Flows.Fail(
            id,
            ErrorKind.Source,
            $"dir.contentstore '/srv/alf data/contentstore' is empty; see {_api.Options.State}/abf.log, passphrase {ApiRig.Passphrase}"
        );

        JsonElement backup = (await _api.GetAsync($"/api/backups/{id}")).Json;

        Assert.Equal("failed", backup.GetProperty("state").GetString());
        Assert.Equal("source", backup.GetProperty("failure").GetProperty("code").GetString());
        Assert.Equal(
            "dir.contentstore '[path]' is empty; see [path], passphrase [secret]",
            backup.GetProperty("failure").GetProperty("message").GetString()
        );
        Assert.Equal("[path] [path]", backup.GetProperty("progress").GetProperty("detail").GetString());
        Assert.Equal(JsonValueKind.Null, backup.GetProperty("links").GetProperty("cancel").ValueKind);
    }

    [Fact]
    public async Task What_nobody_foresaw_is_told_by_its_kind_alone()
    {
        string id = (await _api.PostAsync("/api/backups")).Text("id");
        _api.Flows.Fail(id, ErrorKind.Unexpected, "NullReferenceException: hunter2");

        string body = (await _api.GetAsync($"/api/backups/{id}")).Body;

        Assert.Contains("\"unexpected\"", body);
        Assert.DoesNotContain("hunter2", body);
    }

    [Fact]
    public async Task One_that_has_ended_cannot_be_cancelled()
    {
        string id = (await _api.PostAsync("/api/backups")).Text("id");
        _api.Flows.Complete(
            id,
            JsonSerializer.Serialize(
                new HotBackupResult
                {
                    Set = RunId.Parse(id),
                    Consistent = true,
                    Files = 7,
                    Bytes = 8,
                    AddedBytes = 9,
                    Warnings = ["see /etc/abf"],
                },
                BackupJson.Default.HotBackupResult
            )
        );

        (await _api.PostAsync($"/api/backups/{id}/cancel")).AssertProblem(409, "ended");
        JsonElement backup = (await _api.GetAsync($"/api/backups/{id}")).Json;
        Assert.Equal(
            ("sealed", 7),
            (backup.GetProperty("state").GetString(), backup.GetProperty("result").GetProperty("files").GetInt32())
        );
        Assert.Equal("see [path]", backup.GetProperty("result").GetProperty("warnings")[0].GetString());
    }

    [Fact]
    public async Task Backups_are_listed_newest_first_and_health_tells_the_last_set_and_how_the_last_run_ended()
    {
        JsonElement nothing = (await _api.GetAsync("/api/health")).Json;
        Assert.Equal(JsonValueKind.Null, nothing.GetProperty("lastRun").ValueKind);
        Assert.Equal(JsonValueKind.Null, nothing.GetProperty("lastSet").ValueKind);
        Assert.Equal("[]", (await _api.GetAsync("/api/backups")).Body);
        string whole = (await _api.PostAsync("/api/backups")).Text("id");
        _api.Flows.Complete(
            whole,
            JsonSerializer.Serialize(
                new HotBackupResult
                {
                    Set = RunId.Parse(whole),
                    Consistent = true,
                    SourceMissing = 1,
                    Files = 7,
                    Bytes = 8,
                    AddedBytes = 9,
                    Warnings = [],
                },
                BackupJson.Default.HotBackupResult
            )
        );
        string failed = (await _api.PostAsync("/api/backups")).Text("id");
        _api.Flows.Fail(failed, ErrorKind.Storage, "full: /srv/abf");
        string running = (await _api.PostAsync("/api/backups")).Text("id");

        JsonElement health = (await _api.GetAsync("/api/health")).Json;
        JsonElement[] listed = [.. (await _api.GetAsync("/api/backups")).Json.EnumerateArray()];

        JsonElement lastRun = health.GetProperty("lastRun");
        JsonElement lastSet = health.GetProperty("lastSet");
        Assert.Equal($"/api/backups/{running}", health.GetProperty("running").GetString());
        Assert.Equal(
            (failed, "failed", "storage"),
            (Text(lastRun, "id"), Text(lastRun, "state"), Text(lastRun, "failure"))
        );
        Assert.Equal(whole, Text(lastSet, "id"));
        Assert.Equal(
            (true, true),
            (lastSet.GetProperty("consistent").GetBoolean(), lastSet.GetProperty("findings").GetBoolean())
        );
        Assert.Equal(
            [(running, "running"), (failed, "failed"), (whole, "sealed")],
            listed.Select(backup => (Text(backup, "id"), Text(backup, "state")))
        );
        Assert.Equal("full: [path]", Text(listed[1].GetProperty("failure"), "message"));

        static string? Text(JsonElement document, string member) => document.GetProperty(member).GetString();
    }

    [Theory]
    [InlineData("/api/backups/20261122T201500Z-1f2e3d4c")]
    [InlineData("/api/backups/x")]
    [InlineData("/api/backups/..%2f..%2fetc")]
    [InlineData("/api/verifications/verify-0")]
    [InlineData("/api/restores/restore-0")]
    [InlineData("/api/sets/latest")]
    public async Task What_is_not_there_is_a_problem_with_a_code(string path) =>
        (await _api.GetAsync(path)).AssertProblem(404, "not-found");

    [Theory]
    [InlineData("{")]
    [InlineData("""{"acceptContentlos":true}""")]
    [InlineData("""{"acceptContentLoss":"yes"}""")]
    [InlineData("[]")]
    [InlineData("""{"acceptContentLoss":false,"acceptContentLoss":true}""")]
    [InlineData("""{"acceptContentLoss":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[""")]
    [InlineData("""{"\ud800":true}""")]
    [InlineData("acceptContentLoss=true")]
    public async Task A_body_that_does_not_fit_is_refused(string body)
    {
        (await _api.PostAsync("/api/backups", body)).AssertProblem(400, "invalid-request");
        (await _api.PostAsync("/api/backups", new string(' ', 20_000))).AssertProblem(400, "invalid-request");
        Assert.Equal(0, _api.Flows.Count);
    }

    [Fact]
    public async Task A_storage_that_is_gone_is_a_503_without_its_place()
    {
        Directory.Delete(Path.Combine(_api.Directory, "blobs"), recursive: true);

        ApiAnswer answer = await _api.GetAsync("/api/sets");

        Assert.True((int)answer.Status is 500 or 503, answer.Body);
        Assert.Equal("application/problem+json", answer.ContentType);
        Assert.DoesNotContain(_api.Directory, answer.Body);
    }
}
