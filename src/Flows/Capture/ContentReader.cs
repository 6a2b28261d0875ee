using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage.Decorators;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>Reads one file into the repository and notices when it changed meanwhile.</summary>
internal sealed class ContentReader(
    IContentWriter writer,
    ChunkClass chunkClass,
    StepBudget budget,
    CaptureProgress progress,
    RateLimit? reads = null
)
{
    /// <summary>
    /// A move by the cleaner or new rights change a file's stamp once, so the next reading finds it at rest.
    /// </summary>
    private const int MaxReadings = 3;

    /// <summary>
    /// Null where the file is gone. What cannot be read is a <see cref="SourceUnreadableException"/>.
    /// </summary>
    /// <param name="insists">
    /// One that changes while it is read is read again, through the same open file: also where its name is gone
    /// meanwhile.
    /// </param>
    public async ValueTask<CapturedContent?> TryReadAsync(
        SourceTree tree,
        byte[] path,
        bool followLinks,
        bool insists,
        CancellationToken cancellationToken
    )
    {
        using SourceFile? file = tree.TryOpen(path, followLinks);
        if (file is null)
        {
            return null;
        }

        CapturedContent content = await ReadAsync(file, file.Opened, cancellationToken);
        for (int readings = 1; insists && !content.IsStable && readings < MaxReadings; readings++)
        {
            content = await ReadAsync(file, content.Stat, cancellationToken);
        }

        return content;
    }

    /// <param name="before">As it was some time before the first byte is read.</param>
    private async ValueTask<CapturedContent> ReadAsync(
        SourceFile file,
        FileStat before,
        CancellationToken cancellationToken
    )
    {
        await using var bytes = new SourceFileStream(file, progress, reads);
        ContentRef content = await writer.WriteAsync(chunkClass, bytes, cancellationToken);
        FileStat after = file.Stat();
        budget.Read(content.Length);
        bool stable = IsSame(before, after) && content.Length == after.Size;
        return new CapturedContent(after, content, stable);
    }

    private static bool IsSame(in FileStat before, in FileStat after) =>
        before.Size == after.Size && before.MtimeNs == after.MtimeNs && before.CtimeNs == after.CtimeNs;
}

/// <param name="Stat">After the last byte was read.</param>
/// <param name="IsStable">Nothing changed from before the first byte until then.</param>
internal sealed record CapturedContent(FileStat Stat, ContentRef Content, bool IsStable);
