using AlfrescoBackupFlows.Repository.Cache;

namespace AlfrescoBackupFlows.Repository.Sorting;

/// <summary>A sorted run of records in a file of its own: length (4 bytes, little-endian) and bytes of each.</summary>
internal sealed class SpillFile : IDisposable
{
    private readonly FileStream _file;

    private SpillFile(FileStream file) => _file = file;

    public static SpillFile Write(string directory, IEnumerable<ReadOnlyMemory<byte>> records)
    {
        FileStream file = ScratchFile.Create(directory);
        try
        {
            Span<byte> length = stackalloc byte[sizeof(int)];
            foreach (ReadOnlyMemory<byte> record in records)
            {
                System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(length, record.Length);
                file.Write(length);
                file.Write(record.Span);
            }

            file.Flush();
            file.Position = 0;
            return new SpillFile(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The next record, in a buffer that is grown and used again; -1 at the end.</summary>
    public int ReadNext(ref byte[] buffer)
    {
        try
        {
            return TryReadNext(ref buffer);
        }
        catch (IOException exception)
        {
            throw CacheFault.At(Path.GetDirectoryName(_file.Name)!, exception);
        }
    }

    private int TryReadNext(ref byte[] buffer)
    {
        Span<byte> prefix = stackalloc byte[sizeof(int)];
        if (_file.ReadAtLeast(prefix, prefix.Length, throwOnEndOfStream: false) < prefix.Length)
        {
            return -1;
        }

        int length = System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(prefix);
        if (buffer.Length < length)
        {
            buffer = new byte[Math.Max(length, buffer.Length * 2)];
        }

        _file.ReadExactly(buffer, 0, length);
        return length;
    }

    public void Dispose() => _file.Dispose();
}
