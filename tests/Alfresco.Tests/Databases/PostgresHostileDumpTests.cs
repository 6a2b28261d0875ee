using System.Text;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Testing;
using Npgsql;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

/// <summary>
/// A dump into which somebody slipped commands for the client. Each way of restoring is tried: psql, and the one for an
/// old psql.
/// </summary>
[Collection(PostgresGroup.Name)]
[Trait("needs", "server")]
public sealed class PostgresHostileDumpTests(PostgresFixture server) : IDisposable
{
    private const string OwnKey = "AttackerKnowsThisOne";

    private readonly TempDirectory _directory = new();
    private readonly StandInTool _oldPsql = new(
        "psql",
        "[ \"$1\" = --version ] && exec echo 'psql (PostgreSQL) 15.13'; exit 99"
    );

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Proof => _directory.Combine("proof");

    public static TheoryData<string, bool> Attacks()
    {
        string[] attacks =
        [
            "\\! touch FILE",
            "SELECT 1 \\! touch FILE",
            "SELECT 1; \\! touch FILE",
            "\\copy alf_node from program 'touch FILE'",
            "\\copy (SELECT 1) to FILE",
            "\\o |touch FILE\nSELECT 1;",
            "\\o FILE\nSELECT 1;",
            "SELECT 1 \\g |touch FILE",
            "SELECT 'touch FILE' \\gexec",
            "\\w FILE",
            "\\setenv PSQL_EDITOR 'touch FILE'\n\\e",
            "\\set x `touch FILE`",
            "-- Name: alf\n\\! touch FILE\n; Type: TABLE; Owner: x",
            "COMMENT ON SCHEMA public IS 'a';\n\\! touch FILE\n--';",
            "CREATE FUNCTION f() RETURNS void LANGUAGE sql BEGIN ATOMIC SELECT 1; COPY x FROM stdin;\n\\! touch FILE\n\\.\nEND;",
            "CREATE RULE r AS ON DELETE TO pg_temp.x DO (SELECT 1; COPY x FROM stdin;\n\\! touch FILE\n\\.\n);",
            "SET standard_conforming_strings = off;\nSELECT 'a\\'';\n\\! touch FILE\n--';",
            "DO $$BEGIN EXECUTE 'SET standard_conforming_' || 'strings = off'; END$$;\nSELECT 'a\\'';\n\\! touch FILE\n--';",
            "SET client_encoding = 'SJIS';\nSELECT '\u0081';\n\\! touch FILE\n--';",
            $"\\restrict {OwnKey}\n\\unrestrict {OwnKey}\n\\! touch FILE",
            $"\\unrestrict {OwnKey}\n\\! touch FILE",
        ];
        var data = new TheoryData<string, bool>();
        foreach (string attack in attacks)
        {
            data.Add(attack, true);
            data.Add(attack, false);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task A_command_for_psql_is_never_run_and_nothing_is_restored(string attack, bool throughPsql)
    {
        string target = await server.CreateDatabaseAsync();
        byte[] dump =
        [
            .. Encoding.Latin1.GetBytes(Start + attack.Replace("FILE", Proof, StringComparison.Ordinal)),
            .. Encoding.UTF8.GetBytes("\n" + End),
        ];
        IDatabaseTarget restore = Target(target, throughPsql);

        await Assert.ThrowsAnyAsync<AbfException>(() =>
            restore.RestoreAsync((stream, token) => stream.WriteAsync(dump, token).AsTask(), Cancel)
        );

        Assert.False(File.Exists(Proof), "it was run");
        await restore.CheckEmptyAsync(new DumpOrigin("PostgreSQL", "15.1", "15.18"), Cancel);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_stands_in_the_dump_is_named_as_such(bool throughPsql)
    {
        IDatabaseTarget restore = Target(await server.CreateDatabaseAsync(), throughPsql);
        byte[] dump = Encoding.UTF8.GetBytes(Start + "\\! true\n" + End);
        PermanentException fault = await Assert.ThrowsAsync<PermanentException>(() =>
            restore.RestoreAsync((stream, token) => stream.WriteAsync(dump, token).AsTask(), Cancel)
        );
        Assert.Equal(ErrorKind.Repository, fault.Kind);
        Assert.Contains("holds a command for psql", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Backslashes_where_they_belong_come_back_as_they_were(bool throughPsql, bool restrictedDump)
    {
        string source = await server.CreateAlfrescoAsync();
        await server.ExecuteAsync(source, Backslashes);
        await using (NpgsqlConnection session = await server.OpenAsync(source))
        {
            // With a parameter the driver leaves the semicolons alone.
            await using var command = new NpgsqlCommand(Body, session)
            {
                Parameters = { new NpgsqlParameter { Value = 0 } },
            };
            await command.ExecuteNonQueryAsync(Cancel);
        }

        DumpRun dump = await DumpRun.TakeAsync(server.Connection(source).OpenSource(), Cancel);
        byte[] sql = restrictedDump ? dump.Sql : WithoutRestriction(dump.Sql);
        string target = await server.CreateDatabaseAsync();

        await Target(target, throughPsql)
            .RestoreAsync(
                async (stream, token) =>
                {
                    // Pieces of every length, so that everything is cut somewhere.
                    int length = 1;
                    for (int at = 0; at < sql.Length; at += length, length = (length * 3 % 101) + 1)
                    {
                        length = Math.Min(length, sql.Length - at);
                        await stream.WriteAsync(sql.AsMemory(at, length), token);
                    }
                },
                Cancel
            );

        Assert.Equal(await server.DumpByHandAsync(source), await server.DumpByHandAsync(target));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_database_of_another_encoding_comes_back_byte_by_byte(bool throughPsql)
    {
        string source = await server.CreateDatabaseAsync("latin", "ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
        await server.ExecuteAsync(
            source,
            Testing.Sample.AlfrescoSchema.PostgreSql
                + "; CREATE TABLE \"gr\u00fcn\" (t text DEFAULT '\u00e9\\'); INSERT INTO \"gr\u00fcn\" VALUES ('\u00fc\u00df')"
        );
        DumpRun dump = await DumpRun.TakeAsync(server.Connection(source).OpenSource(), Cancel);
        string target = await server.CreateDatabaseAsync("latin", "ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");

        await Target(target, throughPsql).RestoreAsync(dump.WriteAsync, Cancel);

        Assert.Equal(await server.DumpByHandAsync(source), await server.DumpByHandAsync(target));
    }

    /// <summary>pg_dump puts BEGIN and COMMIT around large objects, in the middle of our transaction.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_dump_with_large_objects_comes_in_whole_or_not_at_all(bool throughPsql)
    {
        string source = await server.CreateAlfrescoAsync();
        await server.ExecuteAsync(
            source,
            "CREATE TABLE said (what text); INSERT INTO said VALUES ('BEGIN;'), ('COMMIT;'); "
                + "SELECT lo_from_bytea(4711, 'large')"
        );
        await using (NpgsqlConnection session = await server.OpenAsync(source))
        {
            await using var command = new NpgsqlCommand(
                "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$BEGIN\nCOMMIT;\nEND$$",
                session
            )
            {
                Parameters = { new NpgsqlParameter { Value = 0 } },
            };
            await command.ExecuteNonQueryAsync(Cancel);
        }

        DumpRun dump = await DumpRun.TakeAsync(server.Connection(source).OpenSource(), Cancel);
        string sql = Encoding.Latin1.GetString(dump.Sql);
        Assert.Contains("\nBEGIN;\n", sql, StringComparison.Ordinal);
        string complete = "-- PostgreSQL database dump complete";
        byte[] broken = Encoding.Latin1.GetBytes(
            sql.Replace(complete, $"SELECT 1/0;\n\n{complete}", StringComparison.Ordinal)
        );
        string target = await server.CreateDatabaseAsync();
        IDatabaseTarget restore = Target(target, throughPsql);

        await Assert.ThrowsAsync<PermanentException>(() =>
            restore.RestoreAsync((stream, token) => stream.WriteAsync(broken, token).AsTask(), Cancel)
        );

        await restore.CheckEmptyAsync(dump.Origin, Cancel);
        await restore.RestoreAsync(dump.WriteAsync, Cancel);
        Assert.Equal(await server.DumpByHandAsync(source), await server.DumpByHandAsync(target));
    }

    [Fact]
    public async Task An_old_psql_is_not_given_the_dump_and_a_dump_cut_off_leaves_nothing()
    {
        string source = await server.CreateAlfrescoAsync();
        DumpRun dump = await DumpRun.TakeAsync(server.Connection(source).OpenSource(), Cancel);
        IDatabaseTarget restore = Target(await server.CreateDatabaseAsync(), throughPsql: false);

        PermanentException fault = await Assert.ThrowsAsync<PermanentException>(() =>
            restore.RestoreAsync(
                (stream, token) => stream.WriteAsync(dump.Sql.AsMemory(0, dump.Sql.Length - 200), token).AsTask(),
                Cancel
            )
        );

        Assert.Contains("truncated", fault.Message, StringComparison.Ordinal);
        await restore.CheckEmptyAsync(new DumpOrigin("PostgreSQL", "15.1", "15.18"), Cancel);
        await restore.RestoreAsync(dump.WriteAsync, Cancel);
        Assert.Equal(dump.Required, await DumpRun.RequiredOfAsync(restore, Cancel));
    }

    public void Dispose()
    {
        _oldPsql.Dispose();
        _directory.Dispose();
    }

    private const string Start = """
        --
        -- PostgreSQL database dump
        --

        SET client_encoding = 'UTF8';
        SET standard_conforming_strings = on;
        CREATE TABLE public.alf_node (id bigint);
        COPY public.alf_node (id) FROM stdin;
        1
        \.


        """;

    private const string End = """

        --
        -- PostgreSQL database dump complete
        --


        """;

    private const string Backslashes = """
        SET check_function_bodies = off;
        CREATE TABLE odd (t text DEFAULT 'C:\', u text);
        INSERT INTO odd VALUES (E'\restrict key', E'\\.'), (E'\\! touch x', E'\n\\!\n'), ('\.', NULL), ('', 'x;--'), (E'\\', E'it''s \\');
        CREATE TABLE "line
        \! touch x
        " (id int);
        COMMENT ON TABLE odd IS E'line\n\\! touch x\n''quoted''\\';
        CREATE VIEW v AS SELECT t ~ '\d' AS d, 'a\' || 'b' AS e, E'tab\t\\''' AS f FROM odd;
        CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $body$
        SELECT '\! touch x' -- ' it's
        \copy
        ; COPY odd FROM stdin;
        $body$;
        CREATE RULE r AS ON DELETE TO odd DO ALSO (INSERT INTO odd VALUES ('x;', NULL); UPDATE odd SET u = 'y\' WHERE t = ')');
        CREATE FUNCTION h() RETURNS text LANGUAGE plpgsql AS $$ BEGIN /* nested /* ' */ " */ RETURN $q$\$q$; END $$;
        """;

    private const string Body =
        "CREATE FUNCTION g(int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN $1 > 0 THEN 1 ELSE 2 END; SELECT $1; END";

    private static byte[] WithoutRestriction(byte[] sql) =>
        Encoding.UTF8.GetBytes(
            string.Join(
                '\n',
                Encoding
                    .UTF8.GetString(sql)
                    .Split('\n')
                    .Where(line =>
                        !line.StartsWith("\\restrict ", StringComparison.Ordinal)
                        && !line.StartsWith("\\unrestrict ", StringComparison.Ordinal)
                    )
            )
        );

    private IDatabaseTarget Target(string database, bool throughPsql) =>
        server.Connection(database, toolPath: throughPsql ? PostgresFixture.Bin : _oldPsql.Directory).OpenTarget();
}
