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
    public static async Task<IResult> StartAsync(ApiCall call, CancellationToken cancellationToken)
    {
        MirrorTargetRequest body = await call.ReadBodyAsync(ApiJson.Relaxed.MirrorTargetRequest, cancellationToken);
        int target = TargetOf(body, call.Environment.Options);
        string url = MirrorMemory.KeyOf(call.Environment.Options.Mirror[target].Url!);
        string input = JsonSerializer.Serialize(
            new MirrorTargetInput(target, url),
            MirrorJson.Default.MirrorTargetInput
        );
        InstanceState mirror = await Instances.StartAloneAsync(
            call,
            nameof(MirrorTargetFlow),
            input,
            InstanceIds.ForMirror,
            running => InputOf(running).Url == url,
            running => ApiException.Busy("another mirror to this target is running: wait for it", LinkOf(running.Id)),
            cancellationToken
        );
        return call.Accepted(Describe(call, mirror), ApiJson.Relaxed.MirrorRunDocument, LinkOf(mirror.Id));
    }

    public static async Task<IResult> GetAsync(ApiCall call, CancellationToken cancellationToken) =>
        ApiCall.Ok(Describe(call, await FindAsync(call, cancellationToken)), ApiJson.Relaxed.MirrorRunDocument);

    public static async Task<IResult> CancelAsync(ApiCall call, CancellationToken cancellationToken)
    {
        InstanceState mirror = await FindAsync(call, cancellationToken);
        await Instances.CancelAsync(call.Flows, mirror, "mirror", cancellationToken);
        return call.Accepted(Describe(call, mirror), ApiJson.Relaxed.MirrorRunDocument, LinkOf(mirror.Id));
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

    private static async Task<InstanceState> FindAsync(ApiCall call, CancellationToken cancellationToken) =>
        InstanceIds.IsMirror(call.Id, out _)
        && await call.Flows.FindAsync(call.Id, cancellationToken) is { } found
        && found.FlowName == nameof(MirrorTargetFlow)
            ? found
            : throw ApiException.NotFound($"there is no mirror '{call.Id}'");

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
            Links: new Links(LinkOf(mirror.Id), Instances.CancelLinkOf(mirror, LinkOf(mirror.Id)), null)
        );
    }

    private static MirrorTargetInput InputOf(InstanceState mirror) =>
        JsonSerializer.Deserialize(mirror.Input, MirrorJson.Default.MirrorTargetInput)!;

    private static string LinkOf(string id) => $"/{ApiPaths.Prefix}/{ApiPaths.Mirrors}/{id}";
}
