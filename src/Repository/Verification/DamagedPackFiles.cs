using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Checks;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Repository.Verification;

/// <summary>
/// Names what a set loses with packs in which something is damaged. A damaged pack may still hold some of its chunks: a
/// file is read before it is called lost.
/// </summary>
internal sealed class DamagedPackFiles(IChunkSource chunks, ContentCheck contents, IReadOnlySet<PackId> damaged)
{
    public async Task<VerifyReport> NameAsync(RunId set, Task<SetManifest> read, CancellationToken cancellationToken)
    {
        Findings findings = new();
        long lost = 0;
        try
        {
            SetManifest manifest = await read;
            foreach (RootStamp root in manifest.Roots)
            {
                lost += await NameAsync(set, root, findings, cancellationToken);
            }

            if (
                manifest.Database is { } database
                && await FindLossAsync(database.Dump, ChunkClass.Dump, cancellationToken) is { } fault
            )
            {
                findings.Error(set, SetVerification.DumpIsLost(fault));
            }
        }
        catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
        {
            // The log entry: the pass over the set's structure said so.
        }

        return findings.Report(VerifyTotals.None with { Lost = lost });
    }

    private async Task<long> NameAsync(
        RunId set,
        RootStamp root,
        Findings findings,
        CancellationToken cancellationToken
    )
    {
        long lost = 0;
        try
        {
            ListingReader listing = new(chunks, root.Listing) { Lost = static (_, _) => { } };
            await foreach (ListingEntry entry in listing.ReadAsync(cancellationToken))
            {
                if (
                    entry.Content is { } content
                    && await FindLossAsync(content, root.Class, cancellationToken) is { } why
                )
                {
                    lost++;
                    findings.LostFile(set, root, entry.Path, why);
                }
            }
        }
        catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
        {
            // The listing, or a part of it: the pass over the set's structure said so, and named what is lost with it.
        }

        return lost;
    }

    private async Task<string?> FindLossAsync(
        ContentRef content,
        ChunkClass chunkClass,
        CancellationToken cancellationToken
    )
    {
        try
        {
            if (await contents.NeedsAsync(content, damaged, cancellationToken))
            {
                await using Stream bytes = chunks.OpenRead(content, chunkClass);
                await bytes.CopyToAsync(Stream.Null, cancellationToken);
            }

            return null;
        }
        catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
        {
            return exception.Message.TrimEnd('.');
        }
    }
}
