using System.Security.Cryptography;
using System.Text;
using AlfrescoBackupFlows.Flows.Archives;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Exporting;

/// <summary>Writes the parts of an exported file, and gathers their sums.</summary>
/// <param name="now">The time of what is no file of the set.</param>
internal sealed class ExportWriter(PackedOutput packed, ChecksumList sums, DateTimeOffset now)
{
    private const int OwnerAlone = 0x180; // 0600
    private const int BufferBytes = 1 << 20;

    private static readonly FileOwner Root = new(0, 0, "root", "root");

    private readonly TarWriter _tar = new(packed);
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly byte[] _hash = new byte[SHA256.HashSizeInBytes];

    /// <summary>Of the archive before it is compressed.</summary>
    public long PlainBytes => _tar.Length;

    public async Task WriteDirectoryAsync(TarEntry entry, CancellationToken cancellationToken)
    {
        await _tar.BeginAsync(entry, cancellationToken);
        await _tar.EndAsync(cancellationToken);
    }

    /// <summary>A file whose bytes are at hand.</summary>
    public async Task WriteFileAsync(TarEntry entry, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await _tar.BeginAsync(entry, cancellationToken);
        await _tar.WriteAsync(content, cancellationToken);
        await _tar.EndAsync(cancellationToken);
        SHA256.HashData(content.Span, _hash);
        sums.Add(entry.Name, _hash);
    }

    /// <summary>A file that is read while it is written. Where that fails, the archive is not whole.</summary>
    /// <param name="tell">Gets the bytes of each part.</param>
    public async Task WriteFileAsync(
        TarEntry entry,
        Stream content,
        Action<long>? tell,
        CancellationToken cancellationToken
    )
    {
        await WriteAsync(entry, content, tell, cancellationToken);
        sums.Add(entry.Name, _hash);
    }

    /// <summary>
    /// The same for one whose bytes may turn out to be lost: then nothing of it is left in the output.
    /// </summary>
    /// <param name="isLost">Whether that is what went wrong.</param>
    /// <returns>What went wrong, or null.</returns>
    public async Task<Exception?> TryWriteFileAsync(
        TarEntry entry,
        Stream content,
        Action<long>? tell,
        Func<Exception, bool> isLost,
        CancellationToken cancellationToken
    )
    {
        await _tar.FlushAsync(cancellationToken);
        long position = await packed.EndFrameAsync();
        long length = _tar.Length;
        try
        {
            await WriteFileAsync(entry, content, tell, cancellationToken);
            return null;
        }
        catch (Exception e) when (isLost(e))
        {
            _tar.Forget(length);
            await packed.TakeBackAsync(position);
            return e;
        }
    }

    public Task WriteTextAsync(string name, ReadOnlyMemory<byte> text, CancellationToken cancellationToken) =>
        WriteFileAsync(EntryOf(name, text.Length), text, cancellationToken);

    public TarEntry EntryOf(string name, long length) =>
        new(
            Encoding.UTF8.GetBytes(name),
            IsDirectory: false,
            length,
            OwnerAlone,
            Root,
            now.ToUnixTimeSeconds() * 1_000_000_000
        );

    /// <summary>The sums of everything, and the end.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await WriteAsync(EntryOf(ExportNames.Sums, sums.Length), sums.OpenRead(), tell: null, cancellationToken);
        await _tar.CompleteAsync(cancellationToken);
        await packed.CompleteAsync();
    }

    private async Task WriteAsync(
        TarEntry entry,
        Stream content,
        Action<long>? tell,
        CancellationToken cancellationToken
    )
    {
        await _tar.BeginAsync(entry, cancellationToken);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        while (await content.ReadAsync(_buffer, cancellationToken) is var count and > 0)
        {
            hash.AppendData(_buffer.AsSpan(0, count));
            await _tar.WriteAsync(_buffer.AsMemory(0, count), cancellationToken);
            tell?.Invoke(count);
        }

        await _tar.EndAsync(cancellationToken);
        hash.GetHashAndReset(_hash);
    }
}
