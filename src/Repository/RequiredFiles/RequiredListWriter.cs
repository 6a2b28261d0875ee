using System.Buffers;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.RequiredFiles;

/// <summary>
/// Writes the list of the files that a dump requires of one root, in <see cref="PathOrder"/>, as a metadata stream. Two
/// content URLs may name the same path: then it stands there twice, lower id first.
/// </summary>
public sealed class RequiredListWriter : IAsyncDisposable
{
    internal const byte Version = 1;
    private const int FlushBytes = 64 * 1024;

    private readonly ContentStream _stream;
    private readonly ArrayBufferWriter<byte> _buffer = new(FlushBytes);
    private RequiredFile? _previous;

    public RequiredListWriter(IChunkWriter chunks)
    {
        _stream = chunks.CreateStream(ChunkClass.Metadata);
        _buffer.WriteByte(Version);
    }

    /// <summary>Files written so far.</summary>
    public long Count { get; private set; }

    /// <summary>
    /// Adds the next file. A path that is invalid or out of order is an <see cref="ArgumentException"/>.
    /// </summary>
    public async ValueTask AddAsync(RequiredFile file, CancellationToken cancellationToken)
    {
        bool fits =
            file.Path.Length > 0
            && PathOrder.IsValid(file.Path)
            && file.Size is null or (>= 0 and < long.MaxValue)
            && file.UrlId >= 0;
        if (!fits || (_previous is not null && RequiredFile.Compare(_previous, file) >= 0))
        {
            throw new ArgumentException(
                $"'{TreePath.Display(file.Path)}' cannot stand here in a list of required files.",
                nameof(file)
            );
        }

        _buffer.WritePath(_previous?.Path, file.Path);
        _buffer.WriteVarint(file.Size is { } size ? (ulong)size + 1 : 0);
        _buffer.WriteVarint((ulong)file.UrlId);
        _previous = file;
        Count++;
        if (_buffer.WrittenCount >= FlushBytes)
        {
            await FlushAsync(cancellationToken);
        }
    }

    /// <summary>Ends the list. Called once.</summary>
    public async Task<ContentRef> CompleteAsync(CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        return await _stream.CompleteAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(_buffer.WrittenMemory, cancellationToken);
        _buffer.ResetWrittenCount();
    }
}
