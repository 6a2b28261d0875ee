using System.Net;
using AlfrescoBackupFlows.Cli.Serve;
using Microsoft.AspNetCore.Connections;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Serve;

/// <summary>A flood from many addresses, faster than the thread pool.</summary>
public sealed class LimitedListenerTests
{
    [Fact]
    public async Task What_is_beyond_the_limits_is_closed_before_the_next_is_accepted()
    {
        var sockets = new FakeSockets();
        var limits = new ConnectionLimits();
        IConnectionListener listener = await new LimitedListenerFactory(sockets, limits).BindAsync(
            new IPEndPoint(IPAddress.Loopback, 0),
            Token
        );

        var accepted = new List<ConnectionContext>();
        while (await listener.AcceptAsync(Token) is { } connection)
        {
            accepted.Add(connection);
            Assert.InRange(sockets.MostOpen, 0, ConnectionLimits.MaxConnections + 1);
        }

        Assert.Equal(ConnectionLimits.MaxConnections, accepted.Count);
        Assert.All(
            accepted.CountBy(connection => ((IPEndPoint)connection.RemoteEndPoint!).Address),
            address => Assert.InRange(address.Value, 1, ConnectionLimits.MaxConnectionsPerAddress)
        );
        Assert.False(limits.TryEnter(FakeSockets.Client(0)));

        await accepted[0].DisposeAsync();
        await accepted[0].DisposeAsync();

        Assert.True(limits.TryEnter(FakeSockets.Client(0)));
        Assert.False(limits.TryEnter(FakeSockets.Client(0)));
    }

    [Theory]
    [InlineData(null, ConnectionLimits.MaxConnections)]
    [InlineData(1024L, ConnectionLimits.MaxConnections)]
    [InlineData(450L, 50)]
    [InlineData(256L, 8)]
    public void Where_few_files_may_be_open_a_backup_keeps_what_it_needs(long? openFiles, int connections) =>
        Assert.Equal(connections, new ConnectionLimits(openFiles).Max);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private sealed class FakeSockets : IConnectionListenerFactory, IConnectionListener
    {
        private const int Addresses = 9;

        private int _accepted;
        private int _open;

        public int MostOpen { get; private set; }

        public EndPoint EndPoint { get; } = new IPEndPoint(IPAddress.Loopback, 7090);

        public static IPEndPoint Client(int number) =>
            new(IPAddress.Parse($"10.0.0.{number % Addresses}"), 5000 + number);

        public ValueTask<IConnectionListener> BindAsync(
            EndPoint endpoint,
            CancellationToken cancellationToken = default
        ) => new(this);

        public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            if (_accepted == 10 * ConnectionLimits.MaxConnections)
            {
                return new ValueTask<ConnectionContext?>((ConnectionContext?)null);
            }

            MostOpen = Math.Max(MostOpen, ++_open);
            return new ValueTask<ConnectionContext?>(
                new FakeConnection(() => _open--) { RemoteEndPoint = Client(_accepted++) }
            );
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => default;

        public ValueTask DisposeAsync() => default;
    }

    private sealed class FakeConnection(Action close) : DefaultConnectionContext
    {
        public override void Abort(ConnectionAbortedException abortReason) { }

        public override ValueTask DisposeAsync()
        {
            close();
            return base.DisposeAsync();
        }
    }
}
