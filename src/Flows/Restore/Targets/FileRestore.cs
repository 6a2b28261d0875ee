using System.Buffers;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Restore.Targets;

/// <summary>Writes files of a root from their chunks. Thread-safe.</summary>
internal sealed class FileRestore(
    TargetTree target,
    IChunkSource chunks,
    RestoreRangeInput root,
    AttributeRestore attributes
)
{
    private const int BufferSize = 1024 * 1024;

    /// <summary>
    /// True where an earlier attempt finished the file; its owner and mode are seen to once more, because this attempt
    /// may have been given another owner, or more rights. Times are compared as coarsely as the coarsest platform keeps
    /// them (100 ns).
    /// </summary>
    public bool IsDone(TargetDirectory directory, ListingEntry entry)
    {
        if (
            directory.TryStat(entry.Name()) is not { Type: EntryType.File } there
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

    /// <summary>Writes a file whose bytes are all at hand.</summary>
    public void Write(TargetDirectory directory, ListingEntry entry, ReadOnlySpan<byte> content)
    {
        using var placed = new PlacedFile(directory, entry.Name(), entry.Mode, root.Repair);
        if (!content.IsEmpty)
        {
            placed.File.Write(content, 0);
        }

        attributes.Apply(placed.File, entry);
        placed.Complete();
    }

    /// <returns>
    /// Null; or why the file is lost, of which nothing is left then, or of a repair what was there before.
    /// </returns>
    /// <exception cref="PermanentException">Repository: it is lost, and <c>--strict</c> was said.</exception>
    public async Task<string?> TryWriteAsync(ListingEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            using TargetDirectory directory = target.OpenDirectory(entry.Directory());
            await WriteAsync(directory, entry, cancellationToken);
            return null;
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
        {
            if (!root.Repair)
            {
                target.Delete(entry.Path);
            }

            return root.Strict
                ? throw new PermanentException(
                    ErrorKind.Repository,
                    $"--strict: file '{TreePath.Display(entry.Path)}' of {root.Root} is lost: {e.Message}",
                    e
                )
                : Damage.WithoutAdvice(e.Message);
        }
    }

    private async Task WriteAsync(TargetDirectory directory, ListingEntry entry, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(entry.Length, 1, BufferSize));
        try
        {
            using var placed = new PlacedFile(directory, entry.Name(), entry.Mode, root.Repair);
            await using (Stream content = chunks.OpenRead(entry.Content!, root.Class))
            {
                long offset = 0;
                int read;
                while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
                {
                    placed.File.Write(buffer.AsSpan(0, read), offset);
                    offset += read;
                }
            }

            attributes.Apply(placed.File, entry);
            placed.Complete();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
