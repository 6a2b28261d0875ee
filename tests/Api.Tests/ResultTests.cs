using System.Collections.Immutable;
using System.Text.Json;
using AlfrescoBackupFlows.Api.Tests.Rig;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Restore;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Verify;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.SetChecks;
using AlfrescoBackupFlows.Repository.Verification;

namespace AlfrescoBackupFlows.Api.Tests;

/// <summary>What the command line writes too, without what names a path.</summary>
public sealed class ResultTests : IAsyncLifetime
{
    private static readonly RunId Set = RunId.Parse("20260101T000000Z-00000000");

    private ApiRig _api = null!;

    public async ValueTask InitializeAsync() => _api = await ApiRig.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Of_a_backup()
    {
        string id = (await _api.PostAsync("/api/backups")).Text("id");
        var result = new HotBackupResult
        {
            Set = RunId.Parse(id),
            Consistent = true,
            Files = 7,
            Bytes = 8,
            AddedBytes = 9,
            Warnings = ["see /etc/abf"],
        };
        _api.Flows.Complete(id, JsonSerializer.Serialize(result, BackupJson.Default.HotBackupResult));

        JsonElement shown = await ResultOfAsync($"/api/backups/{id}");

        Assert.Equal(
            [
                "id",
                "installation",
                "consistent",
                "unproven",
                "missing",
                "sourceMissing",
                "sourceChanged",
                "files",
                "bytes",
                "addedBytes",
                "warnings",
            ],
            Members(shown)
        );
        Assert.Equal(
            (id, "acme"),
            (shown.GetProperty("id").GetString(), shown.GetProperty("installation").GetString())
        );
    }

    [Fact]
    public async Task Of_a_verification_of_one_set_with_a_finding()
    {
        Finding finding = new(FindingSeverity.Error, Set, "pack packs/ab is lost");
        var report = new VerifyReport([finding], 1, 0, VerifyTotals.None);

        JsonElement shown = await VerifyAsync(new VerifyInput(Set, ReadData: true), new VerifyResult(3, report));

        Assert.Equal(
            [
                "sound",
                "depth",
                "readData",
                "sets",
                "files",
                "bytes",
                "required",
                "lost",
                "packs",
                "packsRead",
                "unneededPacks",
                "unneededBytes",
                "packBytes",
                "bytesRead",
                "errors",
                "alarms",
                "warnings",
                "findings",
            ],
            Members(shown)
        );
        Assert.True(shown.GetProperty("readData").GetBoolean());
        Assert.Equal([Set.ToString()], shown.GetProperty("sets").EnumerateArray().Select(s => s.GetString()));
        Assert.Equal(
            $$"""[{"severity":"error","set":"{{Set}}","line":"pack [path] is lost"}]""",
            shown.GetProperty("findings").GetRawText()
        );
    }

    [Fact]
    public async Task Of_a_verification_of_a_repository_that_could_not_be_opened()
    {
        JsonElement shown = await VerifyAsync(
            new VerifyInput(Set, ReadData: false),
            new VerifyResult(VerifyPlan.Nothing, VerifyReport.None)
        );

        Assert.Equal("[]", shown.GetProperty("sets").GetRawText());
    }

    [Fact]
    public async Task Of_a_verification_of_all_sets_that_the_command_line_began()
    {
        JsonElement shown = await VerifyAsync(
            new VerifyInput(null, ReadData: false),
            new VerifyResult(3, VerifyReport.None)
        );

        Assert.Equal(JsonValueKind.Null, shown.GetProperty("sets").ValueKind);
    }

    [Fact]
    public async Task Of_a_restore_that_lacks_files()
    {
        var input = new RestoreInput(Set, "/srv/restored/november", null, null, 2);
        var result = new RestoreResult
        {
            Set = Set,
            Files = 7,
            Bytes = 8,
            DatabaseRestored = false,
            Required = 9,
            Missing = 1,
            NamedMissing = ["contentstore/2026/secret.bin"],
            CarriedOver = 0,
            Unset = UnsetAttributes.None,
            Warnings = ["see /etc/abf"],
        };
        string id = InstanceIds.ForRestore(input.Target, Guid.NewGuid());
        await CompleteAsync(
            nameof(RestoreFlow),
            id,
            JsonSerializer.Serialize(input, RestoreJson.Default.RestoreInput),
            JsonSerializer.Serialize(result, RestoreJson.Default.RestoreResult)
        );

        JsonElement shown = await ResultOfAsync($"/api/restores/{id}");

        Assert.Equal(
            """{"set":"20260101T000000Z-00000000","target":"november","files":7,"bytes":8,"database":false"""
                + ""","unproven":false,"required":9,"missing":1,"carriedOver":0,"lost":0,"warnings":["see [path]"]}""",
            shown.GetRawText()
        );
    }

