using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Cli.Serve;

/// <summary>The certificate of https addresses, with the chain that goes out with it.</summary>
internal sealed record ServeCertificate(X509Certificate2 Certificate, X509Certificate2Collection Chain) : IDisposable
{
    /// <exception cref="PermanentException">
    /// Configuration: a file cannot be read, or they do not fit each other.
    /// </exception>
    public static ServeCertificate Read(ServeOptions options)
    {
        string path = options.CertificateFile!;
        string? password = options.CertificatePasswordFile is { } file
            ? SecretFile.Read(file, "serve.certificatePasswordFile").Value.Reveal()
            : null;
        try
        {
            var chain = new X509Certificate2Collection();
            if (Path.GetExtension(path).ToUpperInvariant() is ".PFX" or ".P12")
            {
                return new ServeCertificate(
                    X509CertificateLoader.LoadPkcs12FromFile(path, password),
                    X509CertificateLoader.LoadPkcs12CollectionFromFile(path, password)
                );
            }

            chain.ImportFromPemFile(path);
            using X509Certificate2 pem = password is null
                ? X509Certificate2.CreateFromPemFile(path, options.CertificateKeyFile)
                : X509Certificate2.CreateFromEncryptedPemFile(path, password, options.CertificateKeyFile);

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

    public void Dispose() => Certificate.Dispose();
}
