using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Repository.Verification;

/// <summary>Cuts a root into stretches.</summary>
internal sealed class StretchPlan(IChunkSource chunks, RootStamp root)
{
    /// <summary>Usually there are two. Where segments of both kinds hardly ever end at one path, there is no plan.</summary>
    private const int MaxSegments = 64;

    private readonly ListingReader _listing = new(chunks, root.Listing);

    /// <summary>
    /// Whether the list of required files has a table that can be read, is divided as the table says, and ends its
    /// segments where the listing does. Where not, the list is to be read beside the listing from its beginning.
    /// </summary>
    public async Task<bool> DividesRequiredAsync(CancellationToken cancellationToken)
    {
        if (root is not { Required: { } required, RequiredSegments: { } table })
        {
            return root.Required is null;
        }

        using var listed = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var named = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] id = new byte[ChunkId.Size];
        try
        {
            bool isFirst = true;
            await foreach ((ChunkId chunk, bool isList) in chunks.WalkAsync(required, cancellationToken))
            {
                if (isFirst && !isList)
                {
                    isFirst = false;
                    byte[] version = await chunks.ReadChunkAsync(chunk, ChunkClass.Metadata, cancellationToken);
                    if (version is not [RequiredListWriter.Version])
                    {
                        return false;
                    }
                }
                else if (!isList)
                {
                    chunk.Write(id);
                    listed.AppendData(id);
                }
            }

            long files = 0;
            await foreach (Stretch stretch in ReadAsync(table, cancellationToken))
            {
                if (stretch.Segments > MaxSegments)
                {
                    return false;
                }

                foreach (RequiredSegment segment in stretch.Required)
                {
                    files += segment.Files;
                    segment.Chunk.Write(id);
                    named.AppendData(id);
                }
            }

            return files == root.RequiredFiles
                && listed.GetHashAndReset().AsSpan().SequenceEqual(named.GetHashAndReset());
        }
        catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
        {
            // No restore needs the table, and whoever reads the list says what is wrong with it.
            return false;
        }
    }

    /// <param name="isDivided">Whether the required files are divided as well; else the stretches have none.</param>
    public IAsyncEnumerable<Stretch> ReadAsync(bool isDivided, CancellationToken cancellationToken) =>
        ReadAsync(isDivided ? root.RequiredSegments : null, cancellationToken);

    private async IAsyncEnumerable<Stretch> ReadAsync(
        ContentRef? table,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using IAsyncEnumerator<SegmentRow> rows = _listing
            .ReadRowsAsync(PathRange.All, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        await using IAsyncEnumerator<RequiredSegment> required = (
            table is null
                ? AsyncEnumerable.Empty<RequiredSegment>()
                : new RequiredSegmentReader(chunks, table).ReadRowsAsync(cancellationToken)
        ).GetAsyncEnumerator(cancellationToken);
        bool hasRow = await rows.MoveNextAsync();
        bool hasRequired = await required.MoveNextAsync();
        while (hasRow || hasRequired)
        {
            Stretch stretch = new();
            byte[]? end = null;
            while (stretch.Segments <= MaxSegments)
            {
                bool rowIsNext =
                    hasRow && (!hasRequired || PathOrder.Compare(rows.Current.First, required.Current.First) <= 0);
                if (rowIsNext && Joins(rows.Current.First))
                {
                    stretch.Rows.Add(rows.Current);
                    end = Later(rows.Current.Last);
                    hasRow = await rows.MoveNextAsync();
                }
                else if (!rowIsNext && hasRequired && Joins(required.Current.First))
                {
                    stretch.Required.Add(required.Current);
                    end = Later(required.Current.Last);
                    hasRequired = await required.MoveNextAsync();
                }
                else
                {
                    break;
                }
            }

            yield return stretch;

            bool Joins(byte[] first) => end is null || PathOrder.Compare(first, end) <= 0;

            byte[] Later(byte[] last) => end is null || PathOrder.Compare(end, last) < 0 ? last : end;
        }
    }
}
