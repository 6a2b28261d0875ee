using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AlfrescoBackupFlows.Alfresco.SearchIndex.Solr;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.SearchIndex;

/// <summary>Solr over TLS that asks for a client's certificate, as the search services are set up by default.</summary>
public sealed class SolrTlsTests : IDisposable
{
    private const string Password = "kT8!secret of a key";

    private readonly TempDirectory _directory = new();
    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _between;
    private readonly X509Certificate2 _client;
    private readonly SolrStandIn _solr;
    private readonly TlsGate _gate;

    public SolrTlsTests()
    {
        _root = Issue("CN=Alfresco CA", issuer: null, isAuthority: true);
        _between = Issue("CN=Alfresco clients", _root, isAuthority: true);
        _client = Issue("CN=abf", _between, isAuthority: false);
        _solr = new SolrStandIn(_directory.Path, "alfresco");
        _gate = new TlsGate(new Uri(_solr.Url).Port, Issue("CN=solr", _root, isAuthority: false), _root);
        File.WriteAllText(Trusted, _root.ExportCertificatePem());
    }

    private string Trusted => _directory.Combine("trusted.pem");

    public void Dispose()
    {
        _gate.Dispose();
        _solr.Dispose();
        _directory.Dispose();
    }

    /// <summary>Each form in which a certificate with its key is kept, with the authority between it and the root.</summary>
    [Theory]
    [InlineData("one PEM file")]
    [InlineData("PEM and its key")]
    [InlineData("PEM and its key with a password")]
    [InlineData("PKCS #12")]
    public async Task A_certificate_of_the_client_opens_it(string form)
    {
        SolrSource source = form switch
        {
            "one PEM file" => Source(Write("c.pem", Pem + _client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem())),
            "PEM and its key" => Source(Write("c.pem", Pem)) with
            {
                CertificateKeyFile = Write("k.pem", _client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
            },
            "PEM and its key with a password" => Source(Write("c.pem", Pem)) with
            {
                CertificateKeyFile = Write(
                    "k.pem",
                    _client
                        .GetECDsaPrivateKey()!
                        .ExportEncryptedPkcs8PrivateKeyPem(
                            Password,
                            new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)
                        )
                ),
                CertificatePassword = new Secret(Password),
            },
            _ => Source(WriteBundle()) with { CertificatePassword = new Secret(Password) },
        };
        using var backups = new SolrBackups(source);

        await backups.ReadDetailsAsync(source.Cores[0], TestContext.Current.CancellationToken);

        Assert.Equal(["alfresco details"], _solr.Commands);
    }

    [Fact]
    public async Task Without_one_or_without_trust_it_says_which_setting_to_correct_and_no_password()
    {
        AbfException none = await RefusedAsync(Source(certificate: null));
        Assert.Contains("installation.index.solr.certificateFile", none.Message, StringComparison.Ordinal);

        SolrSource own = Source(WriteBundle()) with { CertificatePassword = new Secret(Password) };
        File.WriteAllText(Trusted, Issue("CN=Another CA", issuer: null, isAuthority: true).ExportCertificatePem());
        AbfException stranger = await RefusedAsync(own);
        Assert.Equal(ErrorKind.Source, stranger.Kind);
        Assert.Contains("installation.index.solr.trustedCertificatesFile", stranger.Message, StringComparison.Ordinal);

        PermanentException wrong = Assert.Throws<PermanentException>(() =>
            new SolrBackups(own with { CertificatePassword = new Secret("another") }).Dispose()
        );
        Assert.Equal(ErrorKind.Configuration, wrong.Kind);
        Assert.Contains("certificateFile", wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("another", wrong.Message, StringComparison.Ordinal);
        Assert.Empty(_solr.Commands);
    }

    private string Pem => $"{_client.ExportCertificatePem()}\n{_between.ExportCertificatePem()}\n";

    private static async Task<AbfException> RefusedAsync(SolrSource source)
    {
        using var backups = new SolrBackups(source);
        return await Assert.ThrowsAnyAsync<AbfException>(() =>
            backups.ReadDetailsAsync(source.Cores[0], TestContext.Current.CancellationToken)
        );
    }

    private SolrSource Source(string? certificate) =>
        new(
            new Uri($"https://127.0.0.1:{_gate.Port}/solr"),
            [new SolrCore("alfresco", _solr.Directories["alfresco"])],
            TimeSpan.FromMinutes(1)
        )
        {
            CertificateFile = certificate,
            TrustedCertificatesFile = Trusted,
        };

    private string Write(string name, string text)
    {
        File.WriteAllText(_directory.Combine(name), text);
        return _directory.Combine(name);
    }

    private string WriteBundle()
    {
        X509Certificate2Collection bundle = [_client, X509CertificateLoader.LoadCertificate(_between.RawData)];
        File.WriteAllBytes(_directory.Combine("c.p12"), bundle.Export(X509ContentType.Pkcs12, Password)!);
        return _directory.Combine("c.p12");
    }

    private static X509Certificate2 Issue(string name, X509Certificate2? issuer, bool isAuthority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(isAuthority, hasPathLengthConstraint: false, 0, critical: true)
        );
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset from = DateTimeOffset.UtcNow.AddDays(-1);
        if (issuer is null)
        {
            return request.CreateSelfSigned(from, from.AddYears(1));
        }

        using X509Certificate2 signed = request.Create(
            issuer,
            from,
            from.AddDays(300),
            RandomNumberGenerator.GetBytes(8)
        );
        return signed.CopyWithPrivateKey(key);
    }
}
