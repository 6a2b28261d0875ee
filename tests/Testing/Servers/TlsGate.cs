using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace AlfrescoBackupFlows.Testing.Servers;

/// <summary>
/// TLS in front of a server on 127.0.0.1, which asks every client for a certificate and takes those of one authority.
/// </summary>
public sealed class TlsGate : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly int _behind;
    private readonly X509Certificate2 _own;
    private readonly X509Certificate2 _clients;

    /// <param name="behind">The port of the server behind it.</param>
    /// <param name="own">Its certificate, with its key.</param>
    /// <param name="clients">The authority of the clients.</param>
    public TlsGate(int behind, X509Certificate2 own, X509Certificate2 clients)
    {
        (_behind, _own, _clients) = (behind, own, clients);
        _listener.Start();
        _ = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync(_stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }

            _ = RelayAsync(client);
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        try
        {
            using (client)
            await using (var tls = new SslStream(client.GetStream()))
            {
                await tls.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions
                    {
                        ServerCertificate = _own,
                        ClientCertificateRequired = true,
                        RemoteCertificateValidationCallback = (_, certificate, chain, _) => IsTaken(certificate, chain),
                    },
                    _stop.Token
                );
                using var behind = new TcpClient();
                await behind.ConnectAsync(IPAddress.Loopback, _behind, _stop.Token);
                await using NetworkStream plain = behind.GetStream();
                await Task.WhenAny(tls.CopyToAsync(plain, _stop.Token), plain.CopyToAsync(tls, _stop.Token));
            }
        }
        catch (Exception e)
            when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One of the two went away.
        }
        catch (System.Security.Authentication.AuthenticationException)
        {
            // A client that is not let in, or does not trust this one.
        }
    }

    /// <summary>By what the client sent and nothing else: no authority in between is known here.</summary>
    private bool IsTaken(X509Certificate? certificate, X509Chain? sent)
    {
        if (certificate is null)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(_clients);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        foreach (X509Certificate2 between in sent?.ChainPolicy.ExtraStore ?? [])
        {
            chain.ChainPolicy.ExtraStore.Add(between);
        }

        return chain.Build(new X509Certificate2(certificate));
    }
}
