using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace AlfrescoBackupFlows.Platform.Streams;

/// <summary>
/// The socket on which systemd's journal takes entries with fields. Never waits, and never throws: what it does not take
/// is the caller's to say elsewhere.
/// </summary>
/// <param name="path">Of the socket.</param>
public sealed class JournalSocket(string path = "/run/systemd/journal/socket")
{
    private readonly Lock _gate = new();
    private Socket? _socket;

    /// <summary>Whether the error stream leads to the journal, as the variable <c>JOURNAL_STREAM</c> says of the stream
    /// that a unit began with.</summary>
    public static bool IsErrorStream()
    {
        if (
            !OperatingSystem.IsLinux()
            || Environment.GetEnvironmentVariable("JOURNAL_STREAM")?.Split(':') is not [_, { Length: > 0 } inode]
        )
        {
            return false;
        }

        try
        {
            return new FileInfo("/proc/self/fd/2").LinkTarget == $"socket:[{inode}]";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <param name="fields">Names in capitals, in the order of the entry.</param>
    /// <returns>False: there is no journal, it has no room at this moment, or the entry is too long for it.</returns>
    public bool TrySend(IEnumerable<(string Name, string Value)> fields)
    {
        byte[] entry = Encode(fields);
        lock (_gate)
        {
            try
            {
                _socket ??= Connect();
                return _socket.Send(entry) == entry.Length;
            }
            catch (Exception e) when (e is SocketException or PlatformNotSupportedException or ArgumentException)
            {
                _socket?.Dispose();
                _socket = null; // A journal that was restarted has another socket.
                return false;
            }
        }
    }

    private Socket Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            socket.Blocking = false;
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The journal's native protocol: a value with a line end has its length before it.</summary>
    private static byte[] Encode(IEnumerable<(string Name, string Value)> fields)
    {
        using var entry = new MemoryStream();
        Span<byte> length = stackalloc byte[sizeof(long)];
        foreach ((string name, string value) in fields)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(value);
            entry.Write(Encoding.UTF8.GetBytes(name));
            if (value.Contains('\n', StringComparison.Ordinal))
            {
                BinaryPrimitives.WriteInt64LittleEndian(length, bytes.Length);
                entry.WriteByte((byte)'\n');
                entry.Write(length);
            }
            else
            {
                entry.WriteByte((byte)'=');
            }

            entry.Write(bytes);
            entry.WriteByte((byte)'\n');
        }

        return entry.ToArray();
    }
}
