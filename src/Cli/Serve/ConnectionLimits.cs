using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace AlfrescoBackupFlows.Cli.Serve;

/// <summary>
/// What the socket may cost, whoever connects. The server and the backups of its process share one table of open files
/// and one memory: without limits, connections that bring no key end both. Thread-safe.
/// </summary>
/// <param name="openFiles">What the process may hold open in all; null: no limit is known.</param>
internal sealed class ConnectionLimits(long? openFiles = null)
{
    /// <summary>Open connections in all; one more is closed at once.</summary>
    public const int MaxConnections = 200;

    /// <summary>Always, so that the server can be asked for what it does.</summary>
    private const int MinConnections = 8;

    /// <summary>Files of the runtime itself (about 210) and of a running backup.</summary>
    private const int FilesOfOthers = 400;

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

    /// <summary>
    /// Bytes in a second, on the average after <see cref="RateGrace"/>, of a body that is sent and of an answer that is
    /// read: who is slower is cut off.
    /// </summary>
    private const double MinRate = 1024;

    private static readonly TimeSpan RateGrace = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _open = [];
    private int _all;

    /// <summary>Fewer than <see cref="MaxConnections"/> where the process may hold only a few files open.</summary>
    public int Max { get; } =
        (int)Math.Clamp((openFiles ?? long.MaxValue) - FilesOfOthers, MinConnections, MaxConnections);

    public static void Apply(KestrelServerLimits limits)
    {
        limits.MaxConcurrentUpgradedConnections = 0;
        limits.MaxRequestHeaderCount = MaxHeaders;
        limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        limits.MaxRequestLineSize = MaxRequestLineBytes;
        limits.MaxRequestBufferSize = MaxBodyBytes;
        limits.MaxRequestBodySize = MaxBodyBytes;
        limits.KeepAliveTimeout = Idle;
        limits.RequestHeadersTimeout = Headers;
        limits.MinRequestBodyDataRate = new MinDataRate(MinRate, RateGrace);
        limits.MinResponseDataRate = new MinDataRate(MinRate, RateGrace);
    }

    /// <summary>Counts a connection, unless there are too many already. Who was let in leaves once.</summary>
    public bool TryEnter(EndPoint? client)
    {
        IPAddress address = AddressOf(client);
        lock (_gate)
        {
            int open = _open.GetValueOrDefault(address);
            if (_all >= Max || open >= MaxConnectionsPerAddress)
            {
                return false;
            }

            _open[address] = open + 1;
            _all++;
            return true;
        }
    }

    /// <summary>Forgets an address without connections, so that the table is never larger than the connections are
    /// many.</summary>
    public void Leave(EndPoint? client)
    {
        IPAddress address = AddressOf(client);
        lock (_gate)
        {
            _all--;
            if (--_open[address] == 0)
            {
                _open.Remove(address);
            }
        }
    }

    private static IPAddress AddressOf(EndPoint? client) => (client as IPEndPoint)?.Address ?? IPAddress.None;
}
