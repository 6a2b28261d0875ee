using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace AlfrescoBackupFlows.Cli.Serve;

/// <summary>
/// What the socket may cost, whoever connects. The server and the backups of its process share one table of open files
/// and one memory: without limits, connections that bring no key end both.
/// </summary>
internal sealed class ConnectionLimits
{
    /// <summary>Open connections in all; one more is closed at once.</summary>
    public const int MaxConnections = 200;

    /// <summary>Open connections of one address, so that one client cannot keep out the others.</summary>
    public const int MaxConnectionsPerAddress = 50;

    private const int MaxHeaders = 50;
    private const int MaxHeaderBytes = 16 * 1024;
    private const int MaxRequestLineBytes = 4 * 1024;
    private const long MaxBodyBytes = 64 * 1024;

    /// <summary>A connection that asks nothing for so long is closed.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(15);

    /// <summary>The headers of a request must be there after so long.</summary>
    private static readonly TimeSpan Headers = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<IPAddress, int> _open = new();

    public static void Apply(KestrelServerLimits limits)
    {
        limits.MaxConcurrentConnections = MaxConnections;
        limits.MaxConcurrentUpgradedConnections = 0;
        limits.MaxRequestHeaderCount = MaxHeaders;
        limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        limits.MaxRequestLineSize = MaxRequestLineBytes;
        limits.MaxRequestBufferSize = MaxBodyBytes;
        limits.MaxRequestBodySize = MaxBodyBytes;
        limits.KeepAliveTimeout = Idle;
        limits.RequestHeadersTimeout = Headers;
    }

    /// <summary>Counts the connections of each address, before TLS and before the first byte is read.</summary>
    public ConnectionDelegate CountByAddress(ConnectionDelegate next) =>
        async connection =>
        {
            IPAddress address = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
            try
            {
                if (_open.AddOrUpdate(address, 1, (_, open) => open + 1) > MaxConnectionsPerAddress)
                {
                    connection.Abort(
                        new ConnectionAbortedException(
                            $"more than {MaxConnectionsPerAddress} connections of one address"
                        )
                    );
                    return;
                }

                await next(connection);
            }
            finally
            {
                Leave(address);
            }
        };

    /// <summary>Forgets an address without connections, so that the table is never larger than the connections are
    /// many.</summary>
    private void Leave(IPAddress address)
    {
        while (_open.TryGetValue(address, out int open))
        {
            if (
                open > 1
                    ? _open.TryUpdate(address, open - 1, open)
                    : _open.TryRemove(new KeyValuePair<IPAddress, int>(address, open))
            )
            {
                return;
            }
        }
    }
}
