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
        RequiredFile? previous = null;
        while (await stream.FillAsync(cancellationToken))
        {
            (RequiredFile file, int length) = ReadFile(stream.Buffered, previous);
            stream.Advance(length);
            previous = file;
            if (range.EndsBefore(file.Path))
            {
                yield break;
            }

            if (!range.StartsAfter(file.Path))
            {
                yield return file;
            }
        }
    }

    private static (RequiredFile File, int Length) ReadFile(ReadOnlySpan<byte> source, RequiredFile? previous)
    {
        VarintReader reader = new(source, What);
        byte[] path = reader.ReadPath(previous?.Path);
        long size = reader.ReadBounded(long.MaxValue, "a size");
        RequiredFile file = new(path, size == 0 ? null : size - 1, reader.ReadBounded(long.MaxValue, "an id"));
        if (path.Length == 0 || (previous is not null && RequiredOrder.Compare(previous, file) >= 0))
        {
            throw reader.Wrong("it is not in order");
        }

        return (file, reader.Position);
    }
}
