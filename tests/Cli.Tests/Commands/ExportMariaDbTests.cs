using System.Text.Json.Nodes;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Sample;
using AlfrescoBackupFlows.Testing.Servers;
using MySqlConnector;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary>An exported dump of MariaDB, loaded by its own client alone.</summary>
[Trait("needs", "server")]
public sealed class ExportMariaDbTests(OnDemand<MariaDbServer> server) : IDisposable
{
    private readonly AbfRig _abf = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _abf.Dispose();

    [Fact]
    public async Task An_exported_file_restores_with_tar_zstd_and_mariadb_alone()
    {
        MariaDbServer maria = await server.GetAsync();
        string source = await maria.CreateDatabaseAsync("exported", Token);
        string target = await maria.CreateDatabaseAsync("by_hand", Token);
        var sample = new SampleInstallation(
            _abf.Combine("alfresco"),
            new SampleDatabase(
                () => new MySqlConnection(maria.ConnectionString(source)),
                $"jdbc:mariadb://{maria.Host}:{maria.Port}/{source}",
                maria.Username,
                maria.Password,
                AlfrescoSchema.MariaDb
            ),
            seed: 5
        );
        await sample.CreateAsync(Token);
        await sample.AddDocumentsAsync(10, Token);
        JsonObject installation = _abf.Section("installation");
        installation["globalProperties"] = sample.PropertiesFile;
        installation["index"] = new JsonObject { ["cron"] = "0 0 3 1 1 ? 2099" };
        _abf.Section("repository")["encryption"] = "none";
        _abf.Section("repository").Remove("passphraseFile");
        foreach (
            string[] command in (string[][])
                [
                    ["init"],
                    ["backup"],
                    ["export", "latest", _abf.Combine("x.tar.zst")],
                ]
        )
        {
            AbfResult result = await _abf.RunAsync(command);
            Assert.True(result.ExitCode == 0, result.Error);
        }

        await Shell.RunAsync(
            """
            mkdir "$2" && cd "$2"
            zstd -dc "$1" | tar -x
            sha256sum --quiet -c SHA256SUMS
            MYSQL_PWD="$6" mariadb --no-defaults --host "$3" --port "$4" --user root "$5" <database.sql
            """,
            _abf.Combine("x.tar.zst"),
            _abf.Combine("unpacked"),
            maria.Host,
            $"{maria.Port}",
            target,
            maria.Password
        );

        Assert.Equal(await DumpAsync(maria, source), await DumpAsync(maria, target));
        await Shell.AssertSameContentAsync(
            sample.Contentstore,
            Path.Combine(_abf.Combine("unpacked"), "alf_data", "contentstore")
        );
    }

    private static Task<string> DumpAsync(MariaDbServer maria, string database) =>
        Shell.RunAsync(
            @"MYSQL_PWD=""$4"" mariadb-dump --no-defaults --host ""$1"" --port ""$2"" --user root --skip-comments --skip-extended-insert --hex-blob --routines ""$3"" | sort",
            maria.Host,
            $"{maria.Port}",
            database,
            maria.Password
        );
}
