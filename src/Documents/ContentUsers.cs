using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Catalogues;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Documents;

/// <summary>
/// Which nodes use a file, by the set's catalogue. A catalogue that is absent or damaged names nobody: what is asked for is
/// told all the same.
/// </summary>
public sealed class ContentUsers
{
    /// <summary>For whom there is no set to ask.</summary>
    public static readonly ContentUsers Nobody = new(null, static _ => { });

    private readonly CatalogueReader? _catalogue;
    private readonly Action<string> _warn;

    private ContentUsers(CatalogueReader? catalogue, Action<string> warn) => (_catalogue, _warn) = (catalogue, warn);

    /// <summary>Nodes of one URL that are named, at most: a file may be that of any number.</summary>
    private int MaxNodes { get; init; } = int.MaxValue;

    /// <summary>The set has a catalogue that can be read.</summary>
    public bool IsKnown => _catalogue is not null;

    /// <param name="warn">Gets a line where the catalogue cannot be read.</param>
    /// <param name="maxNodes">Nodes that are named of one URL, at most.</param>
    public static async Task<ContentUsers> OpenAsync(
        IChunkSource chunks,
        SetManifest manifest,
        Action<string> warn,
        CancellationToken cancellationToken,
        int maxNodes = int.MaxValue
    )
    {
        if (manifest.Database?.Catalogue is not { } stamp)
        {
            return new ContentUsers(null, warn);
        }

        try
        {
            return new ContentUsers(
                await CatalogueReader.OpenAsync(new CatalogueSegments(chunks), stamp, cancellationToken),
                warn
            )
            {
                MaxNodes = maxNodes,
            };
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
        {
            warn(Damaged(e));
            return new ContentUsers(null, warn);
        }
    }

    /// <summary>Of some thousand URLs, those that nodes use, and these.</summary>
    public async Task<IReadOnlyDictionary<string, List<ReportNodeDocument>>> FindAsync(
        IReadOnlyCollection<string> urls,
        CancellationToken cancellationToken
    )
    {
        Dictionary<string, List<ReportNodeDocument>> users = new(StringComparer.Ordinal);
        if (_catalogue is null || urls.Count == 0)
        {
            return users;
        }

        try
        {
            await foreach (ContentUse use in _catalogue.FindUsesAsync(urls, cancellationToken))
            {
                if (!users.TryGetValue(use.Content.Url, out List<ReportNodeDocument>? nodes))
                {
                    users.Add(use.Content.Url, nodes = []);
                }

                if (nodes.Count >= MaxNodes)
                {
                    continue;
                }

                nodes.Add(
                    new ReportNodeDocument(
                        use.Node.NodeRef,
                        use.Node.Name.Length > 0 ? use.Node.Name : null,
                        use.Content.Property,
                        use.Content.Mimetype.Length > 0 ? use.Content.Mimetype : null,
                        use.Path
                    )
                );
            }
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
        {
            _warn(Damaged(e));
        }

        return users;
    }

    private static string Damaged(PermanentException fault) =>
        $"Which documents use these files is not known for all: the set's catalogue cannot be read. {fault.Message}";
}
