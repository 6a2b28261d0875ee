using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Streams;

namespace AlfrescoBackupFlows.Cli.Output;

/// <summary>Standard output for bytes that are of no use in part: what goes wrong ends the command.</summary>
internal sealed class PipeOutput(Stream stdout) : WriteOnlyStream
{
    public long Written { get; private set; }

    /// <exception cref="PermanentException">Target: nobody reads it any more, or it cannot be written.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            stdout.Write(buffer);
            Written += buffer.Length;
        }
        catch (IOException e)
        {
            throw new PermanentException(
                ErrorKind.Target,
                StandardStreams.IsReaderGone(e)
                    ? $"whoever read standard output went away after {Written} bytes: what it has is not whole"
                    : $"standard output cannot be written ({e.Message}) after {Written} bytes: what was written is not whole",
                e
            );
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
}
