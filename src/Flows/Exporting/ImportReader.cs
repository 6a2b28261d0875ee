using System.Security.Cryptography;
using System.Text;
using AlfrescoBackupFlows.Flows.Archives;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Flows.Exporting;

/// <summary>
/// Reads an exported file in its one order, and gathers the sums of all that it reads. Since everything has its place, no
/// name can come twice.
/// </summary>
/// <param name="tell">Gets the bytes of each part.</param>
internal sealed class ImportReader(Stream plain, ChecksumList sums, Action<long> tell) : IDisposable
{
    private readonly TarReader _tar = new(plain);
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _rest = new byte[64 << 10];

    /// <summary>The entry that is next; null at the end.</summary>
    public TarEntry? Current { get; private set; }

    public async Task MoveNextAsync(CancellationToken cancellationToken) =>
        Current = await _tar.ReadAsync(cancellationToken);

    public bool IsAt(string name) => Current is { IsDirectory: false } entry && IsNamed(entry, name);

    /// <summary>The next entry must be this file.</summary>
    public TarEntry Require(string name) =>
        IsAt(name) ? Current!
        : Current is { } other
            ? throw ArchiveFault.Of(
                $"'{PlainText.Escape(TreePath.Display(other.Name))}' stands where '{name}' belongs: the files of an exported "
                    + "set have one order, and each stands there once"
            )
        : throw ArchiveFault.Of($"'{name}' is missing from it");

    /// <summary>Takes the bytes of the current file, adds their sum, and goes to the next.</summary>
    public async Task<T> TakeAsync<T>(Func<Stream, Task<T>> read, CancellationToken cancellationToken)
    {
        byte[] name = Current!.Name;
        var content = new HashedStream(_tar.OpenContent(), _hash, tell);
        T result = await read(content);
        while (await content.ReadAsync(_rest, cancellationToken) > 0)
        {
            // Its sum counts all of it.
        }

        sums.Add(name, _hash.GetHashAndReset());
        await MoveNextAsync(cancellationToken);
        return result;
    }

    /// <summary>A whole file that is small by its nature.</summary>
    public Task<byte[]> TakeAllAsync(string name, int most, CancellationToken cancellationToken)
    {
        TarEntry entry = Require(name);
        if (entry.Size > most)
        {
            throw ArchiveFault.Of($"its '{name}' has {entry.Size} bytes, and none may have more than {most}");
        }

        byte[] bytes = new byte[entry.Size];
        return TakeAsync(
            async stream =>
            {
                await stream.ReadExactlyAsync(bytes, cancellationToken);
                return bytes;
            },
            cancellationToken
        );
    }

    /// <summary>The list of sums, which is the last file, against those that were gathered; then the end.</summary>
    public async Task RequireSumsAsync(CancellationToken cancellationToken)
    {
        Require(ExportNames.Sums);
        if (!await sums.EqualsAsync(_tar.OpenContent(), cancellationToken))
        {
            throw ArchiveFault.Of(
                $"what is in it is not what its {ExportNames.Sums} says: unpack it, and 'sha256sum -c {ExportNames.Sums}' "
                    + "names the files"
            );
        }

        await MoveNextAsync(cancellationToken);
        if (Current is not null)
        {
            throw ArchiveFault.Of(
                $"something stands behind its {ExportNames.Sums}, which is the last file of an exported set"
            );
        }
    }

    public void Dispose() => _hash.Dispose();

    private static bool IsNamed(TarEntry entry, string name) =>
        entry.Name.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(name));
}
