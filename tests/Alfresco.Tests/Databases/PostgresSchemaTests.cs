using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Alfresco.Databases.Postgres;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Testing.Sample;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

/// <summary>Alfresco's tables lie in the schema that its own connection finds first, whoever makes the backup.</summary>
[Collection(PostgresGroup.Name)]
[Trait("needs", "server")]
public sealed class PostgresSchemaTests(PostgresFixture server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("public,\"Dms 2\"", "public", "Dms 2")]
    [InlineData(" DMS , ext", "dms", "ext")]
    [InlineData("\"$user\", public", "$user", "public")]
    [InlineData("\"a\"\"b,c\"", "a\"b,c")]
    [InlineData("", new string[0])]
    public void A_search_path_is_read_as_the_server_reads_it(string path, params string[] names) =>
        Assert.Equal(names, PostgresSchema.Names(path));

    [Theory]
    [InlineData("", "ALTER ROLE {0} IN DATABASE {1} SET search_path = nothing, dms, public")]
    [InlineData("", "ALTER ROLE {0} SET search_path = dms")]
    [InlineData("", "ALTER DATABASE {1} SET search_path = \"$user\", dms, public")]
    [InlineData("?currentSchema=ext,DMS,public", "SELECT 1")]
    [InlineData("?currentSchema=", "ALTER ROLE {0} SET search_path = dms")]
    [InlineData("?options=-c%20search_path%3Ddms,public", "SELECT 1")]
    public async Task The_search_path_by_which_alfresco_connects_decides(string query, string setting)
    {
        string source = await server.CreateAlfrescoAsync();
        string user = $"app_{source}";
        await server.ExecuteAsync(
            source,
            $"CREATE SCHEMA ext; CREATE SCHEMA dms; SET search_path = dms; {AlfrescoSchema.PostgreSql}; "
                + $"CREATE ROLE {user}; {string.Format(null, setting, user, source)}"
        );
        await server.ExecuteAsync(source, "INSERT INTO dms.alf_content_url VALUES (77, 'store://dms', 'dms', 1, 1)");

        DumpRun dump = await DumpRun.TakeAsync(Connection(source, query, user).OpenSource(), Cancel);
        Assert.Equal("dms", dump.Result.Schema);
        Assert.Contains(dump.Required, required => required.Url == "store://dms");

        // The target has no such user, path or setting.
        string target = await server.CreateDatabaseAsync();
        IDatabaseTarget restore = (server.Connection(target) with { Schema = dump.Result.Schema }).OpenTarget();
        await restore.RestoreAsync(dump.WriteAsync, Cancel);
        Assert.Equal(dump.Required, await DumpRun.RequiredOfAsync(restore, Cancel));
    }

    [Fact]
    public async Task The_only_schema_with_the_tables_is_found_and_of_several_none_is_guessed()
    {
        string source = await server.CreateDatabaseAsync();
        await server.ExecuteAsync(source, $"CREATE SCHEMA one; SET search_path = one; {AlfrescoSchema.PostgreSql}");
        DumpRun dump = await DumpRun.TakeAsync(server.Connection(source).OpenSource(), Cancel);
        Assert.Equal("one", dump.Result.Schema);

        await server.ExecuteAsync(source, "CREATE SCHEMA two; CREATE TABLE two.alf_node (id INT)");
        PermanentException fault = await Assert.ThrowsAsync<PermanentException>(() =>
            server.Connection(source).OpenSource().CheckAsync(Cancel)
        );
        Assert.Contains("'one', 'two'", fault.Message, StringComparison.Ordinal);
        Assert.Contains("db.schema.name", fault.Message, StringComparison.Ordinal);

        fault = await Assert.ThrowsAsync<PermanentException>(() =>
            (server.Connection(source) with { Schema = "three" }).OpenSource().CheckAsync(Cancel)
        );
        Assert.Contains("'three'", fault.Message, StringComparison.Ordinal);
        Assert.Contains("'one', 'two'", fault.Message, StringComparison.Ordinal);
    }

    private DatabaseConnection Connection(string database, string query, string application)
    {
        DatabaseConnection parsed = DatabaseConnection.FromInstallation(
            $"postgresql://127.0.0.1:{server.Port}/{database}{query}",
            "postgres",
            new Secret(PostgresFixture.Password),
            toolPath: null,
            schema: "",
            application
        );
        return parsed;
    }
}
