using Xunit;

namespace AlfrescoBackupFlows.Testing.Servers;

/// <summary>Starts a server, and leaves nothing behind where that fails.</summary>
internal static class ServerStart
{
    public static async Task<TServer> RunAsync<TServer>(TServer server)
        where TServer : IAsyncLifetime
    {
        try
        {
            await server.InitializeAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }
}
