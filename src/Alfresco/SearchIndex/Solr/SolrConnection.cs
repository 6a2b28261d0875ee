using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Alfresco.SearchIndex.Solr;

/// <summary>
/// Opens connections to Solr: with the secret, with a client's certificate, trusting what is configured. No proxy, because
/// it would see the secret, and no redirect, because nobody knows where that leads.
/// </summary>
internal static class SolrConnection
{
    private const string SecretHeader = "X-Alfresco-Search-Secret";
    private const string Section = "installation.index.solr";
    private const int MaxCertificateBytes = 1 << 20;
    private const int MaxAnswerBytes = 4 << 20;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <summary>The caller disposes it.</summary>
    /// <exception cref="PermanentException">Configuration: a certificate cannot be read.</exception>
    public static HttpClient Open(SolrSource source)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(15),
        };
        if (source.CertificateFile is { } certificate)
        {
            handler.SslOptions.ClientCertificateContext = ReadCertificate(source, certificate);
        }

        if (source.TrustedCertificatesFile is { } trusted)
        {
            handler.SslOptions.CertificateChainPolicy = Trusting(ReadTrusted(trusted));
        }

        var client = new HttpClient(handler) { Timeout = Timeout, MaxResponseContentBufferSize = MaxAnswerBytes };
        if (source.Secret is { } secret)
        {
            client.DefaultRequestHeaders.TryAddWithoutValidation(SecretHeader, secret.Reveal());
        }

        return client;
    }

    private static X509ChainPolicy Trusting(X509Certificate2Collection roots)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.AddRange(roots);
        return policy;
    }

    /// <summary>
    /// With the authorities between it and the root that stand in the same file: Solr knows the root alone. It is shown
    /// whatever authorities Solr names.
    /// </summary>
    private static SslStreamCertificateContext ReadCertificate(SolrSource source, string path)
    {
        try
        {
            byte[] bytes = GivenPath.ReadAll(path, MaxCertificateBytes);
            string? password = source.CertificatePassword?.Reveal();
            if (bytes.AsSpan().IndexOf("-----BEGIN"u8) < 0)
            {
                X509Certificate2Collection bundle = X509CertificateLoader.LoadPkcs12Collection(bytes, password);
                return Chain(
                    bundle.FirstOrDefault(static certificate => certificate.HasPrivateKey)
                        ?? throw new CryptographicException("there is no key in it"),
                    bundle
                );
            }

            string pem = System.Text.Encoding.UTF8.GetString(bytes);
            string key = source.CertificateKeyFile is { } file
                ? System.Text.Encoding.UTF8.GetString(GivenPath.ReadAll(file, MaxCertificateBytes))
                : pem;
            X509Certificate2Collection all = [];
            all.ImportFromPem(pem);
            return Chain(
                password is null
                    ? X509Certificate2.CreateFromPem(pem, key)
                    : X509Certificate2.CreateFromEncryptedPem(pem, key, password),
                all
            );
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"{Section}.certificateFile '{path}' cannot be used ({e.Message.ReplaceLineEndings(" ")}): name a certificate "
                    + "with its key, PEM or PKCS #12, and where it has one the file with its password",
                e
            );
        }
    }

    private static SslStreamCertificateContext Chain(X509Certificate2 own, X509Certificate2Collection all) =>
        SslStreamCertificateContext.Create(
            own,
            [.. all.Where(certificate => certificate.Thumbprint != own.Thumbprint)],
            offline: true
        );

    private static X509Certificate2Collection ReadTrusted(string path)
    {
        try
        {
            var roots = new X509Certificate2Collection();
            roots.ImportFromPem(System.Text.Encoding.UTF8.GetString(GivenPath.ReadAll(path, MaxCertificateBytes)));
            return roots.Count > 0 ? roots : throw new CryptographicException("there is no certificate in it");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"{Section}.trustedCertificatesFile '{path}' cannot be used ({e.Message.ReplaceLineEndings(" ")}): name "
                    + "certificates in PEM",
                e
            );
        }
    }
}
