using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Chunks;

/// <summary>Reads records, each of at most a known size, from a forward-only stream through one buffer.</summary>
internal sealed class RecordStream(Stream stream, int maxRecord) : IAsyncDisposable
{
    private readonly byte[] _buffer = new byte[maxRecord + (64 * 1024)];
    private int _start;
    private int _end;
    private bool _drained;

    /// <summary>
    /// What is buffered: after <see cref="FillAsync"/> at least one whole record, or all that the stream still has.
    /// </summary>
    public ReadOnlySpan<byte> Buffered => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Returns false at the end of the stream.</summary>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_end - _start < maxRecord && !_drained)
        {
            Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
            _end -= _start;
            _start = 0;
            while (_end < _buffer.Length)
            {
                int read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
                if (read == 0)
                {
                    _drained = true;
                    break;
                }

                _end += read;
            }
        }

        return _start < _end;
    }

    /// <summary>Passes over the version that the stream begins with.</summary>
    /// <param name="what">The stream, for the fault.</param>
    /// <exception cref="PermanentException">Repository: it is empty, or of another version.</exception>
    public async ValueTask BeginAsync(byte version, string what, CancellationToken cancellationToken)
    {
        if (!await FillAsync(cancellationToken) || Buffered[0] != version)
        {
            throw Damage.InPart(what, "its version is not known");
        }

        Advance(1);
    }

    public void Advance(int count) => _start += count;

    /// <summary>Passes over bytes; over fewer where the stream ends before.</summary>
    public async ValueTask SkipAsync(long count, CancellationToken cancellationToken)
    {
        while (count > 0 && await FillAsync(cancellationToken))
        {
            int passed = (int)Math.Min(count, _end - _start);
            Advance(passed);
            count -= passed;
        }
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();
}
