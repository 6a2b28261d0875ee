using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Restore.Targets;

/// <summary>Writes files of a root from their chunks. Not thread-safe.</summary>
internal sealed class FileRestore(
    TargetTree target,
    IChunkSource chunks,
    RestoreRangeInput root,
    AttributeRestore attributes
)
{
    private const int BufferSize = 1024 * 1024;

    private readonly byte[] _buffer = new byte[BufferSize];
    private byte[] _directory = [];
    private bool _hasDirectory;

    public UnsetAttributes Unset => attributes.Unset;

    /// <summary>
    /// True where an earlier attempt finished the file; its owner and mode are seen to once more, because this attempt
    /// may have been given another owner, or more rights. Times are compared as coarsely as the coarsest platform keeps
    /// them (100 ns).
    /// </summary>
    public bool IsDone(ListingEntry entry)
    {
        if (
            target.TryStat(entry.Path) is not { Type: EntryType.File } there
            || there.Size != entry.Length
            || there.MtimeNs / 100 != entry.MtimeNs / 100
        )
        {
            return false;
        }

        if (there.Mode != entry.Mode || (there.Uid, there.Gid) != attributes.OwnerOf(entry))
        {
            attributes.Apply(entry);
        }

        return true;
    }

    /// <summary>
    /// True where the file is in: whoever breaks off leaves a shorter one, and one that is lost leaves none.
    /// </summary>
    public bool IsThere(ListingEntry entry) =>
        target.TryStat(entry.Path) is { Type: EntryType.File } there && there.Size == entry.Length;

    /// <returns>Null; or why the file is lost, of which nothing is left then.</returns>
    /// <exception cref="PermanentException">Repository: it is lost, and <c>--strict</c> was said.</exception>
    public async Task<string?> TryWriteAsync(ListingEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(entry, cancellationToken);
            return null;
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
        {
            target.Delete(entry.Path);
            return root.Strict
                ? throw new PermanentException(
                    ErrorKind.Repository,
                    $"--strict: file '{TreePath.Display(entry.Path)}' of {root.Root} is lost: {e.Message}",
                    e
                )
                : Damage.WithoutAdvice(e.Message);
        }
    }

    private async Task WriteAsync(ListingEntry entry, CancellationToken cancellationToken)
    {
        CreateDirectoryOf(entry.Path);
        target.Delete(entry.Path);
        using TargetFile file = target.CreateFile(entry.Path);
        await using (Stream content = chunks.OpenRead(entry.Content!, root.Class))
        {
            long offset = 0;
            int read;
            while ((read = await content.ReadAsync(_buffer, cancellationToken)) > 0)
            {
                file.Write(_buffer.AsSpan(0, read), offset);
                offset += read;
            }
        }

        (uint uid, uint gid) = attributes.OwnerOf(entry);
        bool owned = file.TrySetOwner(uid, gid);
        bool moded = file.TrySetMode(entry.Mode);
        bool timed = file.TrySetTimes(entry.MtimeNs);
        attributes.Count(owned, moded, timed);
    }

    /// <summary>A range may begin in the middle of a directory whose own entry another range has.</summary>
    private void CreateDirectoryOf(byte[] path)
    {
        int slash = path.AsSpan().LastIndexOf((byte)'/');
        ReadOnlySpan<byte> directory = slash < 0 ? [] : path.AsSpan(0, slash);
        if (!_hasDirectory || !directory.SequenceEqual(_directory))
        {
            target.CreateDirectory(directory);
            (_directory, _hasDirectory) = (directory.ToArray(), true);
        }
    }
}
