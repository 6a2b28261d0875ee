using AlfrescoBackupFlows.Platform.Streams;

namespace AlfrescoBackupFlows.Alfresco.Processes;

/// <summary>
/// A tool's standard input; remembers that the tool stopped reading, which tells its failure from the writer's.
/// </summary>
internal sealed class ToolInput(Stream inner) : WriteOnlyStream
{
    /// <summary>A write failed because the child closed its end.</summary>
    public bool Broken { get; private set; }

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer,
        CancellationToken cancellationToken = default
    )
    {
        try
        {
            await inner.WriteAsync(buffer, cancellationToken);
        }
        catch (IOException)
        {
            Broken = true;
            throw;
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count)
    {
        try
        {
            inner.Write(buffer, offset, count);
        }
        catch (IOException)
        {
            Broken = true;
            throw;
        }
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await inner.FlushAsync(cancellationToken);
        }
        catch (IOException)
        {
            Broken = true;
            throw;
        }
    }

    public override void Flush() => inner.Flush();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            try
            {
                inner.Dispose();
            }
            catch (IOException)
            {
                Broken = true;
            }
        }

        base.Dispose(disposing);
    }
}
