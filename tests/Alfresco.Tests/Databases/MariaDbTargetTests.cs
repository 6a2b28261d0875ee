using System.Text;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Alfresco.Databases.MySql;
using AlfrescoBackupFlows.Platform.Errors;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

/// <summary>What a restore says of its target before it writes anything: all of it, at once.</summary>
[Collection(MariaDbGroup.Name)]
[Trait("needs", "server")]
public sealed class MariaDbTargetTests(MariaDbFixture server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static readonly DumpOrigin Origin = new("MariaDB", "10.0.1", "10.11.19");

    [Theory]
    [InlineData("CREATE TABLE a (x int)", "table a")]
    [InlineData("CREATE VIEW a AS SELECT 1 AS x", "view a")]
    [InlineData("CREATE SEQUENCE a", "sequence a")]
    [InlineData("CREATE FUNCTION a() RETURNS int DETERMINISTIC RETURN 1", "function a")]
    [InlineData("CREATE PROCEDURE a() SELECT 1", "procedure a")]
    [InlineData("CREATE EVENT a ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1", "event a")]
    public async Task Whatever_a_dump_could_bring_makes_a_target_that_is_not_empty(string sql, string says)
    {
        string target = await server.CreateDatabaseAsync();
        await server.ExecuteAsync(target, sql);

        PermanentException fault = await Assert.ThrowsAsync<PermanentException>(() =>
            server.Connection(target).OpenTarget().CheckEmptyAsync(Origin, Cancel)
        );

        Assert.Contains("is not empty (it has the " + says + ")", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_that_the_dump_names_and_the_target_lacks_is_said_at_once()
    {
        string target = await server.CreateDatabaseAsync();
        string dump = """
            /*!50003 SET character_set_client  = utf8mb9 */ ;
            CREATE TABLE `a` (
              `x` varchar(9) COLLATE utf8mb4_nowhere_ci DEFAULT 'COLLATE utf8mb4_text_ci',
              `y` varchar(9) CHARACTER SET utf8mb3 COLLATE utf8mb3_bin
            ) ENGINE=NoEngine DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
            -- Dump completed

            """;

        PermanentException fault = await Assert.ThrowsAsync<PermanentException>(() =>
            server
                .Connection(target)
                .OpenTarget()
                .CheckDumpAsync(
                    Origin,
                    (stream, token) => stream.WriteAsync(Encoding.UTF8.GetBytes(dump), token).AsTask(),
                    Cancel
                )
        );

        string[] lines = fault.Message.Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Contains("collations that the server lacks: utf8mb4_nowhere_ci.", lines[0], StringComparison.Ordinal);
        Assert.Contains("character sets that the server lacks: utf8mb9.", lines[1], StringComparison.Ordinal);
        Assert.Contains("storage engines that the server lacks: NoEngine.", lines[2], StringComparison.Ordinal);
    }

    /// <summary>Some builds write a row to a line, others all rows to one.</summary>
    [Theory]
    [InlineData("INSERT INTO `a` VALUES (1),(2);", 31)]
    [InlineData("INSERT INTO `a` VALUES\n(1),\n(2);", 32)]
    public async Task The_longest_statement_is_what_the_server_gets_at_once(string insert, int length)
    {
        byte[] dump = Encoding.UTF8.GetBytes($"SET x = 1;\n{insert}\nSET y = 1;\n-- Dump completed\n");

        MySqlDumpNames names = await MySqlDumpNames.ReadAsync(
            (stream, token) => stream.WriteAsync(dump, token).AsTask(),
            Cancel
        );

        Assert.Equal(length + 1, names.Longest);
    }

    [Fact]
    public async Task A_dump_as_the_tool_makes_it_finds_nothing_lacking_where_it_came_from()
    {
        string source = await server.CreateAlfrescoAsync();
        await server.ExecuteAsync(source, "CREATE VIEW a_view AS SELECT 1 AS x; CREATE SEQUENCE a_sequence");
        DumpRun dump = await DumpRun.TakeAsync(server.Connection(source).OpenSource(), Cancel);
        IDatabaseTarget target = server.Connection(await server.CreateDatabaseAsync()).OpenTarget();

        Assert.Empty(await target.CheckDumpAsync(dump.Origin, dump.WriteAsync, Cancel));
    }
}
