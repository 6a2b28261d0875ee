using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Testing.Sample;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

/// <summary>What bad input gets: one line that names the setting, the value and how to fix it.</summary>
[Collection(PostgresGroup.Name)]
[Trait("needs", "server")]
public sealed class PostgresFaultTests(PostgresFixture server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_good_connection_passes_the_check()
    {
        DatabaseFacts facts = await server
            .Connection(await server.CreateAlfrescoAsync())
            .OpenSource()
            .CheckAsync(Cancel);
        Assert.Equal("PostgreSQL", facts.Vendor);
        Assert.StartsWith("15.", facts.ServerVersion, StringComparison.Ordinal);
        Assert.Empty(facts.Warnings);
        Assert.True(facts.SizeBytes > 0);
    }

    [Fact]
    public async Task A_wrong_password_names_the_password_file_and_never_the_password() =>
        AssertSays(
            await CheckFailsAsync<PermanentException>(server.Connection("postgres", password: "geheim")),
            "installation.database.passwordFile",
            "'postgres'"
        );

    [Fact]
    public async Task A_missing_password_names_the_password_file() =>
        AssertSays(
            await CheckFailsAsync<PermanentException>(server.Connection("postgres", password: null)),
            "installation.database.passwordFile",
            "not given"
        );

    [Fact]
    public async Task A_missing_database_names_the_url() =>
        AssertSays(
            await CheckFailsAsync<PermanentException>(server.Connection("nowhere")),
            "installation.database.url",
            "'nowhere'"
        );

    [Fact]
    public async Task An_unreachable_server_is_transient_and_names_host_and_port() =>
        AssertSays(
            await CheckFailsAsync<TransientException>(server.Connection("x") with { Port = FreePort.Next() }),
            "installation.database.url",
            "127.0.0.1"
        );

    [Fact]
    public async Task A_database_that_is_not_alfrescos_is_refused() =>
        AssertSays(
            await CheckFailsAsync<PermanentException>(server.Connection("postgres")),
            "alf_node",
            "db.schema.name"
        );

    [Fact]
    public async Task Rights_that_lack_are_named_with_the_mend()
    {
        var source = await server.CreateAlfrescoAsync();
        await server.ExecuteAsync(
            source,
            "DROP ROLE IF EXISTS weak; CREATE ROLE weak LOGIN PASSWORD 'x'; GRANT SELECT ON alf_node TO weak"
        );
        AssertSays(
            await CheckFailsAsync<PermanentException>(server.Connection(source, "weak", "x")),
            "installation.database.username 'weak'",
            "public.alf_child_assoc",
            "pg_read_all_data"
        );
        await server.ExecuteAsync(source, "GRANT pg_read_all_data TO weak");
        await server.Connection(source, "weak", "x").OpenSource().CheckAsync(Cancel);
        await DumpRun.TakeAsync(server.Connection(source, "weak", "x").OpenSource(), Cancel);
    }

    [Fact]
    public async Task A_restore_asks_for_the_right_to_create_before_it_begins()
    {
        var target = await server.CreateDatabaseAsync();
        await server.ExecuteAsync(target, "DROP ROLE IF EXISTS restorer; CREATE ROLE restorer LOGIN PASSWORD 'x'");
        Task<DatabaseFacts> CheckAsync() =>
            server
                .Connection(target, "restorer", "x")
                .OpenTarget()
                .CheckEmptyAsync(new DumpOrigin("PostgreSQL", "15.1", "15.18"), Cancel);
        AssertSays(
            await Assert.ThrowsAsync<PermanentException>(CheckAsync),
            "'restorer'",
            target,
            "GRANT CREATE ON SCHEMA public"
        );
        await server.ExecuteAsync(target, "GRANT CREATE ON SCHEMA public TO restorer");
        await CheckAsync();
    }

    [Fact]
    public async Task A_tool_that_is_not_there_names_the_tool_path()
    {
        var source = await server.CreateAlfrescoAsync();
        AssertSays(
            await CheckFailsAsync<PermanentException>(server.Connection(source, toolPath: "/nonexistent")),
            "installation.database.toolPath",
            "/nonexistent",
            "pg_dump"
        );
    }

    [Fact]
    public async Task A_stand_in_older_than_the_server_is_refused_and_a_newer_one_is_a_warning()
    {
        var source = await server.CreateAlfrescoAsync();
        using var old = new StandInTool("pg_dump", "echo 'pg_dump (PostgreSQL) 9.6.24'");
        AssertSays(
            await CheckFailsAsync<PermanentException>(server.Connection(source, toolPath: old.Directory)),
            "installation.database.toolPath",
            "9.6.24",
            "older"
        );
        using var young = new StandInTool("pg_dump", "echo 'pg_dump (PostgreSQL) 99.1'");
        Assert.Contains(
            "newer",
            Assert.Single(
                (await server.Connection(source, toolPath: young.Directory).OpenSource().CheckAsync(Cancel)).Warnings
            ),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task What_is_wrong_with_tool_or_rights_has_its_id()
    {
        var source = await server.CreateAlfrescoAsync();
        using var old = new StandInTool("pg_dump", "echo 'pg_dump (PostgreSQL) 9.6.24'");
        using var young = new StandInTool("pg_dump", "echo 'pg_dump (PostgreSQL) 99.1'");
        await server.ExecuteAsync(source, "CREATE ROLE blind LOGIN PASSWORD 'x'");

        async Task<string> IdOfAsync(DatabaseConnection connection) =>
            Assert.Single((await CheckFailsAsync<PermanentException>(connection)).Ids);

        Assert.Equal("dump-tool-missing", await IdOfAsync(server.Connection(source, toolPath: "/nonexistent")));
        Assert.Equal("dump-tool-older", await IdOfAsync(server.Connection(source, toolPath: old.Directory)));
        Assert.Equal("database-rights", await IdOfAsync(server.Connection(source, "blind", "x")));
        Notice newer = Assert.Single(
            (await server.Connection(source, toolPath: young.Directory).OpenSource().CheckAsync(Cancel)).Notices
        );
        Assert.Equal("dump-tool-newer", newer.Id);
        Assert.StartsWith("its dump may not load into a server of version 15", newer.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clock_tenants_and_keys_of_encrypted_content_are_told()
    {
        var source = await server.CreateAlfrescoAsync();
        DatabaseConnection connection = server.Connection(source);
        DatabaseFacts sound = await connection.OpenSource().CheckAsync(Cancel);
        Assert.InRange((sound.Clock!.Value - DateTimeOffset.UtcNow).Duration(), TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Assert.Empty(sound.TenantRoots);
        Assert.False(sound.HasEncryptedContent);

        await server.ExecuteAsync(
            source,
            "INSERT INTO alf_tenant (tenant_domain, version, enabled, content_root) VALUES ('t', 1, true, '/srv/t');"
                + "CREATE TABLE alf_content_url_encryption (id bigint); INSERT INTO alf_content_url_encryption VALUES (1)"
        );
        DatabaseFacts found = await connection.OpenSource().CheckAsync(Cancel);
        Assert.Equal(["/srv/t"], found.TenantRoots);
        Assert.True(found.HasEncryptedContent);
    }

    [Theory]
    [InlineData("'{0}' \"$@\" 2>/dev/null | head -c 2000", "truncated")]
    [InlineData(
        "'{0}' \"$@\"; echo 'pg_dump: error: disk on fire' >&2; exit 1",
        "exit code 1: pg_dump: error: disk on fire"
    )]
    [InlineData("'{0}' \"$@\"; echo 'pg_dump: error: query failed' >&2", "exit code 0: pg_dump: error: query failed")]
    [InlineData("'{0}' \"$@\" | head -c 2000; kill -9 $$", "exit code 137")]
    public async Task A_dump_that_a_stand_in_spoils_is_never_accepted(string script, string why)
    {
        var real = Path.Combine(PostgresFixture.Bin, "pg_dump");
        using var tool = new StandInTool(
            "pg_dump",
            $"[ \"$1\" = --version ] && exec '{real}' --version\n"
                + script.Replace("{0}", real, StringComparison.Ordinal)
        );
        var source = await server.CreateAlfrescoAsync();
        AbfException fault = await Assert.ThrowsAnyAsync<AbfException>(() =>
            DumpRun.TakeAsync(server.Connection(source, toolPath: tool.Directory).OpenSource(), Cancel)
        );
        AssertSays(fault, why);
        Assert.Equal(why == "exit code 137", fault is TransientException);
    }

    [Fact]
    public async Task A_consumer_that_fails_stops_the_tool_and_its_own_error_is_what_is_seen()
    {
        var source = await server.CreateAlfrescoAsync();
        await server.ExecuteAsync(
            source,
            "INSERT INTO alf_transaction SELECT i, 1, repeat('x', 50), i FROM generate_series(1000, 200000) i"
        );
        InvalidDataException fault = await Assert.ThrowsAsync<InvalidDataException>(() =>
            server
                .Connection(source)
                .OpenSource()
                .DumpAsync(
                    async (stream, token) =>
                    {
                        await stream.ReadExactlyAsync(new byte[1000], token);
                        throw new InvalidDataException("store");
                    },
                    static _ => ValueTask.CompletedTask,
                    known: null,
                    nodes: null,
                    Cancel
                )
        );
        Assert.Equal("store", fault.Message);
    }

    [Fact]
    public async Task Cancelling_a_dump_ends_the_tool()
    {
        var source = await server.CreateAlfrescoAsync();
        var real = Path.Combine(PostgresFixture.Bin, "pg_dump");

        // It never ends by itself, and says under which number it runs.
        using var tool = new StandInTool(
            "pg_dump",
            $"[ \"$1\" = --version ] && exec '{real}' --version\necho $$; exec sleep 3600"
        );
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var process = string.Empty;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            server
                .Connection(source, toolPath: tool.Directory)
                .OpenSource()
                .DumpAsync(
                    async (stream, token) =>
                    {
                        process = await new StreamReader(stream).ReadLineAsync(token);
                        Assert.True(Directory.Exists($"/proc/{process}"), "it runs");
                        await stop.CancelAsync();
                        await stream.CopyToAsync(Stream.Null, token);
                    },
                    static _ => ValueTask.CompletedTask,
                    known: null,
                    nodes: null,
                    stop.Token
                )
        );
        Assert.NotEmpty(process!);
        Assert.False(Directory.Exists($"/proc/{process}"), "it was ended, and waited for");
    }

    [Fact]
    public async Task A_target_that_is_not_empty_is_refused_and_one_that_failed_stays_empty()
    {
        var source = await server.CreateAlfrescoAsync();
        DumpRun dump = await DumpRun.TakeAsync(server.Connection(source).OpenSource(), Cancel);
        DatabaseConnection connection = server.Connection(source) with { Names = DatabaseSettingNames.RestoreTarget };
        PermanentException fault = await Assert.ThrowsAsync<PermanentException>(() =>
            connection.OpenTarget().CheckEmptyAsync(dump.Origin, Cancel)
        );
        Assert.Equal(ErrorKind.Target, fault.Kind);
        AssertSays(fault, "--database", $"'{source}'", "not empty");

        var target = await server.CreateDatabaseAsync();
        IDatabaseTarget restore = (
            server.Connection(target) with
            {
                Names = DatabaseSettingNames.RestoreTarget,
            }
        ).OpenTarget();
        await Assert.ThrowsAsync<PermanentException>(() =>
            restore.RestoreAsync(
                (stream, token) => stream.WriteAsync(dump.Sql.AsMemory(0, dump.Sql.Length - 100), token).AsTask(),
                Cancel
            )
        );
        PermanentException spoilt = await Assert.ThrowsAsync<PermanentException>(() =>
            restore.RestoreAsync(
                async (stream, token) =>
                {
                    await stream.WriteAsync("CREATE TABLE public.x (id INT); SELECT nonsense;\n"u8.ToArray(), token);
                    await dump.WriteAsync(stream, token);
                },
                Cancel
            )
        );
        AssertSays(spoilt, "nonsense");
        await restore.CheckEmptyAsync(dump.Origin, Cancel);
        await restore.RestoreAsync(dump.WriteAsync, Cancel);
        AssertSays(
            await Assert.ThrowsAsync<PermanentException>(() =>
                restore.CheckEmptyAsync(new DumpOrigin("MariaDB", "10.11", "10.11.19"), Cancel)
            ),
            "MariaDB"
        );
    }

    [Fact]
    public async Task Owners_and_grants_are_restored_and_a_role_that_the_target_lacks_is_named()
    {
        var source = await server.CreateAlfrescoAsync();
        await server.ExecuteAsync(
            source,
            "CREATE ROLE \"odd owner\"; CREATE ROLE reader; ALTER TABLE alf_lock OWNER TO \"odd owner\"; GRANT SELECT ON alf_node TO reader"
        );
        DumpRun dump = await DumpRun.TakeAsync(server.Connection(source).OpenSource(), Cancel);
        var byHand = await server.DumpByHandAsync(source);
        await server.ExecuteAsync(source, "DROP OWNED BY \"odd owner\", reader; DROP ROLE \"odd owner\", reader");

        var target = await server.CreateDatabaseAsync();
        IDatabaseTarget restore = server.Connection(target).OpenTarget();
        AssertSays(
            await Assert.ThrowsAsync<PermanentException>(() => restore.RestoreAsync(dump.WriteAsync, Cancel)),
            "odd owner",
            "CREATE ROLE"
        );

        await server.ExecuteAsync(target, "CREATE ROLE \"odd owner\"; CREATE ROLE reader");
        await restore.RestoreAsync(dump.WriteAsync, Cancel);
        Assert.Equal(byHand, await server.DumpByHandAsync(target));
    }

    [Fact]
    public async Task Tables_in_a_schema_of_their_own_are_found()
    {
        var source = await server.CreateDatabaseAsync();
        await server.ExecuteAsync(
            source,
            "CREATE SCHEMA \"Odd \"\"one\"; SET search_path = \"Odd \"\"one\"; " + AlfrescoSchema.PostgreSql
        );
        DumpRun dump = await DumpRun.TakeAsync(
            (server.Connection(source) with { Schema = "Odd \"one" }).OpenSource(),
            Cancel
        );
        Assert.Equal(1, dump.Result.Rows["alf_node"]);
    }

    private static async Task<T> CheckFailsAsync<T>(DatabaseConnection connection)
        where T : AbfException
    {
        T fault = await Assert.ThrowsAsync<T>(() => connection.OpenSource().CheckAsync(Cancel));
        Assert.Equal(ErrorKind.Source, fault.Kind);
        return fault;
    }

    private static void AssertSays(AbfException fault, params string[] words)
    {
        Assert.All(words, word => Assert.Contains(word, fault.Message, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', fault.Message);
        Assert.DoesNotContain("geheim", fault.ToString(), StringComparison.Ordinal);
    }
}
