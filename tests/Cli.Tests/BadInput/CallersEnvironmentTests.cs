using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.BadInput;

/// <summary>Whoever starts a backup may have a shell that is set up for another server.</summary>
public sealed class CallersEnvironmentTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    [Fact]
    public async Task No_variable_and_no_file_of_the_caller_reaches_a_session_or_a_tool()
    {
        string home = Abf.Combine("home");
        Directory.CreateDirectory(Path.Combine(home, ".postgresql"));
        Abf.WriteSecret("home/.pgpass", "no password file");
        Abf.WriteSecret("home/.psqlrc", "\\! exit 1");
        (string Name, string Value)[] variables =
        [
            ("HOME", home),
            ("PGHOST", "192.0.2.1"),
            ("PGHOSTADDR", "192.0.2.1"),
            ("PGSERVICE", "nowhere"),
            ("PGSERVICEFILE", "/nonexistent"),
            ("PGPASSWORD", "wrong"),
            ("PGPASSFILE", "/nonexistent"),
            ("PGOPTIONS", "-c search_path=x -c statement_timeout=1"),
            ("PGTZ", "Nowhere/Land"),
            ("PGDATESTYLE", "nonsense"),
            ("PGCLIENTENCODING", "LATIN1"),
            ("PGSSLMODE", "verify-full"),
            ("PGSSLCERT", "/nonexistent"),
            ("PGSSLKEY", "/nonexistent"),
            ("PGSSLROOTCERT", "/nonexistent"),
            ("PGREQUIREAUTH", "gss"),
            ("PGREQUIRESSL", "1"),
            ("PGCHANNELBINDING", "require"),
            ("PGTARGETSESSIONATTRS", "standby"),
            ("PGLOADBALANCEHOSTS", "nonsense"),
        ];
        foreach ((string name, string value) in variables)
        {
            Abf.Environment[name] = value;
        }

        AbfResult backup = await Abf.RunAsync("backup", "--json");
        Assert.True(backup.ExitCode == 0, backup.Error);

        string database = await (await ServerAsync()).CreateDatabaseAsync("environment", Token);
        PostgresServer postgres = await ServerAsync();
        AbfResult restore = await Abf.RunAsync(
            "restore",
            "--set",
            "latest",
            "--target",
            Abf.Combine("restored"),
            "--database",
            $"postgresql://{postgres.Username}@{postgres.Host}:{postgres.Port}/{database}",
            "--database-password-file",
            Abf.WriteSecret("database-password", postgres.Password)
        );
        Assert.True(restore.ExitCode == 0, restore.Error);
        Assert.Equal(await Shell.DumpAsync(postgres, Sample.Database), await Shell.DumpAsync(postgres, database));
    }
}
