using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Testing.Sample;
using Npgsql;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

[Collection(PostgresGroup.Name)]
[Trait("needs", "server")]
public sealed class PostgresRoundTripTests(PostgresFixture server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("plain")]
    [InlineData("odd name=\"x\" 'y' \\ % ü -")]
    [InlineData("postgresql://host=")]
    public async Task A_dump_restores_into_an_equal_database(string name)
    {
        var source = await server.CreateAlfrescoAsync(name);
        await AddAsync(source, 50);
        DumpRun dump = await DumpRun.TakeAsync(server.Connection(source).OpenSource(), Cancel);

        var target = await server.CreateDatabaseAsync(name + " restored");
        IDatabaseTarget restore = server.Connection(target).OpenTarget();
        await restore.CheckEmptyAsync(dump.Origin, Cancel);
        await restore.RestoreAsync(dump.WriteAsync, Cancel);

        Assert.Equal(await server.DumpByHandAsync(source), await server.DumpByHandAsync(target));
        Assert.Equal(50, dump.Required.Count);
        Assert.Equal(dump.Required, await DumpRun.RequiredOfAsync(restore, Cancel));
        Assert.Equal(51, dump.Result.Rows["alf_node"]);
        Assert.Equal(new DumpWatermark(1049, 1_700_000_001_049), dump.Result.Watermark);
        Assert.Equal(["avm_nodes"], dump.Result.NotApplicable);
    }

    [Fact]
    public async Task Required_are_the_urls_in_use_or_not_orphaned_and_those_of_the_old_web_content()
    {
        var source = await server.CreateAlfrescoAsync();
        await using NpgsqlConnection connection = await server.OpenAsync(source);
        var rows = new AlfrescoRows(connection);
        var kept = await rows.AddDocumentAsync("store://2024/1/1/1/1/a.bin", 1, "kept", Cancel);
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
            "INSERT INTO alf_tenant VALUES ('acme.com', 0, true, 'acme', '/srv/tenants/acme', NULL), ('b.com', 0, true, 'b', NULL, NULL)"
        );

        DumpRun dump = await DumpRun.TakeAsync(server.Connection(source).OpenSource(), Cancel);

        Assert.Equal(
            [
                new RequiredUrl(0, "store://2010/1/1/1/1/avm.bin", null),
                new RequiredUrl(kept, "store://2024/1/1/1/1/a.bin", 1),
                new RequiredUrl(7, "store://uncommitted/reader.bin", 3),
            ],
            dump.Required
        );
        Assert.Equal(["/srv/tenants/acme"], dump.Result.TenantRoots);
        Assert.Empty(dump.Result.NotApplicable);
    }

    private const string SqlAscii = "TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'";

    [Fact]
    public async Task A_value_that_no_file_can_have_is_a_fault_of_its_row_alone()
    {
        var source = await server.CreateAlfrescoAsync(options: SqlAscii);
        await server.ExecuteAsync(
            source,
            "ALTER TABLE alf_content_url ALTER content_size TYPE text, ALTER content_size DROP NOT NULL, "
                + "ALTER content_url DROP NOT NULL"
        );
        await server.ExecuteAsync(
            source,
            "INSERT INTO alf_content_url VALUES (1, 'store://a', 'a', 1, '9223372036854775807', NULL), "
                + "(2, 'store://b', 'b', 1, '-1', NULL), (3, 'store://c', 'c', 1, NULL, NULL), "
                + "(4, 'store://d', 'd', 1, '4 KB', NULL), (5, NULL, 'e', 1, '1', NULL), (6, '', 'f', 1, '1', NULL), "
                + "(7, 'store://g\u0001', 'g', 1, '1', NULL), (8, E'store://\\xC3(', 'h', 1, '1', NULL), "
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

        var target = await server.CreateDatabaseAsync(options: SqlAscii);
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
    public async Task The_password_is_in_no_processs_arguments_while_dumping()
    {
        var source = await server.CreateAlfrescoAsync();
        // More than any pipe holds: the tool is still writing when its arguments are read.
        await server.ExecuteAsync(source, "CREATE TABLE t AS SELECT repeat('x', 1000000) FROM generate_series(1, 8)");
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

        Assert.Contains(seen, line => line.Contains("--snapshot=", StringComparison.Ordinal));
        Assert.DoesNotContain(seen, line => line.Contains(PostgresFixture.Password, StringComparison.Ordinal));
    }

    private async Task AddAsync(string database, int count)
    {
        await using NpgsqlConnection connection = await server.OpenAsync(database);
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
        await using NpgsqlConnection connection = await server.OpenAsync(database);
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
