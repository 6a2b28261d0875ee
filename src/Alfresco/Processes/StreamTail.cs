namespace AlfrescoBackupFlows.Alfresco.Processes;

/// <summary>Keeps the last bytes of what passes: enough to see that a dump has its own last lines.</summary>
internal sealed class StreamTail
{
    private const int Capacity = 1024;
    private readonly byte[] _bytes = new byte[Capacity];
    private int _length;

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    public void Append(ReadOnlySpan<byte> piece)
    {
        if (piece.Length > Capacity)
        {
            piece = piece[^Capacity..];
        }

        int kept = Math.Min(_length, Capacity - piece.Length);
        _bytes.AsSpan(_length - kept, kept).CopyTo(_bytes);
        piece.CopyTo(_bytes.AsSpan(kept));
        _length = kept + piece.Length;
    }
}
