using AlfrescoBackupFlows.Alfresco.Databases;
using Npgsql;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

[Collection(PostgresGroup.Name)]
[Trait("needs", "server")]
public sealed class PostgresNodeTests(PostgresFixture server)
{
    private const string Waiting =
        "FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData("TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'")]
    public async Task Nodes_are_told_with_their_names_parents_and_contents(string options)
    {
        string source = await server.CreateAlfrescoAsync(options: options);
        await new NodeRowCases(
            () => server.Connection(source).OpenSource(),
            sql => server.ExecuteAsync(source, sql),
            yes: "true",
            no: "false"
        ).RunAsync();
    }

    [Fact]
    public async Task Whoever_changes_a_table_behind_the_dump_costs_the_catalogue_and_not_the_dump()
    {
        string source = await server.CreateAlfrescoAsync();
        await using NpgsqlConnection other = await server.OpenAsync(source);
        await using NpgsqlConnection look = await server.OpenAsync(source);
        var queued = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task? change = null;
        var rows = new HookedRows(() =>
        {
            // The dump has its locks, and the reader has yet to ask for most of its own.
            change ??= ChangeAsync();
#pragma warning disable VSTHRD002 // The reader's own thread is what is held.
            queued.Task.Wait(Cancel);
#pragma warning restore VSTHRD002
        });

        const string Reader =
            "FROM pg_stat_activity WHERE datname = current_database() AND application_name ~ '^abf-' AND query LIKE '%alf_store%'";
        DatabaseConnection connection = server.Connection(source) with { MaxWait = TimeSpan.FromSeconds(1) };
        DumpResult result = await connection
            .OpenSource()
            .DumpAsync(
                async (stream, token) =>
                {
                    await stream.ReadExactlyAsync(new byte[1], token);
                    await UntilAsync($"SELECT count(*) = 1 {Waiting}", look, token);
                    await using var ask = new NpgsqlCommand($"SELECT pid {Reader}", look);
                    int reader = (int)(await ask.ExecuteScalarAsync(token))!;
                    queued.SetResult();
                    await UntilAsync($"SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = {reader}", look, token);
                    await stream.CopyToAsync(Stream.Null, token);
                },
                static _ => ValueTask.CompletedTask,
                known: null,
                rows,
                Cancel
            );
        Assert.StartsWith(
            "another session held, or waited for, a lock on a table for 1 s",
            result.NodesFault,
            StringComparison.Ordinal
        );
        await change!;

        async Task ChangeAsync()
        {
            await using var alter = new NpgsqlCommand("ALTER TABLE alf_node ADD COLUMN further INT", other);
            await alter.ExecuteNonQueryAsync(Cancel);
        }
    }

    [Fact]
    public async Task The_last_connection_that_the_user_has_is_for_the_dump()
    {
        string source = await server.CreateAlfrescoAsync();
        string user = $"two_{source}";
        await server.ExecuteAsync(
            source,
            $"CREATE ROLE {user} LOGIN PASSWORD 'x' CONNECTION LIMIT 2; GRANT pg_read_all_data TO {user}"
        );
        await server.ExecuteAsync(
            source,
            "INSERT INTO alf_transaction SELECT i, 1, repeat('x', 50), i FROM generate_series(1000, 50000) i"
        );
        DumpRun run = await DumpRun.TakeAsync(
            server.Connection(source, user, "x").OpenSource(),
            Cancel,
            nodes: new HookedRows()
        );
        Assert.NotEmpty(run.Sql);

        // None is left for the reader until the dump's is closed.
        if (run.Result.NodesFault is { } fault)
        {
            Assert.Contains("too many connections for role", fault, StringComparison.Ordinal);
        }
    }

    private static async Task UntilAsync(string question, NpgsqlConnection session, CancellationToken cancellationToken)
    {
        await using var ask = new NpgsqlCommand(question, session);
        while (await ask.ExecuteScalarAsync(cancellationToken) is not true)
        {
            await Task.Delay(20, cancellationToken);
        }
    }
}
