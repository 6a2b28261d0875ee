namespace AlfrescoBackupFlows.Flows.Archives;

/// <summary>Lines of bytes that need not be text, one in memory at a time.</summary>
internal static class ByteLines
{
    private const int ReadBytes = 64 << 10;

    /// <summary>Each line without its end. A longer one, or a last one without an end, is an <see cref="ArchiveFault"/>.</summary>
    /// <param name="what">Whose lines, a name.</param>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(Stream stream, int maxLine, string what)
    {
        byte[] buffer = new byte[maxLine + ReadBytes];
        int length = 0;
        while (true)
        {
            int count = await stream.ReadAsync(buffer.AsMemory(length, ReadBytes));
            length += count;
            int start = 0;
            while (Array.IndexOf(buffer, (byte)'\n', start, length - start) is var end and >= 0)
            {
                yield return buffer.AsMemory(start, end - start);
                start = end + 1;
            }

            buffer.AsSpan(start, length - start).CopyTo(buffer);
            length -= start;
            if (count == 0 && length == 0)
            {
                yield break;
            }

            if (count == 0 || length > maxLine)
            {
                throw ArchiveFault.Of($"a line of {what} is too long, or has no end");
            }
        }
    }
}
