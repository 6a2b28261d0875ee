using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Catalogues;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>The catalogue of the parent set, and the digests of the rows that it was made of.</summary>
internal sealed record KnownNodes(CatalogueBefore Catalogue, RowDigests Digests)
{
    /// <summary>Null where there is nothing to take over: no parent, one without digests, or its catalogue is lost.</summary>
    /// <param name="warn">Told where it is lost.</param>
    public static async Task<KnownNodes?> ReadAsync(
        RunContext run,
        Action<string> warn,
        CancellationToken cancellationToken
    )
    {
        SetManifest? parent = await run.ReadParentAsync(cancellationToken);
        if (parent?.Database is not { Catalogue: { } stamp, CatalogueDigests: { } stored })
        {
            return null;
        }

        try
        {
            LostPacks lost = await run.LostPacksAsync(cancellationToken);
            CatalogueBefore catalogue = await CatalogueBefore.ReadAsync(
                run.Chunks,
                stamp,
                id => run.Index.TryFind(id, lost, out _),
                cancellationToken
            );
            RequiredDigests digests = await RequiredDigests.ReadAsync(run.Chunks, stored, cancellationToken);
            return new KnownNodes(
                catalogue,
                new RowDigests(
                    digests.Method,
                    digests
                        .Ranges.Where(range => catalogue.Covers(range.Range))
                        .ToDictionary(
                            static range => range.Range,
                            static range => new RowDigest(range.Rows, range.Sum.First, range.Sum.Second)
                        )
                )
            );
        }
        catch (PermanentException e) when (e.Kind == ErrorKind.Repository)
        {
            warn($"The catalogue of set {parent.Id} is lost, and so all of it is read again: {e.Message}");
            return null;
        }
    }

    /// <summary>As they stand in a set.</summary>
    public static RequiredDigests ToStored(RowDigests digests) =>
        new(
            digests.Method,
            [
                .. digests
                    .Ranges.OrderBy(static range => range.Key)
                    .Select(static range => new RequiredDigest(
                        range.Key,
                        range.Value.Rows,
                        (range.Value.First, range.Value.Second),
                        IsListed: true
                    )),
            ]
        );
}
