using System.Buffers;
using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.RequiredFiles;

/// <summary>
/// All findings of a proof as a metadata stream, written and read one by one: memory does not grow with their number.
/// </summary>
public sealed class FindingsList : IAsyncDisposable
{
    private const byte Version = 1;
    private const string What = "the list of findings";
    private const int MaxRootBytes = 4096;
    private const int MaxPathBytes = PathOrder.MaxPathBytes;
    private const int MaxRecordBytes = MaxRootBytes + MaxPathBytes + 64;
    private const int BufferBytes = 64 * 1024;

    private readonly IChunkWriter _chunks;
    private readonly ArrayBufferWriter<byte> _buffer = new(BufferBytes);
    private ContentStream? _stream;
    private byte[] _lastPath = [];

    public FindingsList(IChunkWriter chunks) => _chunks = chunks;

    public async ValueTask AddAsync(FileFinding finding, CancellationToken cancellationToken)
    {
        if (_stream is null)
        {
            _stream = _chunks.CreateStream(ChunkClass.Metadata);
            _buffer.WriteByte(Version);
        }

        _buffer.WriteText(finding.Root);
        _buffer.WritePath(_lastPath, finding.Path);
        _buffer.WriteByte(FindingReasons.NumberOf(finding.Reason));
        _buffer.WriteByte((byte)finding.Live);
        _buffer.WriteByte(finding.IsAcknowledged ? (byte)1 : (byte)0);
        _buffer.WriteVarint(finding.Size is { } size ? (ulong)size + 1 : 0);
        _buffer.WriteVarint(finding.Captured is { } captured ? (ulong)captured + 1 : 0);
        _buffer.WriteVarint((ulong)finding.UrlId);
        _lastPath = finding.Path;
        if (_buffer.WrittenCount >= BufferBytes)
        {
            await FlushAsync(cancellationToken);
        }
    }

    /// <returns>Null where there was none.</returns>
    public async Task<ContentRef?> CompleteAsync(CancellationToken cancellationToken)
    {
        if (_stream is null)
        {
            return null;
        }

        await FlushAsync(cancellationToken);
        return await _stream.CompleteAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => _stream?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>In the order in which they were found: root by root, by path within one.</summary>
    /// <exception cref="Platform.Errors.PermanentException">Kind Repository: it cannot be read.</exception>
    public static async IAsyncEnumerable<FileFinding> ReadAsync(
        IChunkSource chunks,
        ContentRef list,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using RecordStream stream = new(chunks.OpenRead(list, ChunkClass.Metadata), MaxRecordBytes);
        await stream.BeginAsync(Version, What, cancellationToken);
        byte[] lastPath = [];
        while (await stream.FillAsync(cancellationToken))
        {
            (FileFinding finding, int length) = Read(stream.Buffered, lastPath);
            stream.Advance(length);
            lastPath = finding.Path;
            yield return finding;
        }
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await _stream!.WriteAsync(_buffer.WrittenMemory, cancellationToken);
        _buffer.ResetWrittenCount();
    }

    private static (FileFinding Finding, int Length) Read(ReadOnlySpan<byte> source, ReadOnlySpan<byte> lastPath)
    {
        VarintReader reader = new(source, What);
        string root = reader.ReadText(MaxRootBytes, "a root");
        int shared = (int)reader.ReadBounded(lastPath.Length, "the length that a path shares with the one before it");
        ReadOnlySpan<byte> rest = reader.ReadBlock(MaxPathBytes - shared, "the length of a path");
        byte[] path = [.. lastPath[..shared], .. rest];
        string? reason = FindingReasons.OfNumber(reader.ReadByte());
        byte live = reader.ReadByte();
        byte flags = reader.ReadByte();
        long size = reader.ReadBounded(long.MaxValue, "a size");
        long captured = reader.ReadBounded(long.MaxValue, "a size");
        long id = reader.ReadBounded(long.MaxValue, "an id");

        // What names a file is joined with directories by whoever reads it.
        bool fits =
            reason is not null && live <= (byte)LiveFile.Present && (root.Length == 0 || PathOrder.IsValid(path));
        return fits
            ? (
                new FileFinding(
                    root,
                    path,
                    reason!,
                    (LiveFile)live,
                    size == 0 ? null : size - 1,
                    captured == 0 ? null : captured - 1,
                    id,
                    (flags & 1) != 0
                ),
                reader.Position
            )
            : throw reader.Wrong("a finding is none that this version knows");
    }
}
