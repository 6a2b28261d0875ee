using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace AlfrescoBackupFlows.Cli.Serve;

/// <summary>
/// Closes connections beyond the limits before it accepts the next. Kestrel's own limit closes them some time later, on
/// the thread pool, and a flood is faster: the files that it holds open meanwhile are those that a backup cannot open.
/// Nothing is logged of them, for whoever floods would else write the log.
/// </summary>
internal sealed class LimitedListenerFactory(IConnectionListenerFactory sockets, ConnectionLimits limits)
    : IConnectionListenerFactory
{
    public async ValueTask<IConnectionListener> BindAsync(
        EndPoint endpoint,
        CancellationToken cancellationToken = default
    ) => new LimitedListener(await sockets.BindAsync(endpoint, cancellationToken), limits);

    private sealed class LimitedListener(IConnectionListener listener, ConnectionLimits limits) : IConnectionListener
    {
        public EndPoint EndPoint => listener.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (await listener.AcceptAsync(cancellationToken) is { } connection)
            {
                if (limits.TryEnter(connection.RemoteEndPoint))
                {
                    return new CountedConnection(connection, limits);
                }

                connection.Abort(new ConnectionAbortedException("too many connections"));
                await connection.DisposeAsync();
            }

            return null;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) =>
            listener.UnbindAsync(cancellationToken);

        public ValueTask DisposeAsync() => listener.DisposeAsync();
    }

    /// <summary>Leaves when its socket is closed, which is later than the end of what was asked over it.</summary>
    private sealed class CountedConnection(ConnectionContext inner, ConnectionLimits limits) : ConnectionContext
    {
        private readonly EndPoint? _client = inner.RemoteEndPoint;
        private bool _isLeft;

        public override string ConnectionId
        {
            get => inner.ConnectionId;
            set => inner.ConnectionId = value;
        }

        public override IFeatureCollection Features => inner.Features;

        public override IDictionary<object, object?> Items
        {
            get => inner.Items;
            set => inner.Items = value;
        }

        public override IDuplexPipe Transport
        {
            get => inner.Transport;
            set => inner.Transport = value;
        }

        public override CancellationToken ConnectionClosed
        {
            get => inner.ConnectionClosed;
            set => inner.ConnectionClosed = value;
        }

        public override EndPoint? LocalEndPoint
        {
            get => inner.LocalEndPoint;
            set => inner.LocalEndPoint = value;
        }

        public override EndPoint? RemoteEndPoint
        {
            get => inner.RemoteEndPoint;
            set => inner.RemoteEndPoint = value;
        }

        public override void Abort(ConnectionAbortedException abortReason) => inner.Abort(abortReason);

        public override void Abort() => inner.Abort();

        public override async ValueTask DisposeAsync()
        {
            try
            {
                await inner.DisposeAsync();
                await base.DisposeAsync();
            }
            finally
            {
                if (!Interlocked.Exchange(ref _isLeft, true))
                {
                    limits.Leave(_client);
                }
            }
        }
    }
}
