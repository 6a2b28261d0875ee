using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Documents;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Catalogues;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using Microsoft.AspNetCore.Http;

namespace AlfrescoBackupFlows.Api.Handlers;

/// <summary>The versions of a document in a set, which <c>abf extract --all-versions</c> would write. Counts as a
/// search.</summary>
internal static class VersionHandlers
{
    public static async Task<IResult> ListAsync(ApiCall call, CancellationToken cancellationToken)
    {
        string item = ContentHandlers.ItemOf(call);
        SetSummary set = await SetHandlers.FindAsync(call, call.Id, cancellationToken);
        try
        {
            FoundDocument[] versions = await FindHandlers.InTurnAsync(
                call,
                stop => ReadAsync(call, set, item, stop),
                cancellationToken
            );
            Logs.Listed(call.Logger, PlainText.Excerpt(item), set.Id, call.Client, versions.Length);
            return ApiCall.Ok(versions, ApiJson.Relaxed.FoundDocumentArray);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TransientException(
                ErrorKind.Busy,
                $"the versions were not found within {FindHandlers.Longest.TotalSeconds:0} seconds: name the document by its "
                    + "node reference"
            );
        }
    }

    /// <summary>The newest first, as many as an answer may have.</summary>
    private static async Task<FoundDocument[]> ReadAsync(
        ApiCall call,
        SetSummary set,
        string item,
        CancellationToken stop
    )
    {
        await using IAsyncDisposable held = await call.Sets.HoldAsync(set.Id, stop);
        (BackupRepository repository, LogHead head) = await call.Sets.OpenAsync(stop);
        SetCatalogues catalogues = await SetCatalogues.OpenAsync(repository, head.State, call.Warn, stop);
        SetManifest manifest = await catalogues.ReadManifestAsync(set);
        CatalogueReader? catalogue = await catalogues.TryOpenAsync(manifest, call.Warn);
        Item found = await ContentHandlers.LookUpAsync(() => new ItemLookup(catalogue, set.Id, stop).FindAsync(item));
        IReadOnlyList<CatalogueNode> versions =
            found.Node is { } node && catalogue is not null
                ? await DocumentVersions.ReadAsync(
                    catalogue,
                    node,
                    BackupApi.MaxVersions,
                    FindHandlers.MaxCharacters,
                    stop
                )
                : throw ApiException.NotFound($"set {set.Id} does not know which document this is");
        int characters = 0;
        return
        [
            .. versions
                .Reverse()
                .Take(BackupApi.MaxVersions)
                .Select(version => FoundDocument.Of(set.Id, version, found.Path))
                // Each row has the path.
                .TakeWhile(
                    (version, i) =>
                        (characters += FindHandlers.LengthOf(version)) <= FindHandlers.MaxCharacters || i == 0
                ),
        ];
    }
}
