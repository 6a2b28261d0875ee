using System.Buffers;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Blobs;

/// <summary>
/// Stores blobs whose names nobody else can have drawn. A transient fault is answered by sending the same bytes again,
/// so that a lost answer leaves one blob; "exists already" is success exactly where the stored bytes are these.
/// </summary>
internal sealed class WriteOnce(IBlobStore blobs, TimeProvider time)
{
    private static readonly TimeSpan[] Pauses =
    [
        TimeSpan.FromMilliseconds(100),
        TimeSpan.FromSeconds(1),
        TimeSpan.FromSeconds(5),
    ];

    public async Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (
            await CreateAsync(name, content, cancellationToken) != PutOutcome.Created
            && !await EqualsStoredAsync(name, content, cancellationToken)
        )
        {
            throw Damage.In(name, "something else stands where new bytes belong");
        }
    }

    /// <summary>
    /// For names that another may take, and for what everything hangs on: whether these bytes stand there, by this call
    /// or by one whose answer was lost. They are read back: a storage that cut them would otherwise fork the log, or
    /// lose the keys.
    /// </summary>
    public async Task<bool> TryPutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await CreateAsync(name, content, cancellationToken);
        return await EqualsStoredAsync(name, content, cancellationToken);
    }

    /// <summary>
    /// For names that another may take: says whether the blob was created. "Exists already" may mean these bytes and a
    /// lost answer.
    /// </summary>
    public async Task<PutOutcome> CreateAsync(
        string name,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken
    )
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return await blobs.PutIfAbsentAsync(name, content, cancellationToken);
            }
            catch (TransientException) when (attempt < Pauses.Length)
            {
                await Task.Delay(Pauses[attempt], time, cancellationToken);
            }
        }
    }

    /// <summary>Whether these bytes, and no others, stand there.</summary>
    public async Task<bool> EqualsStoredAsync(
        string name,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken
    )
    {
        byte[] block = ArrayPool<byte>.Shared.Rent(1 << 20);
        try
        {
            for (int offset = 0; ; offset += block.Length)
            {
                int start = Math.Min(offset, content.Length);
                int expected = Math.Min(block.Length, content.Length - start);
                int? read = await blobs.ReadAsync(name, offset, block, cancellationToken);
                if (read != expected || !content.Span.Slice(start, expected).SequenceEqual(block.AsSpan(0, expected)))
                {
                    return false;
                }

                if (expected < block.Length)
                {
                    return true;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }
}
