using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Checks;

/// <summary>
/// Whether the packs that a set adds are whole: a storage may have cut one and called it done. Those of a night are
/// asked for one by one; for the many of a first full, a listing of all packs is cheaper.
/// </summary>
/// <param name="maxAskedFor">More are listed.</param>
internal sealed class AddedPacksCheck(IBlobStore blobs, int maxAskedFor)
{
    private const int NamesOnPage = 5000;

    /// <summary>What a service asks for a page of a listing, over what it asks for a look at one blob.</summary>
    private const int LooksForPage = 10;

    /// <summary>So many looks cost what a listing of all packs does.</summary>
    public static int LooksForListing(int packs) => LooksForPage * (1 + (packs / NamesOnPage));

    public async Task RequireAsync(ChunkIndex added, CancellationToken cancellationToken)
    {
        IEnumerable<PackEntry> doubtful = added.Packs;
        if (doubtful.Count() > maxAskedFor)
        {
            PackInventory inventory = await PackInventory.ListAsync(blobs, added, cancellationToken);
            doubtful = doubtful.Where(pack => !inventory.IsWhole(pack));
        }

        foreach (PackEntry pack in doubtful)
        {
            string name = pack.Id.BlobName;
            long? length = (await blobs.GetPropertiesAsync(name, cancellationToken))?.Length;
            if (length != pack.Length)
            {
                throw new PermanentException(
                    ErrorKind.Storage,
                    $"{blobs.Location} did not keep what was written: '{name}' has {length ?? 0} of its "
                        + $"{pack.Length} bytes. No set was committed; see to the storage, then start a new backup."
                );
            }
        }
    }
}
