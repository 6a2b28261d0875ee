using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Catalogues;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Repair;

namespace AlfrescoBackupFlows.Flows.Repair;

/// <summary>A file that is lost for good, as people know it.</summary>
/// <param name="ContentUrl">The one that names this place; null where a file of the root has none.</param>
/// <param name="Uses">The nodes that use it, as far as the set's catalogue tells.</param>
public sealed record LostDocument(LostFile File, string? ContentUrl, ImmutableArray<ContentUse> Uses);

/// <summary>
/// Finds the documents of lost files in the catalogues of their sets. What cannot be read there takes the names of
/// nodes, and nothing else.
/// </summary>
internal sealed class LostDocuments(BackupRepository repository)
{
    private const int UrlsAtOnce = 1000;

    public async Task<ImmutableArray<LostDocument>> NameAsync(
        IReadOnlyCollection<LostFile> files,
        CancellationToken cancellationToken
    )
    {
        if (files.Count == 0)
        {
            return [];
        }

        LogState state = (await repository.Log.ReadAsync(cancellationToken)).State;
        IChunkSource chunks = repository.CreateFollowingReader(
            await repository.LoadIndexAsync(state, cancellationToken)
        );
        var segments = new CatalogueSegments(chunks);
        var documents = ImmutableArray.CreateBuilder<LostDocument>(files.Count);
        foreach (IGrouping<RunId, LostFile> lost in files.GroupBy(static file => file.Set))
        {
            ILookup<string, ContentUse> uses = await FindUsesAsync(state, segments, lost, cancellationToken);
            documents.AddRange(lost.Select(file => Document(file, uses)));
        }

        return documents.ToImmutable();
    }

    private async Task<ILookup<string, ContentUse>> FindUsesAsync(
        LogState state,
        CatalogueSegments segments,
        IGrouping<RunId, LostFile> lost,
        CancellationToken cancellationToken
    )
    {
        List<ContentUse> uses = [];
        try
        {
            // It may have been forgotten meanwhile.
            SetManifest? manifest = state.FindSet(lost.Key) is { } set
                ? await repository.Log.ReadManifestAsync(set, cancellationToken)
                : null;
            if (manifest?.Database?.Catalogue is { } stamp)
            {
                CatalogueReader catalogue = await CatalogueReader.OpenAsync(segments, stamp, cancellationToken);
                foreach (string[] urls in lost.SelectMany(UrlsOf).Distinct().Chunk(UrlsAtOnce))
                {
                    uses.AddRange(
                        await catalogue.FindUsesAsync(urls, cancellationToken).ToListAsync(cancellationToken)
                    );
                }
            }
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
        {
            // The catalogue is lost as well.
        }

        return uses.ToLookup(static use => use.Content.Url, StringComparer.Ordinal);
    }

    /// <summary>With the URL that a node uses; else with the usual one.</summary>
    private static LostDocument Document(LostFile file, ILookup<string, ContentUse> uses)
    {
        string[] urls = [.. UrlsOf(file)];
        return Array.Find(urls, uses.Contains) is { } used
            ? new LostDocument(file, used, [.. uses[used]])
            : new LostDocument(file, urls.FirstOrDefault(), []);
    }

    private static IEnumerable<string> UrlsOf(LostFile file) => ContentUrl.AllOf(file.Root, file.Path);
}
