using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Catalogues;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Cli.Documents;

/// <summary>The catalogues of sets, opened one by one; what sets share is read once.</summary>
internal sealed class SetCatalogues
{
    private readonly CommandContext _context;
    private readonly OpenedRepository _opened;
    private readonly CatalogueSegments _segments;

    private SetCatalogues(CommandContext context, OpenedRepository opened, IChunkSource chunks)
    {
        (_context, _opened, Chunks) = (context, opened, chunks);
        _segments = new CatalogueSegments(chunks);
    }

    public IChunkSource Chunks { get; }

    public CatalogueSegments Segments => _segments;

    public static async Task<SetCatalogues> OpenAsync(CommandContext context, OpenedRepository opened)
    {
        ChunkIndex index = await opened.Repository.LoadIndexAsync(opened.Head.State, context.Stop);
        foreach (LostChunkIndex lost in index.Lost)
        {
            context.Messages.Warn(lost.Warning);
        }

        return new SetCatalogues(context, opened, opened.Repository.CreateFollowingReader(index));
    }

    public Task<SetManifest> ReadManifestAsync(SetSummary set) =>
        _opened.Repository.Log.ReadManifestAsync(set, _context.Stop);

    /// <summary>Null where the set has none.</summary>
    public async Task<CatalogueReader?> TryOpenAsync(SetManifest manifest) =>
        manifest.Database?.Catalogue is { } catalogue
            ? await CatalogueReader.OpenAsync(_segments, catalogue, _context.Stop)
            : null;

    /// <exception cref="PermanentException">Configuration: the set has none.</exception>
    public async Task<CatalogueReader> OpenAsync(SetSummary set) =>
        await TryOpenAsync(await ReadManifestAsync(set)) ?? throw HasNone(set.Id);

    public static PermanentException HasNone(RunId set) =>
        new(
            ErrorKind.Configuration,
            $"set {set} has no catalogue of its documents ('abf show {set}' says why, or an earlier version made it): name a "
                + "newer set, or a content URL to 'abf extract'"
        );
}
