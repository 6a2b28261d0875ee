using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Sample;
using AlfrescoBackupFlows.Testing.Servers;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using MySqlConnector;
using Npgsql;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary>
/// An installation with everything odd at once: names, sizes, modes and times of files, the names of database and user,
/// properties in Latin-1. It is backed up and restored, and held against its source by a stranger's tools. While both
/// are running, and afterwards, no secret is anywhere.
/// </summary>
[Trait("needs", "server")]
[Trait("needs", "linux")]
public sealed class StrangeInstallationTests(
    OnDemand<PostgresServer> postgres,
    OnDemand<MariaDbServer> mariaDb,
    OnDemand<AzuriteServer> azurite
) : IDisposable
{
    private const string User = "o'dd üser";

    private const string Oddities = """
        cd "$1/contentstore"
        mkdir -p -- '-dash' 'trailing ' 'tab	bed' "$(printf 'caf\351')" "$(printf 'new\nline')" '-dash/empty' '...' ' '
        printf a > ./-dash/-rf; printf b > 'trailing / ends with blanks  '; printf c > "$(printf 'caf\351')/$(printf '\377\376 \\ "x" * ? $HOME')"; printf d > "$(printf 'new\nline')/$(printf 'a\nb\r')"
        printf e > "$(printf '%0255d' 0)"; printf f > '.../..bin'; printf g > ' / '; printf '\r\n' > '-dash/CON'
        truncate -s 40M ./-dash/sparse; printf end >> '-dash/sparse'
        head -c 17000001 /dev/urandom > 'trailing /large'; head -c 16777216 /dev/urandom > 'trailing /one chunk'; : > 'trailing /empty'
        chmod 2775 -- -dash; chmod 1777 ...; chmod 0500 ' '; chmod 0604 ./-dash/-rf; chmod 4755 'trailing /empty'; chmod 0000 'trailing /one chunk'
        if [ "$(id -u)" = 0 ]; then
          chown 4711:4712 ./-dash ./-dash/-rf 'trailing /empty'; chown 0:4712 ...; chmod 2775 -- -dash; chmod 4755 'trailing /empty'
        else chmod 0400 'trailing /one chunk'; fi
        touch -d '2001-02-03 04:05:06.000000001 UTC' ./-dash/-rf; touch -d '1969-12-31 23:59:59.999999999 UTC' 'trailing /empty'; touch -d '2038-01-19 03:14:08.5 UTC' 'trailing /large'
        touch -d '1999-01-01 00:00:00.123456789 UTC' -- -dash/empty -dash ... .
        """;

    private readonly AbfRig _abf = new();

    // The odd characters stand around what is looked for: nobody can hide it by escaping them.
    private readonly string _passphraseCore = $"p{Guid.NewGuid():n}";
    private readonly string _passwordCore = $"q{Guid.NewGuid():n}";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Password => $"it's \"{_passwordCore}\" \\ : # % @ / ü  two spaces ";

    private string[] Secrets => [_passphraseCore, _passwordCore, AzuriteServer.AccountKey];

    private string Target => _abf.Combine("restored");

    public void Dispose()
    {
        using var remove = Process.Start("chmod", ["-R", "u+rwX", _abf.DirectoryPath]);
        remove.WaitForExit();
        _abf.Dispose();
    }

    [Fact]
    public async Task On_PostgreSQL_into_a_directory()
    {
        PostgresServer server = await postgres.GetAsync();
        string suffix = $"{Guid.NewGuid():n}";
        string role = $"{User} {suffix}";
        (string source, string target) = ($"o'dd ä-db \"x\" {suffix}", $"re st.ör-ed% {suffix}");
        await server.ExecuteAsync(
            $"CREATE ROLE \"{role}\" LOGIN PASSWORD '{Password.Replace("'", "''", StringComparison.Ordinal)}'",
            "postgres",
            Token
        );
        foreach (string database in (string[])[source, target])
        {
            await server.ExecuteAsync(
                $"CREATE DATABASE \"{database.Replace("\"", "\"\"", StringComparison.Ordinal)}\" OWNER \"{role}\"",
                "postgres",
                Token
            );
        }

        SampleInstallation sample = await CreateAsync(
            new SampleDatabase(
                () => new NpgsqlConnection(server.ConnectionString(source, role, Password)),
                $"jdbc:postgresql://{server.Host}:{server.Port}/{Uri.EscapeDataString(source)}",
                role,
                Password,
                AlfrescoSchema.PostgreSql
            )
        );
        AssertDone(await _abf.RunAsync("init"));

        await RunScannedAsync("pg_dump", "backup");
        await RunScannedAsync(
            "psql",
            Restore(
                $"postgresql://{Uri.EscapeDataString(role)}@{server.Host}:{server.Port}/{Uri.EscapeDataString(target)}"
            )
        );

        await AssertEqualAsync(sample);
        Assert.Equal(await Shell.DumpAsync(server, source), await Shell.DumpAsync(server, target));
        await AssertNoSecretInAsync([_abf.State, _abf.Repository, .. RestoredContent()]);
        Assert.Empty(await SecretScan.InFilesAsync(["alf_content_url"], _abf.State, _abf.Repository));
    }

    [Fact]
    public async Task On_MariaDB_into_a_blob_container()
    {
        MariaDbServer server = await mariaDb.GetAsync();
        AzuriteServer account = await azurite.GetAsync();
        string suffix = $"{Guid.NewGuid():n}"[..8];
        string user = $"{User} {suffix}";
        (string source, string target) = ($"o'dd ä-db \"x\" {suffix}", $"re st.ör-ed% {suffix}");
        foreach (string database in (string[])[source, target])
        {
            await server.ExecuteAsync(
                $"CREATE DATABASE `{database}` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
                null,
                Token
            );
        }

        await server.ExecuteAsync(
            $"CREATE USER `{user}`@'%' IDENTIFIED BY '{MySqlHelper.EscapeString(Password)}'; GRANT ALL ON *.* TO `{user}`@'%'",
            null,
            Token
        );
        SampleInstallation sample = await CreateAsync(
            new SampleDatabase(
                () => new MySqlConnection(server.ConnectionString(source, user, Password)),
                $"jdbc:mariadb://{server.Host}:{server.Port}/{Uri.EscapeDataString(source)}",
                user,
                Password,
                AlfrescoSchema.MariaDb
            )
        );
        var container = new BlobContainerClient(account.ConnectionString, $"strange-{Guid.NewGuid():n}");
        await container.CreateAsync(cancellationToken: Token);
        _abf.Section("repository")["url"] = $"{account.AccountUrl}/{container.Name}/acme";
        _abf.Section("repository")["connectionStringFile"] = _abf.WriteSecret(
            "connection-string",
            account.ConnectionString
        );
        AssertDone(await _abf.RunAsync("init"));

        await RunScannedAsync("mariadb-dump", "backup");
        await RunScannedAsync(
            "mariadb",
            Restore($"mysql://{Uri.EscapeDataString(user)}@{server.Host}:{server.Port}/{Uri.EscapeDataString(target)}")
        );

        await AssertEqualAsync(sample);
        Assert.Equal(await DumpAsync(server, source), await DumpAsync(server, target));
        string blobs = Directory.CreateDirectory(_abf.Combine("blobs")).FullName;
        await foreach (BlobItem blob in container.GetBlobsAsync(cancellationToken: Token))
        {
            await container
                .GetBlobClient(blob.Name)
                .DownloadToAsync(Path.Combine(blobs, blob.Name.Replace('/', '_')), Token);
        }

        await AssertNoSecretInAsync([_abf.State, blobs, .. RestoredContent()]);
        Assert.Empty(await SecretScan.InFilesAsync(["alf_content_url"], _abf.State, blobs));
    }

    private async Task<SampleInstallation> CreateAsync(SampleDatabase database)
    {
        _abf.WriteSecret("passphrase", $" {_passphraseCore} \" \\ ü ");
        var sample = new SampleInstallation(_abf.Combine("Alfresco für alle"), database, seed: 7);
        await sample.CreateAsync(Token);
        await sample.AddDocumentsAsync(15, Token);
        await Shell.RunAsync(Oddities, sample.Root);

        // As people write it by hand: the letter itself, in the encoding that Java reads.
        string properties = await File.ReadAllTextAsync(sample.PropertiesFile, Encoding.Latin1, Token);
        Assert.Contains("\\u00fc", properties);
        await File.WriteAllTextAsync(
            sample.PropertiesFile,
            properties.Replace("\\u00fc", "ü", StringComparison.Ordinal),
            Encoding.Latin1,
            Token
        );
        JsonObject installation = _abf.Section("installation");
        installation["globalProperties"] = sample.PropertiesFile;
        installation["index"] = new JsonObject { ["cron"] = "0 0 3 1 1 ? 2099" };
        return sample;
    }

    private string[] Restore(string url) =>
        [
            "restore",
            "--set",
            "latest",
            "--target",
            Target,
            "--database",
            url,
            "--database-password-file",
            _abf.WriteSecret("target-password", Password + "\n"),
        ];

    /// <summary>Looks around while the database's tool is running, which is when a password is needed.</summary>
    private async Task RunScannedAsync(string tool, params string[] command)
    {
        string directory = tool.StartsWith('p')
            ? PostgresServer.BinDirectory
            : Path.GetDirectoryName(Tool.Find("mariadb", "mariadb-client"))!;
        foreach (string name in (string[])["pg_dump", "psql", "mariadb-dump", "mariadb"])
        {
            string wait =
                name == tool
                    ? $"""case "$*" in *--version*|*--help*) ;; *) : >"{_abf.Combine("held")}"; while [ ! -e "{_abf.Combine("go")}" ]; do sleep 0.05; done;; esac"""
                    : string.Empty;
            Shell.WriteProgram(_abf.Combine("tools"), name, $"{wait}\nexec \"{Path.Combine(directory, name)}\" \"$@\"");
        }

        File.Delete(_abf.Combine("held"));
        File.Delete(_abf.Combine("go"));
        _abf.Section("installation")["database"] = new JsonObject { ["toolPath"] = _abf.Combine("tools") };
        using Process running = _abf.Start(command);
        await _abf.WaitUntilHeldAsync(running);
        foreach (string secret in Secrets)
        {
            Assert.Empty(SecretScan.InArguments(secret));
        }

        Assert.Empty(SecretScan.InEnvironments(running.Id, _passphraseCore));
        Assert.Empty(SecretScan.InEnvironments(running.Id, AzuriteServer.AccountKey));

        // The tool has the password, and nobody else; it is the scan's own proof, too.
        string[] having = SecretScan.InEnvironments(running.Id, _passwordCore);
        Assert.NotEmpty(having);
        Assert.Empty(having.Except([tool, "sh", "sleep"]));
        await AssertNoSecretInAsync([_abf.State, .. RestoredContent()]);
        _abf.LetGo();
        Task<string> output = running.StandardOutput.ReadToEndAsync(Token);
        string error = await running.StandardError.ReadToEndAsync(Token);
        await running.WaitForExitAsync(Token);
        Assert.True(running.ExitCode == 0, error);
        foreach (string secret in Secrets)
        {
            Assert.DoesNotContain(secret, error + await output);
        }
    }

    /// <summary>The properties come back with the password that stands in them.</summary>
    private string[] RestoredContent() =>
        Directory.Exists(Target)
            ? [.. Directory.GetDirectories(Target).Where(path => Path.GetFileName(path) != "configuration")]
            : [];

    private async Task AssertNoSecretInAsync(params string[] directories) =>
        Assert.Empty(await SecretScan.InFilesAsync(Secrets, directories));

    private async Task AssertEqualAsync(SampleInstallation sample)
    {
        foreach (
            (string source, string restored) in ((string, string)[])
                [
                    ("contentstore", "contentstore"),
                    ("contentstore.deleted", "contentstore.deleted"),
                    ("keystore", "keystore"),
                    ("backup-lucene-indexes", "lucene-indexes"),
                ]
        )
        {
            await Shell.AssertSameContentAsync(Path.Combine(sample.Root, source), Path.Combine(Target, restored));
            Assert.Equal(
                await Shell.StatAsync(Path.Combine(sample.Root, source)),
                await Shell.StatAsync(Path.Combine(Target, restored))
            );
        }
    }

    private static void AssertDone(AbfResult result) => Assert.True(result.ExitCode == 0, result.Error);

    private static Task<string> DumpAsync(MariaDbServer server, string database) =>
        Shell.RunAsync(
            @"MYSQL_PWD=""$4"" mariadb-dump --no-defaults --host ""$1"" --port ""$2"" --user root --skip-comments --skip-extended-insert --hex-blob --routines ""$3"" | sort",
            server.Host,
            $"{server.Port}",
            database,
            server.Password
        );
}
