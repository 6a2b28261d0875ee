using System.Text;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Platform.Errors;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

/// <summary>What a restore says of its target before it writes anything: all of it, at once.</summary>
[Collection(PostgresGroup.Name)]
[Trait("needs", "server")]
public sealed class PostgresTargetTests(PostgresFixture server)
{
    private const string End = "\n--\n-- PostgreSQL database dump complete\n--\n";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static readonly DumpOrigin Origin = new("PostgreSQL", "9.6", "15.18");

    [Theory]
    [InlineData("CREATE TABLE a (x int)", "table public.a")]
    [InlineData("CREATE VIEW a AS SELECT 1 AS x", "view public.a")]
    [InlineData("CREATE SEQUENCE a", "sequence public.a")]
    [InlineData("CREATE FUNCTION a() RETURNS int LANGUAGE sql AS 'SELECT 1'", "function public.a")]
    [InlineData("CREATE TYPE a AS ENUM ('x')", "type public.a")]
    [InlineData("CREATE TYPE a AS (x int)", "type public.a")]
    [InlineData("CREATE DOMAIN a AS int", "type public.a")]
    [InlineData("CREATE SCHEMA a", "schema a")]
    [InlineData("SELECT lo_create(4711)", "large object 4711")]
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
    public async Task A_database_that_is_read_only_and_not_empty_and_older_is_told_all_of_it_at_once()
    {
        string target = await server.CreateDatabaseAsync();
        await server.ExecuteAsync(
            target,
            $"CREATE TABLE a (x int); ALTER DATABASE \"{target}\" SET default_transaction_read_only = on"
        );

        PermanentException fault = await Assert.ThrowsAsync<PermanentException>(() =>
            server.Connection(target).OpenTarget().CheckEmptyAsync(Origin with { ServerVersion = "99.1" }, Cancel)
        );

        string[] lines = fault.Message.Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Contains("default_transaction_read_only", lines[0], StringComparison.Ordinal);
        Assert.Contains("not empty", lines[1], StringComparison.Ordinal);
        Assert.Contains("older than the dump's 99.1", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_that_the_dump_names_and_the_target_lacks_is_said_at_once()
    {
        string target = await server.CreateDatabaseAsync();
        const string Dump = """
            SET client_encoding = 'UTF8';
            SET default_tablespace = fast;
            CREATE EXTENSION IF NOT EXISTS no_such_extension WITH SCHEMA public;
            CREATE TABLE public.a (x text COLLATE pg_catalog."xx_XX");
            ALTER TABLE public.a OWNER TO "lost owner";
            COPY public.a (x) FROM stdin;
            ALTER TABLE public.b OWNER TO not_code;
            \.

            GRANT SELECT ON TABLE public.a TO lost_reader WITH GRANT OPTION;
            REVOKE ALL ON SCHEMA public FROM PUBLIC;
            ALTER DEFAULT PRIVILEGES FOR ROLE lost_giver IN SCHEMA public GRANT SELECT ON TABLES TO lost_taker;
            """;

        PermanentException fault = await Assert.ThrowsAsync<PermanentException>(() => CheckAsync(target, Dump + End));

        Assert.Equal(ErrorKind.Source, fault.Kind);
        string[] lines = fault.Message.Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.Contains("lost owner, lost_giver, lost_reader, lost_taker. Create", lines[0], StringComparison.Ordinal);
        Assert.Contains("CREATE ROLE \"lost owner\" NOLOGIN;", lines[0], StringComparison.Ordinal);
        Assert.Contains("no_such_extension", lines[1], StringComparison.Ordinal);
        Assert.Contains("fast", lines[2], StringComparison.Ordinal);
        Assert.Contains("xx_XX", lines[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_whose_encoding_cannot_hold_the_dump_is_refused()
    {
        string narrow = await server.CreateDatabaseAsync(
            "narrow",
            "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
        );

        PermanentException fault = await Assert.ThrowsAsync<PermanentException>(() =>
            CheckAsync(narrow, "SET client_encoding = 'UTF8';" + End)
        );

        Assert.Contains("LATIN1, which cannot hold the dump's UTF8", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dump_that_is_cut_is_found_before_it_is_loaded()
    {
        string target = await server.CreateDatabaseAsync();

        PermanentException fault = await Assert.ThrowsAsync<PermanentException>(() =>
            CheckAsync(target, "CREATE TABLE a (x int);")
        );

        Assert.Equal(ErrorKind.Repository, fault.Kind);
        Assert.Contains("truncated", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dump_as_the_tool_makes_it_finds_nothing_lacking_where_it_came_from()
    {
        string source = await server.CreateAlfrescoAsync();
        DumpRun dump = await DumpRun.TakeAsync(server.Connection(source).OpenSource(), Cancel);
        IDatabaseTarget target = server.Connection(await server.CreateDatabaseAsync()).OpenTarget();

        Assert.Empty(await target.CheckDumpAsync(dump.Origin, dump.WriteAsync, Cancel));
    }

    private Task<IReadOnlyList<string>> CheckAsync(string target, string dump) =>
        server
            .Connection(target)
            .OpenTarget()
            .CheckDumpAsync(
                Origin,
                (stream, token) => stream.WriteAsync(Encoding.UTF8.GetBytes(dump), token).AsTask(),
                Cancel
            );
}
