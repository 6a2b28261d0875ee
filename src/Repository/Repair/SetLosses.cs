using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Catalogues;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Repository.Repair;

/// <summary>Names what sets lose with chunks that nobody has: files, dumps, lists. Used once.</summary>
/// <param name="most">So many files are named.</param>
internal sealed class SetLosses(BackupRepository repository, ListedFiles files, IChunkSource chunks, int most)
{
    private readonly HashSet<(string Root, string Path)> _seen = [];

    /// <summary>Each file once, by its root and path.</summary>
    public long Files { get; private set; }

    public List<LostFile> Named { get; } = [];

    /// <summary>A sentence each.</summary>
    public List<string> Parts { get; } = [];

    /// <param name="lost">Chunks that a restore needs.</param>
    /// <param name="besides">Others that sets have: those of catalogues and lists of findings are told.</param>
    public async Task FindAsync(
        IReadOnlyList<SetSummary> sets,
        IReadOnlySet<ChunkId> lost,
        IReadOnlySet<ChunkId> besides,
        CancellationToken cancellationToken
    )
    {
        if (lost.Count > 0)
        {
            await FindFilesAsync(sets, lost, cancellationToken);
        }

        HashSet<ChunkId> all = [.. lost, .. besides];
        foreach (SetSummary set in sets)
        {
            try
            {
                SetManifest manifest = await repository.Log.ReadManifestAsync(set, cancellationToken);
                await FindAsync(set, "database dump", manifest.Database?.Dump, lost, cancellationToken);
                await FindBesidesAsync(set, manifest, all, cancellationToken);
                foreach (RootStamp root in manifest.Roots)
                {
                    await FindAsync(set, $"listing of {root.Name}", root.Listing, lost, cancellationToken);
                    await FindAsync(
                        set,
                        $"list of required files of {root.Name}",
                        root.Required,
                        lost,
                        cancellationToken
                    );
                }
            }
            catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
            {
                Parts.Add($"The entry of set {set.Id} cannot be read: {e.Message}");
            }
        }
    }

    private async Task FindFilesAsync(
        IReadOnlyList<SetSummary> sets,
        IReadOnlySet<ChunkId> lost,
        CancellationToken cancellationToken
    )
    {
        await foreach (WantedFile file in files.FindAsync(sets, lost, cancellationToken))
        {
            string path = Convert.ToHexString(file.Entry.Path);
            if (_seen.Count < most && !_seen.Add((file.Root.Name, path)))
            {
                continue;
            }

            Files++;
            if (Named.Count < most)
            {
                Named.Add(new LostFile(file.Set.Id, file.Root.Name, file.Entry.Path, file.Entry.Length));
            }
        }
    }

    /// <summary>What no restore needs, and nobody can make again from anything else.</summary>
    private async Task FindBesidesAsync(
        SetSummary set,
        SetManifest manifest,
        IReadOnlySet<ChunkId> lost,
        CancellationToken cancellationToken
    )
    {
        if (
            manifest.Database?.Catalogue is { } catalogue
            && await IsLostAsync(CatalogueChunks.WalkAsync(chunks, catalogue, cancellationToken), lost)
        )
        {
            Parts.Add($"The catalogue of set {set.Id} is lost, or a part of it; a restore does not need it.");
        }

        foreach (
            ContentRef findings in manifest
                .Roots.Select(static root => root.Findings)
                .Append(manifest.Consistency.Details)
                .OfType<ContentRef>()
        )
        {
            if (await IsLostAsync(chunks.WalkAsync(findings, cancellationToken).Select(static chunk => chunk.Id), lost))
            {
                Parts.Add($"A list of findings of set {set.Id} is lost; a restore does not need it.");
            }
        }
    }

    private static async Task<bool> IsLostAsync(IAsyncEnumerable<ChunkId> walk, IReadOnlySet<ChunkId> lost)
    {
        try
        {
            return await walk.AnyAsync(lost.Contains);
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
        {
            return true;
        }
    }

    private async Task FindAsync(
        SetSummary set,
        string what,
        ContentRef? stream,
        IReadOnlySet<ChunkId> lost,
        CancellationToken cancellationToken
    )
    {
        if (stream is not null && (await files.FindAsync(stream, lost, cancellationToken)).Count > 0)
        {
            Parts.Add($"The {what} of set {set.Id} is lost.");
        }
    }
}
