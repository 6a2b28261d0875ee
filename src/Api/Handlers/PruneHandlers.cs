using System.Text.Json;
using AlfrescoBackupFlows.Api.Documents;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Retention;
using AlfrescoBackupFlows.Flows.Retention.Records;
using AlfrescoBackupFlows.Repository.Garbage;
using Microsoft.AspNetCore.Http;

namespace AlfrescoBackupFlows.Api.Handlers;

/// <summary>
/// Prunes: start, look, cancel. One at a time; who asks for the same one again gets the one that runs.
/// </summary>
internal static class PruneHandlers
{
    public static readonly FlowKind<PruneRunDocument> Kind = new(
        nameof(PruneFlow),
        "prune",
        ApiPaths.Prunes,
        InstanceIds.IsPrune,
        Describe,
        ApiJson.Relaxed.PruneRunDocument
    );

    public static async Task<IResult> StartAsync(ApiCall call, CancellationToken cancellationToken)
    {
        PruneRequest body = await call.ReadBodyAsync(ApiJson.Relaxed.PruneRequest, cancellationToken);
        if (body.MaxUnusedPercent is < 0 or > 100 or double.NaN || body.MaxRepackBytes < 0)
        {
            throw ApiException.Invalid("maxUnusedPercent: write 0 to 100; maxRepackBytes: 0 or more");
        }

        string input = JsonSerializer.Serialize(
            new PruneInput(body.MaxUnusedPercent / 100, body.MaxRepackBytes, body.DryRun),
            RetentionJson.Default.PruneInput
        );
        return await Kind.StartAloneAsync(
            call,
            input,
            random => InstanceIds.ForPrune(input, random),
            "another prune is running: wait for it, or cancel it",
            cancellationToken
        );
    }

    private static PruneRunDocument Describe(ApiCall call, InstanceState prune)
    {
        PruneInput input = JsonSerializer.Deserialize(prune.Input, RetentionJson.Default.PruneInput)!;
        PruneReport? report = prune.Result is { } json
            ? JsonSerializer.Deserialize(json, RetentionJson.Default.PruneReport)
            : null;
        return new PruneRunDocument(
            Id: prune.Id,
            State: Instances.StateOf(prune, "done"),
            DryRun: input.IsDryRun,
            Started: prune.Created.UtcDateTime,
            Updated: prune.Updated.UtcDateTime,
            Progress: Instances.ProgressOf(prune, call.Text),
            Result: report is null ? null : Describe(call, PruneDocument.Of(report, input.IsDryRun)),
            Failure: Instances.FailureOf(prune, call.Text),
            Links: Kind.LinksOf(prune)
        );
    }

    private static PruneDocument Describe(ApiCall call, PruneDocument document) =>
        document with
        {
            Warnings = call.Text.Clean(document.Warnings),
        };
}
