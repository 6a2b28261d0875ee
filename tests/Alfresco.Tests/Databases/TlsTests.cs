using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Alfresco.Databases.Postgres;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Sample;
using AlfrescoBackupFlows.Testing.Servers;
using Npgsql;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

/// <summary>Servers with a certificate that they signed themselves.</summary>
[Trait("needs", "server")]
public sealed class TlsTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Certificate => _directory.Combine("server.crt");

    private string Key => _directory.Combine("server.key");

    [Fact]
    public async Task PostgreSQL_is_dumped_where_its_certificate_is_trusted_and_refused_at_once_where_it_is_not()
    {
        WriteCertificate();
        await using PostgresServer server = await PostgresServer.StartAsync(new PostgresServerOptions());
        string database = await server.CreateDatabaseAsync("tls", Cancel);
        await server.ExecuteAsync(AlfrescoSchema.PostgreSql, database, Cancel);
        await server.ExecuteAsync(PutFile("server.crt", Certificate), database, Cancel);
        await server.ExecuteAsync(PutFile("server.key", Key), database, Cancel);
        PermanentException none = await RefusedAsync("sslmode=require");
        Assert.Contains("offers no TLS", none.Message, StringComparison.Ordinal);
        await server.ExecuteAsync("ALTER SYSTEM SET ssl = on", database, Cancel);
        await server.ExecuteAsync("SELECT pg_reload_conf()", database, Cancel);
        await using (var session = new NpgsqlConnection(server.ConnectionString(database) + ";SSL Mode=Require"))
        {
            await UntilOpenAsync(session);
        }

        foreach (string query in (string[])["sslmode=require", $"sslmode=verify-full&sslrootcert={Certificate}"])
        {
            DumpRun dump = await DumpRun.TakeAsync(Source(query), Cancel);
            Assert.Equal("PostgreSQL", dump.Result.Vendor);
        }

        foreach (string mode in (string[])["verify-ca", "verify-full"])
        {
            PermanentException refused = await RefusedAsync($"sslmode={mode}");
            Assert.Contains("does not prove by TLS who it is", refused.Message, StringComparison.Ordinal);
            Assert.Contains("sslrootcert", refused.Message, StringComparison.Ordinal);
        }

        IDatabaseSource Source(string query) =>
            DatabaseConnection
                .FromInstallation(
                    $"jdbc:postgresql://{server.Host}:{server.Port}/{database}?{query}",
                    server.Username,
                    new Secret(server.Password),
                    PostgresServer.BinDirectory
                )
                .OpenSource();

        Task<PermanentException> RefusedAsync(string query) =>
            Assert.ThrowsAsync<PermanentException>(() => Source(query).CheckAsync(Cancel));
    }

    [Fact]
    public async Task MariaDB_is_dumped_over_TLS_and_refused_at_once_where_its_certificate_is_not_trusted()
    {
        WriteCertificate();
        await using MariaDbServer server = await MariaDbServer.StartAsync(
            new MariaDbServerOptions { Arguments = [$"--ssl-cert={Certificate}", $"--ssl-key={Key}"] }
        );
        string database = await server.CreateDatabaseAsync("tls", Cancel);
        await server.ExecuteAsync(AlfrescoSchema.MariaDb, database, Cancel);

        Assert.Equal("MariaDB", (await DumpRun.TakeAsync(Source("sslMode=REQUIRED"), Cancel)).Result.Vendor);
        foreach (string mode in (string[])["VERIFY_CA", "VERIFY_IDENTITY"])
        {
            PermanentException refused = await Assert.ThrowsAsync<PermanentException>(() =>
                Source($"sslMode={mode}").CheckAsync(Cancel)
            );
            Assert.Contains("does not prove by TLS who it is", refused.Message, StringComparison.Ordinal);
        }

        IDatabaseSource Source(string query) =>
            DatabaseConnection
                .FromInstallation(
                    $"jdbc:mariadb://{server.Host}:{server.Port}/{database}?{query}",
                    server.Username,
                    new Secret(server.Password),
                    toolPath: null
                )
                .OpenSource();
    }

    /// <summary>What a tool before version 16 is trusted with.</summary>
    [Fact]
    public async Task A_server_proves_by_SCRAM_that_it_knows_the_password_and_one_that_cannot_is_a_warning()
    {
        const int Old = 1500;
        const string Password = "x";
        await using PostgresServer server = await PostgresServer.StartAsync(
            new PostgresServerOptions { Authentication = "md5" }
        );
        await server.ExecuteAsync(
            $"SET password_encryption = 'scram-sha-256'; CREATE ROLE new LOGIN PASSWORD '{Password}'; SET password_encryption = 'md5'; "
                + $"CREATE ROLE old LOGIN PASSWORD '{Password}'",
            "postgres",
            Cancel
        );

        Assert.Equal(ServerLogin.Proven, await PostgresProof.LookAsync(Connection("new"), Old, Cancel));
        Assert.Equal(ServerLogin.Proven, await PostgresProof.LookAsync(Connection("old"), 1600, Cancel));
        Assert.Equal(
            ServerLogin.Proven,
            await PostgresProof.LookAsync(Connection("old", "?sslmode=disable"), Old, Cancel)
        );
        Assert.Equal(ServerLogin.Unproven, await PostgresProof.LookAsync(Connection("old"), Old, Cancel));
        PostgresTool tool = new("pg_dump", "15.4", Old) { Login = ServerLogin.Unproven };
        Assert.Contains("in clear text", PostgresProof.Warning(Connection("old"), tool), StringComparison.Ordinal);
        Assert.Null(PostgresProof.Warning(Connection("new"), tool with { Login = ServerLogin.Proven }));

        DatabaseConnection Connection(string user, string query = "") =>
            DatabaseConnection.FromInstallation(
                $"jdbc:postgresql://{server.Host}:{server.Port}/postgres{query}",
                user,
                new Secret(Password),
                toolPath: null
            );
    }

    public void Dispose() => _directory.Dispose();

    private void WriteCertificate()
    {
        using RSA key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(Certificate, certificate.ExportCertificatePem());
        File.WriteAllText(Key, key.ExportPkcs8PrivateKeyPem());
        if (!OperatingSystem.IsWindows())
        {
            // A server runs as a user of its own.
            const UnixFileMode Read = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
            File.SetUnixFileMode(
                _directory.Path,
                Read | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute
            );
            File.SetUnixFileMode(Certificate, Read);
            File.SetUnixFileMode(Key, Read);
        }
    }

    /// <summary>Written by the server itself, into its own directory: it reads no key that others could read.</summary>
    private static string PutFile(string name, string source) =>
        $"COPY (SELECT unnest(string_to_array('{File.ReadAllText(source).TrimEnd()}', E'\n'))) "
        + $"TO PROGRAM 'umask 077; cat > {name}'";

    /// <summary>The server reads its settings anew a moment after it was asked to.</summary>
    private static async Task UntilOpenAsync(NpgsqlConnection session)
    {
        while (true)
        {
            try
            {
                await session.OpenAsync(Cancel);
                return;
            }
            catch (NpgsqlException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), Cancel);
            }
        }
    }
}
