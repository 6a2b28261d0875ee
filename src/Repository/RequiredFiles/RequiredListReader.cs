using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.RequiredFiles;

/// <summary>
/// Reads a list of required files, whole or a range of paths, in constant memory. What breaks a rule of the format is a
/// <see cref="PermanentException"/> of kind Repository. Remembers places that it has passed: a range is read from the last one before it. Thread-safe.
/// </summary>
public sealed class RequiredListReader(IChunkSource chunks, ContentRef list)
{
    private readonly RequiredMarks _marks = new();

    public IAsyncEnumerable<RequiredFile> ReadAsync(CancellationToken cancellationToken) => ReadAsync(PathRange.All, cancellationToken);

    public async IAsyncEnumerable<RequiredFile> ReadAsync(PathRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var records = new RequiredRecords(chunks, list, _marks.FindLast(range));
        while (await records.ReadAsync(cancellationToken) is { } cursor)
        {
            if (range.EndsBefore(cursor.Path))
            {
                yield break;
            }

            if (!range.StartsAfter(cursor.Path))
            {
                yield return cursor.ToFile();
            }

            if (_marks.Wants(records.Offset))
            {
                _marks.Add(records.ToMark());
            }
        }
    }
}
