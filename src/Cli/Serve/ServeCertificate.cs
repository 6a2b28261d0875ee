using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Cli.Serve;

/// <summary>The certificate of https addresses, with the chain that goes out with it.</summary>
internal sealed record ServeCertificate(X509Certificate2 Certificate, X509Certificate2Collection Chain) : IDisposable
{
    /// <summary>As connections take it; nobody is asked for what the chain lacks.</summary>
    public SslStreamCertificateContext Context { get; } =
        SslStreamCertificateContext.Create(Certificate, Chain, offline: true);

    private const int MaxBytes = 1 << 20;

    /// <exception cref="PermanentException">
    /// Configuration: a file cannot be read, or they do not fit each other.
    /// </exception>
    public static ServeCertificate Read(ServeOptions options)
    {
        string path = options.CertificateFile!;
        string? password = options.CertificatePasswordFile is { } secret
            ? SecretFile.Read(secret, "serve.certificatePasswordFile").Value.Reveal()
            : null;
        try
        {
            byte[] file = GivenPath.ReadAll(path, MaxBytes);
            if (Path.GetExtension(path).ToUpperInvariant() is ".PFX" or ".P12")
            {
                return new ServeCertificate(
                    X509CertificateLoader.LoadPkcs12(file, password),
                    X509CertificateLoader.LoadPkcs12Collection(file, password)
                );
            }

            string text = Encoding.UTF8.GetString(file);
            string key = options.CertificateKeyFile is { } keyPath ? ReadKey(keyPath) : text;
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(text);
            using X509Certificate2 pem = password is null
                ? X509Certificate2.CreateFromPem(text, key)
                : X509Certificate2.CreateFromEncryptedPem(text, key, password);

            // Some platforms can only serve with a key that was imported.
            return new ServeCertificate(
                X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), password: null),
                chain
            );
        }
        catch (Exception e)
            when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"serve.certificateFile '{path}' cannot be used ({e.Message}): name a certificate with its private key "
                    + "(serve.certificateKeyFile, serve.certificatePasswordFile)",
                e
            );
        }
    }

    private static string ReadKey(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(GivenPath.ReadAll(path, MaxBytes));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"serve.certificateKeyFile '{path}' cannot be read ({e.Message}): name the certificate's private key",
                e
            );
        }
    }

    public void Dispose() => Certificate.Dispose();
}
