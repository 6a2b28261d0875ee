namespace AlfrescoBackupFlows.Repository.Repair;

/// <summary>The files of a live installation, from which chunks are stored again. Nothing of it is believed: a chunk's
/// id is recomputed.</summary>
public interface IDocumentSupply
{
    /// <summary>Reads from an offset until the buffer is full or the file ends.</summary>
    /// <param name="root">The name of the root in the set.</param>
    /// <param name="path">In that root, bytes.</param>
    /// <returns>How many bytes; 0 where there is no such file.</returns>
    int Read(string root, byte[] path, long offset, Span<byte> destination);
}
