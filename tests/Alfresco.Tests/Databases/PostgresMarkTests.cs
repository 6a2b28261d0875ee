using AlfrescoBackupFlows.Alfresco.Databases;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

/// <summary>What a restore put into a database is told from what others did, whichever way it was loaded.</summary>
[Collection(PostgresGroup.Name)]
[Trait("needs", "server")]
public sealed class PostgresMarkTests(PostgresFixture server) : IDisposable
{
    private const string Own = "00112233445566778899aabbccddeeff";
    private const string Other = "ffeeddccbbaa99887766554433221100";

    private readonly StandInTool _oldPsql = new(
        "psql",
        "[ \"$1\" = --version ] && exec echo 'psql (PostgreSQL) 15.13'; exit 99"
    );

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _oldPsql.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_mark_comes_with_the_dump_and_goes_with_it(bool throughPsql)
    {
        string source = await server.CreateAlfrescoAsync();
        DumpRun dump = await DumpRun.TakeAsync(server.Connection(source).OpenSource(), Cancel);
        string target = await server.CreateDatabaseAsync();
        DatabaseConnection connection = server.Connection(
            target,
            toolPath: throughPsql ? PostgresFixture.Bin : _oldPsql.Directory
        );
        IDatabaseTarget own = (connection with { Mark = Own }).OpenTarget();
        Assert.False(await own.IsMarkedAsync(Cancel));

        await own.RestoreAsync(dump.WriteAsync, Cancel);

        Assert.True(await own.IsMarkedAsync(Cancel));
        Assert.False(await (connection with { Mark = Other }).OpenTarget().IsMarkedAsync(Cancel));
        Assert.False(await connection.OpenTarget().IsMarkedAsync(Cancel));
        await own.ClearAsync(Cancel);
        Assert.False(await own.IsMarkedAsync(Cancel));

        // Without a mark nothing is there beside the dump.
        await connection.OpenTarget().RestoreAsync(dump.WriteAsync, Cancel);
        Assert.Equal(await server.DumpByHandAsync(source), await server.DumpByHandAsync(target));
    }

    [Fact]
    public async Task A_mark_that_another_user_made_marks_nothing()
    {
        string database = await server.CreateDatabaseAsync();
        DatabaseConnection connection = server.Connection(database) with { Mark = Own };
        IDatabaseTarget target = connection.OpenTarget();
        await server.ExecuteAsync(database, $"CREATE TABLE public.{connection.MarkTable} ()");
        Assert.True(await target.IsMarkedAsync(Cancel));

        await server.ExecuteAsync(
            database,
            $"CREATE ROLE \"planter of {database}\"; ALTER TABLE {connection.MarkTable} OWNER TO \"planter of {database}\""
        );

        Assert.False(await target.IsMarkedAsync(Cancel));
    }
}
