using AlfrescoBackupFlows.Alfresco.Databases;
using MySqlConnector;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

[Collection(MariaDbGroup.Name)]
[Trait("needs", "server")]
public sealed class MariaDbNodeTests(MariaDbFixture server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nodes_are_told_with_their_names_parents_and_contents()
    {
        string source = await server.CreateAlfrescoAsync();
        await new NodeRowCases(
            () => server.Connection(source).OpenSource(),
            sql => server.ExecuteAsync(source, sql),
            yes: "1",
            no: "0"
        ).RunAsync();
    }

    [Fact]
    public async Task Whoever_holds_the_table_of_properties_before_the_dump_costs_the_catalogue_and_not_the_dump()
    {
        string source = await server.CreateAlfrescoAsync();
        await using MySqlConnection other = await server.OpenAsync(source);
        await using var hold = new MySqlCommand("LOCK TABLES alf_qname WRITE", other);
        await hold.ExecuteNonQueryAsync(Cancel);
        DatabaseConnection connection = server.Connection(source) with { MaxWait = TimeSpan.FromSeconds(1) };
        DumpResult result = await connection
            .OpenSource()
            .DumpAsync(
                async (stream, token) =>
                {
                    await using var release = new MySqlCommand("UNLOCK TABLES", other);
                    await release.ExecuteNonQueryAsync(token);
                    await stream.CopyToAsync(Stream.Null, token);
                },
                static _ => ValueTask.CompletedTask,
                known: null,
                new HookedRows(),
                Cancel
            );
        Assert.StartsWith(
            "the ids of properties cannot be read (Lock wait timeout",
            result.NodesFault,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Whatever_a_row_is_refused_with_costs_the_catalogue_and_not_the_dump()
    {
        string source = await server.CreateAlfrescoAsync();
        DumpRun run = await DumpRun.TakeAsync(
            server.Connection(source).OpenSource(),
            Cancel,
            nodes: new HookedRows(static () => throw new UnauthorizedAccessException("not your directory"))
        );
        Assert.Equal("not your directory", run.Result.NodesFault);
        Assert.NotEmpty(run.Sql);
    }
}
