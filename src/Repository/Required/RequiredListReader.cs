using System.Runtime.CompilerServices;

namespace AlfrescoBackupFlows.Repository;

/// <summary>
/// Reads a list of required files, whole or a range of paths, in constant memory. What breaks a rule of the format is a
/// <see cref="Platform.PermanentException"/> of kind Repository. Each call reads anew.
/// </summary>
public sealed class RequiredListReader(IChunkSource chunks, ContentRef list)
{
    private const string What = "a list of required files";
    private const int MaxRecordBytes = PathOrder.MaxPathBytes + 40;

    public IAsyncEnumerable<RequiredFile> ReadAsync(CancellationToken cancellationToken) => ReadAsync(PathRange.All, cancellationToken);

    public async IAsyncEnumerable<RequiredFile> ReadAsync(PathRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using RecordStream stream = new(chunks.OpenRead(list, ChunkClass.Metadata), MaxRecordBytes);
        if (!await stream.FillAsync(cancellationToken) || stream.Buffered[0] != RequiredListWriter.Version)
        {
            throw Damage.InPart(What, "its version is not known");
        }

        stream.Advance(1);
        var cursor = new RequiredCursor(What);
        while (await stream.FillAsync(cancellationToken))
        {
            stream.Advance(cursor.Read(stream.Buffered));
            if (range.EndsBefore(cursor.Path))
            {
                yield break;
            }

            if (!range.StartsAfter(cursor.Path))
            {
                yield return cursor.ToFile();
            }
        }
    }
}
