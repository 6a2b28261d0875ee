using System.Text.Json;
using AlfrescoBackupFlows.Api.Documents;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Mirroring;
using AlfrescoBackupFlows.Flows.Mirroring.Records;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using Microsoft.AspNetCore.Http;

namespace AlfrescoBackupFlows.Api.Handlers;

/// <summary>
/// Mirrors: start, look, cancel. Only to targets of the configuration: whoever holds the key names no other place. One
/// at a time for a target; who asks for it again gets the one that runs.
/// </summary>
internal static class MirrorHandlers
{
    public static readonly FlowKind<MirrorRunDocument> Kind = new(
        nameof(MirrorTargetFlow),
        "mirror",
        ApiPaths.Mirrors,
        id => InstanceIds.IsMirror(id, out _),
        Describe,
        ApiJson.Relaxed.MirrorRunDocument
    );

    public static async Task<IResult> StartAsync(ApiCall call, CancellationToken cancellationToken)
    {
        MirrorTargetRequest body = await call.ReadBodyAsync(ApiJson.Relaxed.MirrorTargetRequest, cancellationToken);
        int target = TargetOf(body, call.Environment.Options);
        string url = MirrorMemory.KeyOf(call.Environment.Options.Mirror[target].Url!);
        string input = JsonSerializer.Serialize(
            new MirrorTargetInput(target, url),
            MirrorJson.Default.MirrorTargetInput
        );
        return await Kind.StartAloneAsync(
            call,
            input,
            random => InstanceIds.ForMirror(input, random),
            "another mirror to this target is running: wait for it",
            cancellationToken,
            isInTheWay: running => InputOf(running).Url == url
        );
    }

    private static int TargetOf(MirrorTargetRequest body, BackupOptions options)
    {
        int count = options.Mirror.Length;
        return count == 0 ? throw ApiException.NotConfigured("this host has no target of mirrors: mirror is not set")
            : body.Target is not { } target
                ? count == 1 ? 0
                    : throw ApiException.Invalid($"target: this host has {count}, write one of 0 to {count - 1}")
            : target >= 0 && target < count ? target
            : throw ApiException.Invalid($"target {target}: write one of 0 to {count - 1}, its place in 'mirror'");
    }

    private static MirrorRunDocument Describe(ApiCall call, InstanceState mirror)
    {
        MirrorTargetResult? result = mirror.Result is { } json
            ? JsonSerializer.Deserialize(json, MirrorJson.Default.MirrorTargetResult)
            : null;
        return new MirrorRunDocument(
            Id: mirror.Id,
            State: Instances.StateOf(mirror, "done"),
            Target: InputOf(mirror).Target,
            Started: mirror.Created.UtcDateTime,
            Updated: mirror.Updated.UtcDateTime,
            Progress: Instances.ProgressOf(mirror, call.Text),
            Result: result is null
                ? null
                : new MirrorResultDocument(
                    result.CopiedBlobs,
                    result.CopiedBytes,
                    result.UnfitBlobs,
                    result.Head is { } head ? HeadDocument.Of(head) : null
                ),
            Failure: Instances.FailureOf(mirror, call.Text),
            Links: Kind.LinksOf(mirror)
        );
    }

    private static MirrorTargetInput InputOf(InstanceState mirror) =>
        JsonSerializer.Deserialize(mirror.Input, MirrorJson.Default.MirrorTargetInput)!;
}
