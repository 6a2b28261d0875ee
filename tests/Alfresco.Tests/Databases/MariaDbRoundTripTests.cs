using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Testing.Sample;
using MySqlConnector;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

[Collection(MariaDbGroup.Name)]
[Trait("needs", "server")]
public sealed class MariaDbRoundTripTests(MariaDbFixture server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("plain")]
    [InlineData("-odd name='x' \"y\" ` % ü ")]
    public async Task A_dump_restores_into_an_equal_database(string name)
    {
        var source = await server.CreateAlfrescoAsync(name);
        await AddAsync(source, 50);
        await server.ExecuteAsync(source, "CREATE VIEW v AS SELECT id FROM alf_node");
        await server.ExecuteAsync(source, "CREATE PROCEDURE p() INSERT INTO `alf_content_url` (`id`) VALUES (99)");
        if (name == "plain")
        {
            // The tool itself cannot dump events of a database with a quote in its name.
            await server.ExecuteAsync(
                source,
                "CREATE EVENT e ON SCHEDULE EVERY 1 YEAR STARTS '2030-01-01' DO DELETE FROM alf_node WHERE id = -1"
            );
        }

        await server.ExecuteAsync(
            source,
            "UPDATE alf_node_properties SET serializable_value = X'00275C0A0D1AFF', boolean_value = b'1' WHERE node_id = 1000 AND qname_id = 2"
        );
        DumpRun dump = await DumpRun.TakeAsync(server.Connection(source).OpenSource(), Cancel);

        var target = await server.CreateDatabaseAsync(name + " restored");
        IDatabaseTarget restore = server.Connection(target).OpenTarget();
        await restore.CheckEmptyAsync(dump.Origin, Cancel);
        await restore.RestoreAsync(dump.WriteAsync, Cancel);

        Assert.Equal(await server.DumpByHandAsync(source), await server.DumpByHandAsync(target));
        Assert.Equal(50, dump.Required.Count);
        Assert.Equal(dump.Required, await DumpRun.RequiredOfAsync(restore, Cancel));
        Assert.Equal(51, dump.Result.Rows["alf_node"]);
        Assert.Equal("MariaDB", dump.Result.Vendor);
        Assert.Equal(new DumpWatermark(1049, 1_700_000_001_049), dump.Result.Watermark);
        Assert.Equal(["avm_nodes"], dump.Result.NotApplicable);
    }

    [Fact]
    public async Task Who_may_not_read_the_whole_database_is_warned_and_nobody_else()
    {
        const string Odd = "al'f \"ü\\ s:@%#";
        string quoted = "'" + Odd.Replace("\\", "\\\\").Replace("'", "''") + "'@'127.0.0.1'";
        var source = await server.CreateAlfrescoAsync("one_of `them`");
        string name = source.Replace("`", "``");
        await server.ExecuteAsync(source, $"CREATE USER {quoted} IDENTIFIED BY 'x'");
        await server.ExecuteAsync(source, $"GRANT SELECT ON `{name}`.alf_node TO {quoted}");
        Assert.Contains(
            await WarningsAsync(),
            warning => warning.Contains("has no SELECT, TRIGGER, EVENT on the whole database", StringComparison.Ordinal)
        );

        string rights = $"ON `{name.Replace("_", "\\_")}`.* TO {quoted}";
        await server.ExecuteAsync(source, $"GRANT SELECT, LOCK TABLES {rights}");
        Assert.Contains(
            "has no TRIGGER, EVENT on the whole database: triggers, scheduled events that it may not see are missing "
                + $"from the dump; GRANT TRIGGER, EVENT ON `{source}`.* to it",
            (await WarningsAsync())[0],
            StringComparison.Ordinal
        );
        await server.ExecuteAsync(source, $"GRANT TRIGGER, EVENT {rights}");
        string[] visible =
        [
            $"EXECUTE ON `{name}`.*",
            $"ALTER ROUTINE ON `{name}`.*",
            "SELECT ON mysql.proc",
            "SELECT ON mysql.*",
            "SELECT ON *.*",
        ];
        foreach (string right in visible)
        {
            Assert.EndsWith(
                "has no right to see stored procedures and functions: where there are some, they are missing from the "
                    + "dump; GRANT SELECT ON mysql.proc to it",
                Assert.Single(await WarningsAsync()),
                StringComparison.Ordinal
            );
            await server.ExecuteAsync(source, $"GRANT {right} TO {quoted}");
            Assert.Empty(await WarningsAsync());
            await server.ExecuteAsync(source, $"REVOKE {right} FROM {quoted}");
        }

        await server.ExecuteAsync(source, $"REVOKE ALL PRIVILEGES, GRANT OPTION FROM {quoted}");
        await server.ExecuteAsync(
            source,
            $"CREATE ROLE reader; GRANT SELECT, TRIGGER, EVENT ON *.* TO reader; GRANT reader TO {quoted}; SET DEFAULT ROLE reader FOR {quoted}"
        );
        Assert.Empty(await WarningsAsync());

        async Task<IReadOnlyList<string>> WarningsAsync() =>
            (await server.Connection(source, Odd, "x").OpenSource().CheckAsync(Cancel)).Warnings;
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

    [Fact]
    public async Task What_is_wrong_with_tool_or_rights_has_its_id()
    {
        var source = await server.CreateAlfrescoAsync();
        await server.ExecuteAsync(
            source,
            "CREATE USER blind IDENTIFIED BY 'x'; GRANT SELECT ON `" + source + "`.* TO blind"
        );
        using var young = new StandInTool("mariadb-dump", "echo 'mariadb-dump from 99.1.2-MariaDB, client 10.19'");

        Assert.Equal(
            ["dump-tool-missing"],
            (
                await Assert.ThrowsAsync<PermanentException>(() =>
                    server.Connection(source, toolPath: "/nonexistent").OpenSource().CheckAsync(Cancel)
                )
            ).Ids
        );
        Assert.Contains(
            (await server.Connection(source, "blind", "x").OpenSource().CheckAsync(Cancel)).Notices,
            notice => notice is { Id: "database-rights", Severity: NoticeSeverity.Warning }
        );
        Assert.Contains(
            (await server.Connection(source, toolPath: young.Directory).OpenSource().CheckAsync(Cancel)).Notices,
            notice => notice.Id == "dump-tool-newer"
        );
    }

    [Fact]
    public async Task Required_are_the_urls_in_use_or_not_orphaned_and_those_of_the_old_web_content()
    {
        var source = await server.CreateAlfrescoAsync();
        await using MySqlConnection connection = await server.OpenAsync(source);
        var rows = new AlfrescoRows(connection);
        var kept = await rows.AddDocumentAsync("store://2024/1/1/1/1/a'\\\n,(é.bin", 1, "kept", Cancel);
        var orphan = await rows.AddDocumentAsync("store://2024/1/1/1/1/b.bin", 2, "orphan", Cancel);
        await rows.DeleteDocumentAsync(orphan, eager: false, Cancel);
        await server.ExecuteAsync(
            source,
            "INSERT INTO alf_content_url VALUES (7, 'store://uncommitted/reader.bin', 'x', 1, 3, NULL)"
        );
        await server.ExecuteAsync(source, $"UPDATE alf_content_url SET orphan_time = 5 WHERE id = {kept}");
        await server.ExecuteAsync(
            source,
            AlfrescoSchema.AvmNodes
                + "INSERT INTO avm_nodes VALUES (1, 'plainfile', 'store://2010/1/1/1/1/avm.bin', 9), (2, 'plaindir', NULL, NULL)"
        );
        await server.ExecuteAsync(
            source,
            "INSERT INTO alf_tenant VALUES ('acme.com', 0, 1, 'acme', '/srv/tenants/acme', NULL), ('b.com', 0, 1, 'b', NULL, NULL)"
        );

        DumpRun dump = await DumpRun.TakeAsync(server.Connection(source).OpenSource(), Cancel);

        Assert.Equal(
            [
                new RequiredUrl(0, "store://2010/1/1/1/1/avm.bin", null),
                new RequiredUrl(kept, "store://2024/1/1/1/1/a'\\\n,(é.bin", 1),
                new RequiredUrl(7, "store://uncommitted/reader.bin", 3),
            ],
            dump.Required
        );
        Assert.Equal(["/srv/tenants/acme"], dump.Result.TenantRoots);
        Assert.Empty(dump.Result.NotApplicable);
    }

    [Fact]
    public async Task A_value_that_no_file_can_have_is_a_fault_of_its_row_alone()
    {
        var source = await server.CreateAlfrescoAsync();
        await server.ExecuteAsync(
            source,
            "ALTER TABLE alf_content_url MODIFY content_url VARBINARY(4000) NULL, MODIFY content_size VARCHAR(40) NULL"
        );
        await server.ExecuteAsync(
            source,
            "INSERT INTO alf_content_url VALUES (1, 'store://a', 'a', 1, '9223372036854775807', NULL), "
                + "(2, 'store://b', 'b', 1, '-1', NULL), (3, 'store://c', 'c', 1, NULL, NULL), "
                + "(4, 'store://d', 'd', 1, '4 KB', NULL), (5, NULL, 'e', 1, '1', NULL), (6, '', 'f', 1, '1', NULL), "
                + "(7, 'store://g\u0001', 'g', 1, '1', NULL), (8, X'73746F72653A2F2FC328', 'h', 1, '1', NULL), "
                + "(9, 'store://i', 'i', 1, '9', NULL)"
        );

        DumpRun dump = await DumpRun.TakeAsync(server.Connection(source).OpenSource(), Cancel);

        Assert.Equal(
            [
                (1, "store://a", null, "is '9223372036854775807'"),
                (2, "store://b", null, "is '-1'"),
                (3, "store://c", null, "is NULL"),
                (4, "store://d", null, "is '4 KB'"),
                (5, "row 5 of alf_content_url: content_url is NULL", null, null),
                (6, "row 6 of alf_content_url: content_url is empty", null, null),
                (7, "store://g\u0001", 1, null),
                (8, "row 8 of alf_content_url: content_url 'store://\\xc3(' is not valid UTF-8", null, null),
                (9, "store://i", 9L, (string?)null),
            ],
            dump.Required.OrderBy(url => url.Id)
                .Select(url => (url.Id, url.Name, url.UrlFault is null ? url.Size : null, url.SizeFault))
        );

        var target = await server.CreateDatabaseAsync();
        IDatabaseTarget restore = server.Connection(target).OpenTarget();
        await restore.RestoreAsync(dump.WriteAsync, Cancel);
        Assert.Equal(
            dump.Required.Select(url => (url.Id, url.Url, url.Size, url.SizeFault)).Order(),
            (await DumpRun.RequiredOfAsync(restore, Cancel))
                .Select(url => (url.Id, url.Url, url.Size, url.SizeFault))
                .Order()
        );
    }

    [Fact]
    public async Task The_required_list_equals_the_restored_dump_while_documents_come_and_go()
    {
        var source = await server.CreateAlfrescoAsync();
        await AddAsync(source, 2_000);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var changed = new TaskCompletionSource();
        Task<int>[] writers = Enumerable
            .Range(1, 3)
            .Select(writer => ChurnAsync(source, writer * 100_000, changed, stop.Token))
            .ToArray();
        await changed.Task;

        DumpRun dump = await DumpRun.TakeAsync(server.Connection(source).OpenSource(), Cancel);
        await stop.CancelAsync();
        var changes = (await Task.WhenAll(writers)).Sum();

        var target = await server.CreateDatabaseAsync();
        IDatabaseTarget restore = server.Connection(target).OpenTarget();
        await restore.RestoreAsync(dump.WriteAsync, Cancel);
        Assert.True(changes > 50, $"only {changes} changes");
        Assert.True(dump.Required.Count > 2_000);
        Assert.Equal(dump.Required, await DumpRun.RequiredOfAsync(restore, Cancel));
    }

    [Fact]
    public async Task A_restore_that_broke_off_is_started_over_and_a_foreign_table_is_never_touched()
    {
        var source = await server.CreateAlfrescoAsync();
        await AddAsync(source, 10);
        DumpRun dump = await DumpRun.TakeAsync(server.Connection(source).OpenSource(), Cancel);
        var target = await server.CreateDatabaseAsync();
        IDatabaseTarget restore = server.Connection(target).OpenTarget();

        PermanentException fault = await Assert.ThrowsAsync<PermanentException>(() =>
            restore.RestoreAsync(
                (stream, token) => stream.WriteAsync(dump.Sql.AsMemory(0, dump.Sql.Length / 2), token).AsTask(),
                Cancel
            )
        );
        Assert.Equal(ErrorKind.Repository, fault.Kind);
        await server.ExecuteAsync(
            target,
            "CREATE PROCEDURE old_one() SELECT 1; CREATE EVENT old_event ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1;"
        );
        await restore.CheckEmptyAsync(dump.Origin, Cancel);
        await restore.RestoreAsync(dump.WriteAsync, Cancel);
        Assert.Equal(await server.DumpByHandAsync(source), await server.DumpByHandAsync(target));
        Assert.False(await restore.IsMarkedAsync(Cancel));

        PermanentException refused = await Assert.ThrowsAsync<PermanentException>(() =>
            restore.RestoreAsync(dump.WriteAsync, Cancel)
        );
        Assert.Equal(ErrorKind.Source, refused.Kind);
        Assert.Contains(
            $"database '{target}' at 127.0.0.1:{server.Port} is not empty",
            refused.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_table_that_no_snapshot_covers_is_refused()
    {
        var source = await server.CreateAlfrescoAsync();
        await server.ExecuteAsync(source, "CREATE TABLE alf_old (id INT) ENGINE=MyISAM");
        PermanentException fault = await Assert.ThrowsAsync<PermanentException>(() =>
            server.Connection(source).OpenSource().CheckAsync(Cancel)
        );
        Assert.Contains("alf_old", fault.Message, StringComparison.Ordinal);
        Assert.Contains("ENGINE=InnoDB", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_password_is_in_no_processs_arguments_while_dumping()
    {
        var source = await server.CreateAlfrescoAsync();
        // More than any pipe holds: the tool is still writing when its arguments are read.
        await server.ExecuteAsync(source, "CREATE TABLE t AS SELECT REPEAT('x', 1000000) AS c FROM seq_1_to_8");
        var seen = new List<string>();
        await server
            .Connection(source)
            .OpenSource()
            .DumpAsync(
                async (stream, token) =>
                {
                    seen.AddRange(ProcessArguments.All());
                    await stream.CopyToAsync(Stream.Null, token);
                },
                static _ => ValueTask.CompletedTask,
                known: null,
                nodes: null,
                Cancel
            );

        Assert.Contains(seen, line => line.Contains("--single-transaction", StringComparison.Ordinal));
        Assert.DoesNotContain(seen, line => line.Contains(MariaDbFixture.Password, StringComparison.Ordinal));
    }

    private async Task AddAsync(string database, int count)
    {
        await using MySqlConnection connection = await server.OpenAsync(database);
        var rows = new AlfrescoRows(connection);
        for (var i = 0; i < count; i++)
        {
            await rows.AddDocumentAsync(
                $"store://2024/{1 + (i % 12)}/1/1/1/{i}.bin",
                i,
                $"it's \\ {i}\t\n;-- (1),(2)",
                Cancel
            );
        }
    }

    /// <summary>Adds, and deletes every second one with or without its row, until stopped.</summary>
    private async Task<int> ChurnAsync(
        string database,
        long firstId,
        TaskCompletionSource changed,
        CancellationToken stop
    )
    {
        await using MySqlConnection connection = await server.OpenAsync(database);
        var rows = new AlfrescoRows(connection, firstId);
        var changes = 0;
        while (!stop.IsCancellationRequested)
        {
            var id = await rows.AddDocumentAsync(
                $"store://2024/1/1/1/1/{firstId}-{changes}.bin",
                changes,
                "churn",
                CancellationToken.None
            );
            if (changes++ % 2 == 0)
            {
                await rows.DeleteDocumentAsync(id, eager: changes % 4 == 1, CancellationToken.None);
            }

            if (changes > 50)
            {
                changed.TrySetResult();
            }
        }

        return changes;
    }
}
