using System.Collections.Immutable;
using System.Text.Json;
using AlfrescoBackupFlows.Api.Tests.Rig;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Drill;
using AlfrescoBackupFlows.Flows.Drill.Records;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Api.Tests;

/// <summary>A drill over HTTP: where the configuration says, seen to its end, and without a path or a document's
/// name.</summary>
public sealed class DrillRoutesTests
{
    private static readonly RunId Set = RunId.Parse("20260101T000000Z-00000000");

    [Fact]
    public async Task Without_its_settings_there_is_none_and_what_does_not_fit_is_refused()
    {
        await using ApiRig off = await ApiRig.StartAsync();
        (await off.PostAsync("/api/drills")).AssertProblem(403, "not-configured");

        await using ApiRig api = await StartAsync();
        (await api.PostAsync("/api/drills")).AssertProblem(404, "not-found");
        (await api.PostAsync("/api/drills", """{"sharePercent":101}""")).AssertProblem(400, "invalid-request");
        (await api.PostAsync("/api/drills", """{"server":"postgresql://evil"}""")).AssertProblem(
            400,
            "invalid-request"
        );
        (await api.PostAsync("/api/drills", """{"scratch":"/"}""")).AssertProblem(400, "invalid-request");
        (await api.GetAsync("/api/drills/drill-x")).AssertProblem(404, "not-found");
        Assert.Equal(0, api.Flows.Count);
    }

    [Fact]
    public async Task A_running_one_is_cancelled_once_and_an_ended_one_never()
    {
        await using ApiRig api = await StartAsync();
        string id = await BeginAsync(api);

        ApiAnswer asked = await api.PostAsync($"/api/drills/{id}/cancel");

        Assert.Equal((202, $"/api/drills/{id}"), ((int)asked.Status, asked.Location));
        Assert.Equal((id, FlowEvents.Cancel), Assert.Single(api.Flows.Events));
        api.Flows.Fail(id, ErrorKind.Cancelled, "The drill was cancelled.");
        Assert.Equal("cancelled", (await api.GetAsync($"/api/drills/{id}")).Text("state"));
        (await api.PostAsync($"/api/drills/{id}/cancel")).AssertProblem(409, "ended");
    }

    [Fact]
    public async Task What_it_found_is_told_without_paths_and_names_of_documents()
    {
        await using ApiRig api = await StartAsync();
        string id = await BeginAsync(api);
        const string Document = "Sites/legal/documentLibrary/Contract 17.pdf";
        DrillFinding finding = new(
            DrillFindingKinds.Missing,
            $"store://2026/a.bin has no file (contentstore/2026/a.bin): document '{Document}' (workspace://SpacesStore/1)",
            "store://2026/a.bin",
            "contentstore/2026/a.bin",
            7,
            [new DrillNode("workspace://SpacesStore/1", Document, "content", "application/pdf")]
        );
        var result = new DrillResult(
            Set,
            DateTimeOffset.UnixEpoch,
            3,
            [],
            1,
            2,
            new DrillCheck(5, 1, 3, 0, 1, [finding], []) { LeftOut = 4 },
            ["--database names no empty database: see /etc/abf"]
        )
        {
            Selection = RestoreSelection.OfRoots(["contentstore"]),
        };
        api.Flows.Complete(id, JsonSerializer.Serialize(result, DrillJson.Default.DrillResult));

        ApiAnswer shown = await api.GetAsync($"/api/drills/{id}");

        Assert.Equal("done", shown.Text("state"));
        JsonElement told = shown.Json.GetProperty("result");
        Assert.False(told.GetProperty("passed").GetBoolean());
        Assert.Equal((4, 1), (told.GetProperty("leftOut").GetInt32(), told.GetProperty("errors").GetInt32()));
        Assert.Equal("contentstore", told.GetProperty("roots")[0].GetString());
        Assert.DoesNotContain("Contract", shown.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("a.bin", shown.Body, StringComparison.Ordinal);
        Assert.Equal("drill.database names no empty database: see [path]", told.GetProperty("warnings")[0].GetString());
    }

    private static Task<ApiRig> StartAsync() =>
        ApiRig.StartAsync(rig => rig.Options.Drill.Server = "postgresql://drill@db:5432");

    private static async Task<string> BeginAsync(ApiRig api)
    {
        string id = InstanceIds.ForDrill(Set, Guid.NewGuid());
        DrillInput input = new DrillChoice { Roots = [] }.Complete(Set, api.Options);
        Assert.True(
            await api.Flows.TryStartAsync(
                nameof(DrillFlow),
                JsonSerializer.Serialize(input, DrillJson.Default.DrillInput),
                id,
                TestContext.Current.CancellationToken
            )
        );
        return id;
    }
}
