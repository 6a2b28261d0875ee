using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Drill.Records;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.SetChecks;
using AlfrescoBackupFlows.Storage.Decorators;
using AlfrescoBackupFlows.Storage.Directories;
using AlfrescoBackupFlows.Testing.Servers;
using AlfrescoBackupFlows.Testing.Stores;
using MySqlConnector;
using Npgsql;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Drill;

/// <summary>Rehearsals of restores on real servers: what they find, what they record, and that nothing of them
/// stays.</summary>
[Trait("needs", "server")]
public sealed class DrillFlowTests(OnDemand<PostgresServer> postgres, OnDemand<MariaDbServer> mariaDb)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_drill_of_a_good_set_passes_is_recorded_and_leaves_nothing()
    {
        PostgresServer server = await postgres.GetAsync();
        using DrillBench bench = await DrillBench.CreateAsync(server);
        string[] before = await DatabasesAsync(server);

        DrillResult result = DrillBench.ResultOf(await bench.RunAsync(share: 1));

        Assert.True(result.Passed, string.Join('\n', result.Check.Findings.Select(finding => finding.Line)));
        Assert.Equal((20, 0), (result.Check.Required, result.Check.Missing));
        Assert.Equal((20, 3), (result.Check.Compared, result.Check.Tables));
        Assert.Equal(["prepare", "database", "files", "check"], result.Phases.Select(phase => phase.Name));
        Assert.Empty(result.Warnings);
        SetCheck record = (await bench.ReadRecordAsync())!;
        Assert.Equal((true, 0, result.Seconds), (record.Passed, record.Errors, record.Recovery!.Seconds));
        bench.AssertClean();
        Assert.Equal(before, await DatabasesAsync(server));
    }

    [Fact]
    public async Task A_planted_missing_file_fails_the_drill_by_the_name_of_its_document()
    {
        string lost = string.Empty;
        using DrillBench bench = await DrillBench.CreateAsync(
            await postgres.GetAsync(),
            rig =>
            {
                lost = FilesOf(rig)[7];
                File.Delete(lost);
                return Task.CompletedTask;
            }
        );

        DrillResult result = DrillBench.ResultOf(await bench.RunAsync());

        DrillFinding finding = Assert.Single(result.Check.Findings);
        string path = Path.GetRelativePath(bench.Rig.Sample.Contentstore, lost).Replace('\\', '/');
        Assert.Equal((1, DrillFindingKinds.Missing), (result.Check.Errors, finding.Kind));
        Assert.Equal(($"store://{path}", $"contentstore/{path}"), (finding.Url, finding.Path));
        DrillNode node = Assert.Single(finding.Nodes);
        Assert.StartsWith("workspace://SpacesStore/", node.NodeRef, StringComparison.Ordinal);
        Assert.StartsWith("Angebot ", node.Path, StringComparison.Ordinal);
        Assert.Equal(("content", "application/pdf"), (node.Property, node.MimeType));
        Assert.Contains($"document '{node.Path}' ({node.NodeRef})", finding.Line, StringComparison.Ordinal);
        SetCheck record = (await bench.ReadRecordAsync())!;
        Assert.False(record.Passed);
        Assert.Equal([finding.Line], record.Findings);
        bench.AssertClean();
    }

    [Fact]
    public async Task A_drill_of_some_directories_looks_up_their_files_alone_and_is_not_recorded()
    {
        string lost = string.Empty;
        using DrillBench bench = await DrillBench.CreateAsync(
            await postgres.GetAsync(),
            rig =>
            {
                lost = FilesOf(rig)[7];
                File.Delete(lost);
                return Task.CompletedTask;
            }
        );

        DrillResult other = DrillBench.ResultOf(await bench.RunAsync(database: null, share: 0, "keystore"));
        DrillResult own = DrillBench.ResultOf(await bench.RunAsync(database: null, share: 1, "contentstore"));
        FlowInstance none = await bench.RunAsync(database: null, share: 0, "stores/none");

        Assert.True(other.Passed);
        Assert.Equal((0, 20, 3), (other.Check.Required, other.Check.LeftOut, other.Check.Tables));
        Assert.Equal((20, 1, 0, 19), (own.Check.Required, own.Check.Missing, own.Check.LeftOut, own.Check.Compared));
        Assert.Equal(["contentstore"], own.Selection!.Roots);
        Assert.Null(await bench.ReadRecordAsync());
        Assert.Equal(ErrorKind.Configuration, none.Failure?.Kind);
        Assert.Contains("--roots 'stores/none'", none.Failure!.Message, StringComparison.Ordinal);
        bench.AssertClean();
    }

    [Fact]
    public async Task On_MariaDB_the_path_to_the_document_is_told_and_the_database_is_dropped()
    {
        MariaDbServer server = await mariaDb.GetAsync();
        using DrillBench bench = await DrillBench.CreateAsync(
            server,
            async rig =>
            {
                File.Delete(FilesOf(rig)[7]);

                // Every document lies in a folder of the root.
                await server.ExecuteAsync(
                    """
                    INSERT INTO alf_node (id, version, store_id, uuid, transaction_id, type_qname_id, locale_id) VALUES (900000, 1, 1, 'folder', 1, 3, 1);
                    INSERT INTO alf_node_properties (node_id, actual_type_n, persisted_type_n, string_value, qname_id, list_index, locale_id) VALUES (900000, 6, 6, 'Budgets', 2, -1, 1);
                    INSERT INTO alf_child_assoc (version, parent_node_id, type_qname_id, child_node_name_crc, child_node_name, child_node_id, qname_ns_id, qname_localname, qname_crc, is_primary)
                    SELECT 1, 900000, 5, node_id, CONCAT('', node_id), node_id, 1, 'x', 0, 1 FROM alf_node_properties WHERE actual_type_n = 21;
                    INSERT INTO alf_child_assoc (version, parent_node_id, type_qname_id, child_node_name_crc, child_node_name, child_node_id, qname_ns_id, qname_localname, qname_crc, is_primary)
                    VALUES (1, 1, 5, 1, 'Budgets', 900000, 1, 'Budgets', 0, 1);
                    """,
                    rig.DatabaseName,
                    Token
                );
            }
        );

        DrillResult result = DrillBench.ResultOf(await bench.RunAsync(share: 1));

        DrillFinding finding = Assert.Single(result.Check.Findings);
        Assert.StartsWith("Budgets/Angebot ", Assert.Single(finding.Nodes).Path, StringComparison.Ordinal);
        Assert.Equal(19, result.Check.Compared);
        bench.AssertClean();
        Assert.DoesNotContain(
            await DatabasesAsync(server),
            name => name.StartsWith("abf_drill_", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_given_database_is_empty_again_and_takes_the_next_drill()
    {
        PostgresServer server = await postgres.GetAsync();
        using DrillBench bench = await DrillBench.CreateAsync(
            server,
            rig =>
                server.ExecuteAsync(
                    """
                    CREATE SCHEMA other; CREATE TYPE other.mood AS ENUM ('fine'); CREATE TABLE other.t (m other.mood);
                    CREATE VIEW v AS SELECT 1 AS one; CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT a';
                    CREATE DOMAIN d AS text; SELECT lo_create(4711);
                    """,
                    rig.DatabaseName,
                    Token
                )
        );
        string database = await server.CreateDatabaseAsync("given", Token);

        for (int run = 0; run < 2; run++)
        {
            DrillResult result = DrillBench.ResultOf(await bench.RunAsync(database));
            Assert.True(result.Passed);
        }

        bench.AssertClean();
        Assert.Contains(database, await DatabasesAsync(server));
    }

    [Fact]
    public async Task A_given_database_of_MariaDB_is_empty_again_with_its_routines()
    {
        MariaDbServer server = await mariaDb.GetAsync();
        using DrillBench bench = await DrillBench.CreateAsync(
            server,
            rig =>
                server.ExecuteAsync(
                    "CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1; CREATE VIEW v AS SELECT 1 AS one;",
                    rig.DatabaseName,
                    Token
                )
        );
        string database = await server.CreateDatabaseAsync("given", Token);

        Assert.True(DrillBench.ResultOf(await bench.RunAsync(database)).Passed);
        Assert.True(DrillBench.ResultOf(await bench.RunAsync(database)).Passed);

        bench.AssertClean();
    }

    [Fact]
    public async Task A_database_that_holds_something_is_refused_and_left_as_it_is()
    {
        PostgresServer server = await postgres.GetAsync();
        using DrillBench bench = await DrillBench.CreateAsync(server);
        string database = await server.CreateDatabaseAsync("mine", Token);
        await server.ExecuteAsync("CREATE TABLE mine (id int); INSERT INTO mine VALUES (1)", database, Token);

        FlowInstance refused = await bench.RunAsync(database);

        Assert.Equal(ErrorKind.Target, refused.Failure?.Kind);
        Assert.Contains("is not empty", refused.Failure!.Message, StringComparison.Ordinal);
        await server.ExecuteAsync("DELETE FROM mine WHERE id = 1", database, Token);
        Assert.Null(await bench.ReadRecordAsync());
        bench.AssertClean();
    }

    [Fact]
    public async Task A_lost_pack_fails_the_drill_and_names_what_is_lost()
    {
        using DrillBench bench = await DrillBench.CreateAsync(await postgres.GetAsync());
        foreach (
            string pack in Directory.GetFiles(Path.Combine(bench.Rig.Blobs, "packs"), "*", SearchOption.AllDirectories)
        )
        {
            // Object type 5: content.
            if ((await File.ReadAllBytesAsync(pack, Token))[5] == 5)
            {
                File.Delete(pack);
            }
        }

        DrillResult result = DrillBench.ResultOf(await bench.RunAsync());

        Assert.True(result.Check.Errors > 20, $"{result.Check.Errors} errors");
        Assert.Equal(20, result.Check.Missing);
        Assert.All(result.Check.Findings, finding => Assert.Equal(DrillFindingKinds.Lost, finding.Kind));
        Assert.Contains(result.Check.Findings, finding => finding.Path == "keystore/keystore");
        Assert.Contains(result.Check.Findings, finding => !finding.Nodes.IsEmpty);
        Assert.False((await bench.ReadRecordAsync())!.Passed);
        bench.AssertClean();
    }

    [Fact]
    public async Task A_live_file_that_changed_is_found_and_one_that_is_gone_is_not()
    {
        using DrillBench bench = await DrillBench.CreateAsync(await postgres.GetAsync());
        string[] files = FilesOf(bench.Rig);
        byte[] bytes = await File.ReadAllBytesAsync(files[3], Token);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(files[3], bytes, Token);
        File.Delete(files[4]);

        DrillResult result = DrillBench.ResultOf(await bench.RunAsync(share: 1));

        DrillFinding finding = Assert.Single(result.Check.Findings);
        string path = Path.GetRelativePath(bench.Rig.Sample.Contentstore, files[3]).Replace('\\', '/');
        Assert.Equal((DrillFindingKinds.Differs, $"contentstore/{path}"), (finding.Kind, finding.Path));
        Assert.Contains(
            "1 files of the sample are not in the live store",
            Assert.Single(result.Warnings),
            StringComparison.Ordinal
        );
        Assert.Equal(19, result.Check.Compared);
    }

    [Fact]
    public async Task Where_the_record_cannot_be_stored_that_is_said_and_the_drill_passes()
    {
        using DrillBench bench = await DrillBench.CreateAsync(await postgres.GetAsync());
        bench.Blobs = new FaultInjectingBlobStore(
            DirectoryBlobStore.Open(bench.Rig.Blobs, TimeProvider.System),
            call =>
                call.Name.StartsWith("checks/", StringComparison.Ordinal) && call.Verb == BlobVerb.PutIfAbsent
                    ? new BlobFault { FailBefore = true, Permanent = true }
                    : null
        );

        DrillResult result = DrillBench.ResultOf(await bench.RunAsync());

        Assert.True(result.Passed);
        Assert.Contains("could not be recorded", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    /// <summary>Those of the documents, in order.</summary>
    private static string[] FilesOf(BackupRig rig) =>
        [
            .. Directory
                .GetFiles(rig.Sample.Contentstore, "*.bin", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal),
        ];

    private static async Task<string[]> DatabasesAsync(PostgresServer server)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString());
        await connection.OpenAsync(Token);
        await using var command = new NpgsqlCommand(
            "SELECT array_agg(datname::text ORDER BY 1) FROM pg_database WHERE datname LIKE 'abf%' OR datname LIKE 'given%'",
            connection
        );
        return await command.ExecuteScalarAsync(Token) as string[] ?? [];
    }

    private static async Task<string[]> DatabasesAsync(MariaDbServer server)
    {
        await using var connection = new MySqlConnection(server.ConnectionString());
        await connection.OpenAsync(Token);
        await using var command = new MySqlCommand(
            "SELECT GROUP_CONCAT(schema_name) FROM information_schema.schemata",
            connection
        );
        return ((string)(await command.ExecuteScalarAsync(Token))!).Split(',');
    }
}
