using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.SetChecks;
using Microsoft.AspNetCore.Http;

namespace AlfrescoBackupFlows.Api.Handlers;

/// <summary>The sets of the installation.</summary>
internal static class SetHandlers
{
    public static async Task<IResult> ListAsync(ApiCall call, CancellationToken cancellationToken)
    {
        IReadOnlyList<SetSummary> sets = await call.Sets.ListAsync(cancellationToken);
        SetCheckTable checks = await call.Sets.ReadChecksAsync(cancellationToken);
        return ApiCall.Ok([.. sets.Select(set => SetDocument.Of(set, checks))], ApiJson.Relaxed.SetDocumentArray);
    }

    /// <summary>An id, or <c>latest</c>.</summary>
    public static async Task<IResult> GetAsync(ApiCall call, CancellationToken cancellationToken)
    {
        SetSummary set = await FindAsync(call, call.Id, cancellationToken);
        SetManifest manifest = await call.Sets.ReadManifestAsync(set, cancellationToken);
        SetDetailDocument document = SetDetailDocument.Of(
            set,
            manifest,
            await call.Sets.ReadChecksAsync(cancellationToken),
            withPaths: false
        );
        return ApiCall.Ok(
            document with
            {
                Warnings = call.Text.Clean(document.Warnings),
            },
            ApiJson.Relaxed.SetDetailDocument
        );
    }

    /// <summary>The set that is to be used: <c>latest</c> is the newest consistent one.</summary>
    /// <exception cref="ApiException">404.</exception>
    public static async Task<SetSummary> FindToUseAsync(ApiCall call, string id, CancellationToken cancellationToken) =>
        id != InstallationSets.Latest
            ? await FindAsync(call, id, cancellationToken)
            : (await call.Sets.FindConsistentAsync(cancellationToken)).Set
                ?? throw ApiException.NotFound("there is no consistent set; name one by its id");

    /// <exception cref="ApiException">404.</exception>
    public static async Task<SetSummary> FindAsync(ApiCall call, string id, CancellationToken cancellationToken) =>
        await call.Sets.FindAsync(id, cancellationToken) ?? throw ApiException.NotFound($"there is no set '{id}'");
}