    [Fact]
    public void Of_a_set_has_sources_and_findings_on_the_host_alone()
    {
        DateTimeOffset now = DateTimeOffset.UnixEpoch;
        SetManifest manifest = ManifestWith(new NamedFile("contentstore", "2026/x.bin", 5, "missing"), now);

        string host = Write(SetDetailDocument.Of(Summary, manifest, SetCheckTable.Empty, withPaths: true));
        string elsewhere = Write(SetDetailDocument.Of(Summary, manifest, SetCheckTable.Empty, withPaths: false));

        Assert.Contains(
            """[{"path":"contentstore/2026/x.bin","size":5,"reason":"missing"}]""",
            host,
            StringComparison.Ordinal
        );
        Assert.Contains("\"source\":\"/opt/alf_data/contentstore\"", host, StringComparison.Ordinal);
        Assert.DoesNotContain("findings", elsewhere, StringComparison.Ordinal);
        Assert.DoesNotContain("/opt/alf_data", elsewhere, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_set_begins_as_its_row_in_the_list_does()
    {
        SetManifest manifest = ManifestWith(
            new NamedFile("contentstore", "2026/x.bin", 5, "missing"),
            DateTimeOffset.UnixEpoch
        );

        string row = JsonSerializer.Serialize(
            [SetDocument.Of(Summary, SetCheckTable.Empty)],
            ApiJson.Relaxed.SetDocumentArray
        );
        string detail = Write(SetDetailDocument.Of(Summary, manifest, SetCheckTable.Empty, withPaths: true));

        Assert.StartsWith(row.TrimStart('[').TrimEnd(']', '}') + ",\"phases\":", detail, StringComparison.Ordinal);
    }

    private static string Write(SetDetailDocument document) =>
        JsonSerializer.Serialize(document, ApiJson.Relaxed.SetDetailDocument);

    private static string[] Members(JsonElement document) => [.. document.EnumerateObject().Select(p => p.Name)];

    private static SetSummary Summary =>
        new()
        {
            Sequence = 1,
            Id = Set,
            Installation = "acme",
            Started = DateTimeOffset.UnixEpoch,
            Sealed = DateTimeOffset.UnixEpoch,
            Consistent = false,
            Missing = 1,
            Files = 2,
            Bytes = 3,
            AddedBytes = 4,
            Parent = null,
        };

    private static SetManifest ManifestWith(NamedFile finding, DateTimeOffset now) =>
        new()
        {
            Id = Set,
            Installation = new InstallationStamp("acme", "f"),
            Base = 0,
            Started = now,
            Sealed = now,
            Phases = [],
            Index = new SearchIndexCopyStamp("none", null, null, null, []),
            Roots =
            [
                new RootStamp(
                    "contentstore",
                    "/opt/alf_data/contentstore",
                    new ContentRef(0, 0, []),
                    null,
                    2,
                    1,
                    3,
                    1,
                    ChunkClass.Content
                ),
            ],
            Consistency = new ConsistencyReport(
                false,
                1,
                1,
                [finding],
                0,
                0,
                0,
                ImmutableSortedDictionary<string, long>.Empty
            ),
            Totals = new SetTotals(2, 3, 4, 1),
            Indexes = [],
            Warnings = [],
            Tool = "abf 0.1.0",
        };

    private async Task<JsonElement> VerifyAsync(VerifyInput input, VerifyResult result)
    {
        string id = InstanceIds.ForVerify(input, Guid.NewGuid());
        await CompleteAsync(
            nameof(VerifyFlow),
            id,
            JsonSerializer.Serialize(input, VerifyJson.Default.VerifyInput),
            JsonSerializer.Serialize(result, VerifyJson.Default.VerifyResult)
        );
        return await ResultOfAsync($"/api/verifications/{id}");
    }

    private async Task CompleteAsync(string flow, string id, string input, string result)
    {
        Assert.True(await _api.Flows.TryStartAsync(flow, input, id, TestContext.Current.CancellationToken));
        _api.Flows.Complete(id, result);
    }

    private async Task<JsonElement> ResultOfAsync(string path) =>
        (await _api.GetAsync(path)).Json.GetProperty("result");
}
