using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace AlfrescoBackupFlows.Testing.Servers;

/// <summary>A mail that an <see cref="SmtpStandIn"/> took.</summary>
/// <param name="Login">User and password, with a colon between them; null: nobody logged in.</param>
/// <param name="Source">Headers and body as they came.</param>
public sealed record MailSeen(string? Login, string From, IReadOnlyList<string> To, string Source);

/// <summary>An SMTP server in the test's own process, on a free port: keeps what it is given. It offers STARTTLS and then
/// a login where it has a certificate.</summary>
public sealed class SmtpStandIn : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2? _certificate;
    private readonly List<MailSeen> _seen = [];

    public SmtpStandIn(bool withTls = false)
    {
        _certificate = withTls ? NewCertificate() : null;
        _listener.Start();
        _ = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What a client must trust, as PEM.</summary>
    public string CertificatePem => _certificate!.ExportCertificatePem();

    /// <summary>Recipients are refused.</summary>
    public bool Refuses { get; set; }

    public IReadOnlyList<MailSeen> Seen
    {
        get
        {
            lock (_seen)
            {
                return [.. _seen];
            }
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _certificate?.Dispose();
    }

    private static X509Certificate2 NewCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        // Windows serves no key that was never stored.
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), password: null);
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync();
                await TalkAsync(client.GetStream());
            }
            catch (Exception e) when (e is ObjectDisposedException or SocketException)
            {
                return;
            }
            catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
            {
                // The client went away, or trusts us not.
            }
        }
    }

    private async Task TalkAsync(Stream stream)
    {
        string? login = null;
        string from = string.Empty;
        List<string> to = [];
        bool isEncrypted = false;
        await SayAsync("220 stand-in");
        while (await ReadLineAsync(stream) is { } line)
        {
            switch (line.Split(' ', ':')[0].ToUpperInvariant())
            {
                case "EHLO":
                    await SayAsync(
                        isEncrypted ? "250-stand-in\r\n250 AUTH PLAIN"
                        : _certificate is not null ? "250-stand-in\r\n250 STARTTLS"
                        : "250 stand-in"
                    );
                    break;
                case "STARTTLS":
                    await SayAsync("220 go on");
                    var encrypted = new SslStream(stream);
                    await encrypted.AuthenticateAsServerAsync(_certificate!);
                    (stream, isEncrypted) = (encrypted, true);
                    break;
                case "AUTH":
                    string[] parts = Encoding.UTF8.GetString(Convert.FromBase64String(line.Split(' ')[2])).Split('\0');
                    login = $"{parts[1]}:{parts[2]}";
                    await SayAsync("235 welcome");
                    break;
                case "MAIL":
                    from = line;
                    await SayAsync("250 ok");
                    break;
                case "RCPT" when Refuses:
                    await SayAsync("550 nobody of that name");
                    break;
                case "RCPT":
                    to.Add(line);
                    await SayAsync("250 ok");
                    break;
                case "DATA":
                    await SayAsync("354 go on");
                    string source = await ReadMailAsync(stream);
                    lock (_seen)
                    {
                        _seen.Add(new MailSeen(login, from, [.. to], source));
                    }

                    await SayAsync("250 taken");
                    break;
                case "QUIT":
                    await SayAsync("221 bye");
                    return;
                default:
                    await SayAsync("250 ok");
                    break;
            }
        }

        async Task SayAsync(string text) => await stream.WriteAsync(Encoding.ASCII.GetBytes(text + "\r\n"));
    }

    private static async Task<string> ReadMailAsync(Stream stream)
    {
        var source = new StringBuilder();
        while (await ReadLineAsync(stream) is { } line && line != ".")
        {
            source.Append(line).Append('\n');
        }

        return source.ToString();
    }

    /// <summary>A byte at a time: what follows STARTTLS is not ours to read.</summary>
    private static async Task<string?> ReadLineAsync(Stream stream)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one) == 1)
        {
            if (one[0] == '\n')
            {
                return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            }

            line.Add(one[0]);
        }

        return null;
    }
}
