using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Backup;

/// <summary>The SQL of <c>docs/install.md</c>, as it stands there but for password and host, is enough for a
/// backup.</summary>
[Trait("needs", "server")]
public sealed partial class LeastRightsTests(OnDemand<PostgresServer> postgres, OnDemand<MariaDbServer> mariaDb)
{
    private const string Database = "alfresco";
    private const string Password = "odd 'word";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_PostgreSQL_user_with_the_rights_of_the_document_takes_a_backup()
    {
        PostgresServer server = await postgres.GetAsync();
        await server.ExecuteAsync($"CREATE DATABASE {Database}", "postgres", _token);
        using BackupRig rig = await BackupRig.CreateAsync(server, documents: 20, _token, Database);
        await server.ExecuteAsync(Sql("PostgreSQL"), "postgres", _token);

        await BackUpAsync(rig);
    }

    [Fact]
    public async Task A_MariaDB_user_with_the_rights_of_the_document_takes_a_backup()
    {
        MariaDbServer server = await mariaDb.GetAsync();
        await server.ExecuteAsync(
            $"CREATE DATABASE {Database} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
            null,
            _token
        );
        using BackupRig rig = await BackupRig.CreateAsync(server, documents: 20, _token, Database);

        // The test's server resolves no names.
        await server.ExecuteAsync(
            Sql("MariaDB").Replace("'localhost'", "'127.0.0.1'", StringComparison.Ordinal),
            null,
            _token
        );

        await BackUpAsync(rig);
    }

    private async Task BackUpAsync(BackupRig rig)
    {
        string file = rig.Combine("db-password");
        await File.WriteAllTextAsync(file, Password + "\n", _token);
        rig.DatabaseUser = ("abf", file);

        FlowInstance run = await rig.BackupAsync(_token);

        Assert.True(run.Status == RuntimeStatus.Completed, run.Failure?.Message);
        SetManifest set = Assert.Single(await rig.ReadSetsAsync(_token));
        Assert.True(set.Consistency.Consistent);
        Assert.Equal((20, 20), (set.Consistency.Required, set.Database!.Rows["alf_content_url"]));
        Assert.DoesNotContain(set.Warnings, warning => warning.Contains("right", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The block below the paragraph that begins with the vendor's name.</summary>
    private static string Sql(string vendor)
    {
        string text = File.ReadAllText(
            Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "..", "docs", "install.md")
        );
        Match block = SqlBlock().Match(text, text.IndexOf($"**{vendor}", StringComparison.Ordinal));
        string sql = block.Groups["sql"].Value;
        Assert.Contains("'...'", sql, StringComparison.Ordinal);
        return sql.Replace(
            "'...'",
            $"'{Password.Replace("'", "''", StringComparison.Ordinal)}'",
            StringComparison.Ordinal
        );
    }

    [GeneratedRegex("```sql\n(?<sql>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SqlBlock();

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
