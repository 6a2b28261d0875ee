using System.Net;
using System.Net.Sockets;

namespace AlfrescoBackupFlows.Testing.Servers;

/// <summary>Ports of 127.0.0.1 that nobody listens on.</summary>
public static class FreePort
{
    /// <summary>A port that was free a moment ago. Somebody may take it meanwhile: a server that fails to start tries
    /// with another.</summary>
    public static int Next()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
