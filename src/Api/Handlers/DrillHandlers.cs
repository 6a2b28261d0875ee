using System.Globalization;
using System.Text.Json;
using AlfrescoBackupFlows.Api.Documents;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Drill;
using AlfrescoBackupFlows.Flows.Drill.Records;
using AlfrescoBackupFlows.Repository.Format;
using Microsoft.AspNetCore.Http;

namespace AlfrescoBackupFlows.Api.Handlers;

/// <summary>
/// Drills: start, look, cancel. Only on the configured server or database and in the configured scratch directory:
/// whoever holds the key can name neither a path nor a server. One at a time; who asks for the same one again gets the
/// one that runs.
/// </summary>
internal static class DrillHandlers
{
    public static async Task<IResult> StartAsync(ApiCall call, CancellationToken cancellationToken)
    {
        DrillRequest request = await call.ReadBodyAsync(ApiJson.Relaxed.DrillRequest, cancellationToken);
        DrillChoice choice = ChoiceOf(call, request);
        SetSummary set = await SetHandlers.FindToUseAsync(call, request.Set, cancellationToken);
        if (choice.Roots.Length > 0)
        {
            await RequireRootsAsync(call, set, choice.Roots, cancellationToken);
        }

        DrillInput asked = choice.Complete(set.Id, call.Environment.Options);
        await call.Starting.WaitAsync(cancellationToken);
        try
        {
            InstanceState? running = (await call.Flows.ListAsync(nameof(DrillFlow), cancellationToken)).FirstOrDefault(
                i => i.Phase is InstancePhase.Running
            );
            if (running is not null && !InputOf(running).IsSameAs(asked))
            {
                throw ApiException.Busy("another drill is running: wait for it", LinkOf(running.Id));
            }

            InstanceState drill =
                running
                ?? await Instances.StartAsync(
                    call.Environment,
                    call.Flows,
                    nameof(DrillFlow),
                    JsonSerializer.Serialize(asked, DrillJson.Default.DrillInput),
                    InstanceIds.ForDrill(set.Id, Guid.NewGuid()),
                    cancellationToken
                );
            return call.Accepted(Describe(call, drill), ApiJson.Relaxed.DrillDocument, LinkOf(drill.Id));
        }
        finally
        {
            call.Starting.Release();
        }
    }

    public static async Task<IResult> GetAsync(ApiCall call, CancellationToken cancellationToken) =>
        ApiCall.Ok(Describe(call, await FindAsync(call, cancellationToken)), ApiJson.Relaxed.DrillDocument);

    public static async Task<IResult> CancelAsync(ApiCall call, CancellationToken cancellationToken)
    {
        InstanceState drill = await FindAsync(call, cancellationToken);
        await Instances.CancelAsync(call.Flows, drill, "drill", cancellationToken);
        return call.Accepted(Describe(call, drill), ApiJson.Relaxed.DrillDocument, LinkOf(drill.Id));
    }

    private static DrillChoice ChoiceOf(ApiCall call, DrillRequest request)
    {
        if (call.Environment.Options.Drill is { Server: null, Database: null })
        {
            throw ApiException.NotConfigured(
                "drills over HTTP are off: drill.server is not set, nor is drill.database"
            );
        }

        if (request.SharePercent is { } share && share is not (>= 0 and <= 100))
        {
            throw ApiException.Invalid("sharePercent: give a number from 0 to 100");
        }

        return new DrillChoice
        {
            Share = request.SharePercent is { } percent
                ? string.Create(CultureInfo.InvariantCulture, $"{(decimal)percent}%")
                : null,
            Roots = [.. request.Roots ?? []],
        };
    }

    private static async Task RequireRootsAsync(
        ApiCall call,
        SetSummary set,
        IReadOnlyCollection<string> names,
        CancellationToken cancellationToken
    )
    {
        SetManifest manifest = await call.Sets.ReadManifestAsync(set, cancellationToken);
        HashSet<string> roots = [.. manifest.Roots.Select(static root => root.Name)];
        if (names.Count > roots.Count || !names.All(roots.Contains))
        {
            throw ApiException.Invalid(
                $"roots: give names of directories of set {set.Id}: {string.Join(", ", roots.Order().Take(20))}"
            );
        }
    }

    private static async Task<InstanceState> FindAsync(ApiCall call, CancellationToken cancellationToken) =>
        InstanceIds.IsDrill(call.Id)
        && await call.Flows.FindAsync(call.Id, cancellationToken) is { } found
        && found.FlowName == nameof(DrillFlow)
            ? found
            : throw ApiException.NotFound($"there is no drill '{call.Id}'");

    private static DrillDocument Describe(ApiCall call, InstanceState drill)
    {
        DrillInput input = InputOf(drill);
        DrillResult? result = drill.Result is { } json
            ? JsonSerializer.Deserialize(json, DrillJson.Default.DrillResult)
            : null;
        return new DrillDocument(
            Id: drill.Id,
            State: Instances.StateOf(drill, "done"),
            Set: input.Set.ToString(),
            Roots: input.Selection is { } selection ? [.. selection.Roots] : null,
            Started: drill.Created.UtcDateTime,
            Updated: drill.Updated.UtcDateTime,
            Progress: Instances.ProgressOf(drill, call.Text.Drills),
            Result: result is null ? null : Describe(call, result),
            Failure: Instances.FailureOf(drill, call.Text.Drills),
            Links: new Links(LinkOf(drill.Id), Instances.CancelLinkOf(drill, LinkOf(drill.Id)), null)
        );
    }

    private static DrillResultDocument Describe(ApiCall call, DrillResult result)
    {
        DrillResultDocument document = DrillResultDocument.Of(result);
        return document with
        {
            Findings =
            [
                .. document.Findings.Select(finding =>
                    finding with
                    {
                        Line = call.Text.Drills.Clean(finding.Line),
                        Url = null,
                        Path = null,
                        Nodes = [],
                    }
                ),
            ],
            Warnings = call.Text.Drills.Clean(document.Warnings),
        };
    }

    private static DrillInput InputOf(InstanceState drill) =>
        JsonSerializer.Deserialize(drill.Input, DrillJson.Default.DrillInput)!;

    private static string LinkOf(string id) => $"/{ApiPaths.Prefix}/{ApiPaths.Drills}/{id}";
}
