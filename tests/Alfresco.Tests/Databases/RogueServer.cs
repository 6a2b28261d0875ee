using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Platform;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

/// <summary>Listens where a database is expected, answers each connection as a test says, and keeps what it is
/// told.</summary>
internal sealed class RogueServer : IDisposable
{
    public const string Password = "hunter2-and-more";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly StringBuilder _heard = new();

    public RogueServer(Func<RogueServer, Stream, Task> answer)
    {
        _listener.Start();
        _ = AcceptAsync(answer);
    }

    /// <summary>Every byte as a character.</summary>
    public string Heard
    {
        get
        {
            lock (_heard)
            {
                return _heard.ToString();
            }
        }
    }

    public DatabaseConnection Connection(string scheme, string query = "") =>
        DatabaseConnection.FromInstallation(
            $"jdbc:{scheme}://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/alfresco{query}",
            "alfresco",
            new Secret(Password),
            toolPath: null
        );

    public static byte[] Postgres(char type, params byte[] body)
    {
        var message = new byte[body.Length + 5];
        message[0] = (byte)type;
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), body.Length + 4);
        body.CopyTo(message, 5);
        return message;
    }

    public static byte[] MySql(byte sequence, params byte[] body) =>
        [(byte)body.Length, (byte)(body.Length >> 8), (byte)(body.Length >> 16), sequence, .. body];

    /// <summary>What a server of MySQL says first: no TLS, the usual method.</summary>
    public static byte[] MySqlGreeting(string version) =>
        MySql(
            0,
            [
                10,
                .. Encoding.ASCII.GetBytes(version),
                .. "\0\u0001\0\0\0abcdefgh\0"u8,
                0xFF,
                0xF7,
                0x21,
                2,
                0,
                0xFF,
                0xFF,
                21,
                .. new byte[10],
                .. "abcdefghijkl\0mysql_native_password\0"u8,
            ]
        );

    /// <summary>Refuses TLS, and takes the startup message.</summary>
    public async Task MeetPostgresAsync(Stream client)
    {
        while (true)
        {
            byte[] length = await HearAsync(client, 4);
            byte[] body = await HearAsync(client, BinaryPrimitives.ReadInt32BigEndian(length) - 4);
            if (body is not [0x04, 0xD2, 0x16, 0x2F or 0x30, ..])
            {
                return;
            }

            await client.WriteAsync("N"u8.ToArray());
        }
    }

    public async Task HearMySqlAsync(Stream client)
    {
        byte[] head = await HearAsync(client, 4);
        await HearAsync(client, head[0] | (head[1] << 8) | (head[2] << 16));
    }

    /// <summary>Whatever the client says until it goes.</summary>
    public async Task HearOutAsync(Stream client)
    {
        var buffer = new byte[4096];
        for (int read = 1; read > 0; )
        {
            read = await client.ReadAsync(buffer);
            Keep(buffer.AsSpan(0, read));
        }
    }

    public void Dispose() => _listener.Dispose();

    private async Task<byte[]> HearAsync(Stream client, int length)
    {
        var bytes = new byte[length];
        await client.ReadExactlyAsync(bytes);
        Keep(bytes);
        return bytes;
    }

    public void Keep(ReadOnlySpan<byte> bytes)
    {
        lock (_heard)
        {
            _heard.Append(Encoding.Latin1.GetString(bytes));
        }
    }

    private async Task AcceptAsync(Func<RogueServer, Stream, Task> answer)
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(), answer);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client, Func<RogueServer, Stream, Task> answer)
    {
        using (client)
        {
            try
            {
                await answer(this, client.GetStream());
            }
            catch (IOException)
            {
                // The client went.
            }
        }
    }
}
