using System.Security.Cryptography;
using System.Text;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Restore;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Testing.Servers;
using Npgsql;

namespace AlfrescoBackupFlows.Flows.Tests.Faults;

/// <summary>A restore of the bench's second set into a directory and a PostgreSQL database of its own, begun again as
/// often as it is asked for.</summary>
internal sealed class RestoreBench : IAsyncDisposable
{
    private readonly FaultBench _bench;
    private readonly PostgresServer _server;
    private readonly string _database;
    private readonly string _state;
    private readonly RestoreInput _input;
    private int _runs;

    private RestoreBench(FaultBench bench, PostgresServer server, string database, string set)
    {
        (_bench, _server, _database, _state) = (bench, server, database, bench.NewState());
        string passwordFile = bench.Combine(_state + "-password");
        File.WriteAllText(passwordFile, server.Password);
        var url = new RestoreDatabaseTarget(
            $"postgresql://{server.Username}@{server.Host}:{server.Port}/{database}",
            passwordFile,
            PostgresServer.BinDirectory
        );
        _input = new RestoreInput(RunId.Parse(set), Target, url, Owner: null, Parallelism: 2);
    }

    private string Target => _bench.Combine(_state + "-restored");

    public static async Task<RestoreBench> CreateAsync(
        FaultBench bench,
        PostgresServer server,
        CancellationToken cancellationToken
    ) =>
        new(
            bench,
            server,
            await server.CreateDatabaseAsync("restored", cancellationToken),
            await bench.After.NewestSetAsync(cancellationToken)
        );

    public Task<FlowInstance> RunAsync(RepositoryStores stores, CancellationToken cancellationToken) =>
        _bench.RunAsync(
            stores,
            _state,
            (engine, _) => engine.Start(nameof(RestoreFlow), _input, $"restore-{++_runs}"),
            cancellationToken
        );

    /// <summary>Every path with its mode, time and bytes, and every table with its rows.</summary>
    public async Task<string> DescribeAsync(CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        foreach (
            FileSystemInfo entry in new DirectoryInfo(Target)
                .EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
                .OrderBy(entry => entry.FullName, StringComparer.Ordinal)
        )
        {
            string content = entry is FileInfo file
                ? Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(file.FullName, cancellationToken)))
                : "";
            text.AppendLine(
                $"{Path.GetRelativePath(Target, entry.FullName)} {(OperatingSystem.IsWindows() ? default : entry.UnixFileMode)} {entry.LastWriteTimeUtc.Ticks} {content}"
            );
        }

        await using var connection = new NpgsqlConnection(_server.ConnectionString(_database));
        await connection.OpenAsync(cancellationToken);
        await using var tables = new NpgsqlCommand(
            """
            SELECT string_agg(t.table_name || ' ' || md5(query_to_xml(format('SELECT * FROM %I r ORDER BY r::text', t.table_name), false, false, '')::text), E'\n' ORDER BY t.table_name)
            FROM information_schema.tables t WHERE t.table_schema = 'public'
            """,
            connection
        );
        return text.Append((string?)await tables.ExecuteScalarAsync(cancellationToken)).ToString();
    }

    public async ValueTask DisposeAsync() =>
        await _server.ExecuteAsync($"DROP DATABASE \"{_database}\"", "postgres", CancellationToken.None);
}
