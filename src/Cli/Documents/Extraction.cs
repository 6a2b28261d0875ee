using System.Buffers;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Platform.Streams;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Cli.Documents;

/// <summary>Writes the bytes of documents: each chunk is recomputed as it is read, as a restore does.</summary>
internal sealed class Extraction(IChunkSource chunks, bool overwrite)
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Looks before anything is read.</summary>
    /// <exception cref="PermanentException">Target: a file is there already.</exception>
    public void RequireFree(IEnumerable<string> files)
    {
        foreach (
            string file in files.Where(file => GivenPath.IsDirectory(file) || (!overwrite && NewFile.IsTaken(file)))
        )
        {
            throw IsTaken(file);
        }
    }

    /// <exception cref="PermanentException">Target: it cannot be written there. Repository: it is lost.</exception>
    public async Task WriteAsync(
        (ContentRef Content, ChunkClass Class) source,
        string file,
        CancellationToken cancellationToken
    )
    {
        NewFile target = Open(file);
        await using (target)
        {
            try
            {
                await CopyAsync(source, target.Stream, cancellationToken);
                if (!target.Publish(overwrite))
                {
                    throw IsTaken(file);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw CannotWrite(file, e);
            }
        }
    }

    /// <exception cref="IOException">Nobody reads it, or it is full.</exception>
    public async Task WriteToOutputAsync(
        (ContentRef Content, ChunkClass Class) source,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await using Stream output = StandardStreams.OpenOutput();
            await CopyAsync(source, output, cancellationToken);
            await output.FlushAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PermanentException(
                ErrorKind.Target,
                $"--output -: standard output cannot be written ({e.Message}): what is there is not whole",
                e
            );
        }
    }

    private async Task CopyAsync(
        (ContentRef Content, ChunkClass Class) source,
        Stream target,
        CancellationToken cancellationToken
    )
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(source.Content.Length, 1, BufferBytes));
        try
        {
            await using Stream content = chunks.OpenRead(source.Content, source.Class);
            while (await content.ReadAsync(buffer, cancellationToken) is var read and > 0)
            {
                await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static NewFile Open(string file)
    {
        try
        {
            return NewFile.Create(file, isPrivate: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(file, e);
        }
    }

    private static PermanentException CannotWrite(string file, Exception why) =>
        new(
            ErrorKind.Target,
            $"--output: '{file}' cannot be written ({why.Message.TrimEnd('.')}); nothing is left of it: name another place",
            why
        );

    private static PermanentException IsTaken(string file) =>
        new(
            ErrorKind.Target,
            GivenPath.IsDirectory(file)
                ? $"--output: '{file}' is a directory: name a file"
                : $"--output: '{file}' is there already: name another file, or say --overwrite"
        );
}
