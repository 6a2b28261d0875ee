using System.Text;
using AlfrescoBackupFlows.Platform.Streams;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>
/// A dump as the tool writes it, but for the key of its <c>\restrict</c>, which <c>pg_dump</c> draws each time: with one
/// of ours an unchanged database gives the same bytes every night. Any other dump passes as it is.
/// </summary>
/// <remarks>
/// The tool has an option for its key. It would stand in the arguments of a process, where the server's account may read
/// it, and a server that knows the key can put commands into the dump that <c>psql</c> obeys.
/// </remarks>
/// <param name="inner">Stays the caller's.</param>
/// <param name="key">Letters and digits that the server cannot guess, at least as many as the tool's key has.</param>
public sealed class StableDump(Stream inner, string key) : ReadOnlyStream
{
    private const int BufferBytes = 256 * 1024;

    /// <summary>How much of the dump may come before its first command.</summary>
    private const int MaxHead = 64 * 1024;
    private const int MinKey = 16;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private byte[]? _drawn;
    private bool _decided;
    private bool _ended;
    private int _start;
    private int _length;

    /// <summary>Bytes from <see cref="_start"/> on in which nothing is left to replace.</summary>
    private int _ready;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_ready == 0)
        {
            if (_ended)
            {
                return 0;
            }

            if (_decided && _drawn is null && _length == 0)
            {
                return await inner.ReadAsync(buffer, cancellationToken);
            }

            await FillAsync(cancellationToken);
        }

        int count = Math.Min(buffer.Length, _ready);
        _buffer.AsMemory(_start, count).CopyTo(buffer);
        (_start, _length, _ready) = (_start + count, _length - count, _ready - count);
        return count;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        _buffer.AsSpan(_start, _length).CopyTo(_buffer);
        _start = 0;
        int read = await inner.ReadAsync(_buffer.AsMemory(_length), cancellationToken);
        _length += read;
        _ended = read == 0;
        if (!_decided)
        {
            (_decided, _drawn) = FindKey(_buffer.AsSpan(0, _length));
            _decided |= _ended;
        }

        if (_decided)
        {
            Replace();
        }
    }

    private void Replace()
    {
        if (_drawn is null)
        {
            _ready = _length;
            return;
        }

        for (int at; (at = _buffer.AsSpan(0, _length).IndexOf(_drawn)) >= 0; )
        {
            Encoding.ASCII.GetBytes(key.AsSpan(0, _drawn.Length), _buffer.AsSpan(at));
        }

        // The key may have begun.
        _ready = _ended ? _length : Math.Max(0, _length - _drawn.Length + 1);
    }

    /// <summary>Whether it is known, and the key; null where the dump has none that is to be replaced.</summary>
    private (bool Decided, byte[]? Key) FindKey(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> rest = head;
        int length;
        while ((length = rest.IndexOf((byte)'\n') + 1) > 0)
        {
            ReadOnlySpan<byte> line = rest[..length].Trim(" \t\r\n"u8);
            if (!line.IsEmpty && !line.StartsWith("--"u8))
            {
                ReadOnlySpan<byte> drawn = line.StartsWith("\\restrict "u8) ? line["\\restrict "u8.Length..] : default;
                return (true, IsKey(drawn) ? drawn.ToArray() : null);
            }

            rest = rest[length..];
        }

        return (head.Length >= MaxHead, null);
    }

    private bool IsKey(ReadOnlySpan<byte> drawn)
    {
        foreach (byte letter in drawn)
        {
            if (!char.IsAsciiLetterOrDigit((char)letter))
            {
                return false;
            }
        }

        return drawn.Length >= MinKey
            && drawn.Length <= key.Length
            && !drawn.SequenceEqual(Encoding.ASCII.GetBytes(key[..drawn.Length]));
    }
}
