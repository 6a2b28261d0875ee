using System.Diagnostics;
using System.Globalization;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Testing.Sample;
using AlfrescoBackupFlows.Testing.Servers;
using Npgsql;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

/// <summary>The tests that share one PostgreSQL; it starts with the first of them.</summary>
[CollectionDefinition(Name)]
public sealed class PostgresGroup : ICollectionFixture<PostgresFixture>
{
    public const string Name = "PostgreSQL";
}

/// <summary>A real PostgreSQL whose superuser has an odd password.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    public const string Password = "it's \"odd\" \\ : # % ü  two spaces ";
    private PostgresServer? _server;
    private int _databases;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public int Port => _server!.Port;

    public static string Bin => PostgresServer.BinDirectory;

    public async ValueTask InitializeAsync() =>
        _server = await PostgresServer.StartAsync(new PostgresServerOptions { Password = Password });

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    /// <summary>Connects as superuser, or as another.</summary>
    public DatabaseConnection Connection(
        string database,
        string username = "postgres",
        string? password = Password,
        string? toolPath = null
    ) =>
        new(
            DatabaseVendors.Find("postgresql")!,
            "127.0.0.1",
            Port,
            database,
            username,
            password is null ? null : new Secret(password),
            toolPath,
            new Dictionary<string, string>()
        );

    public async Task<NpgsqlConnection> OpenAsync(string database)
    {
        var connection = new NpgsqlConnection(_server!.ConnectionString(database));
        await connection.OpenAsync(Cancel);
        return connection;
    }

    public Task ExecuteAsync(string database, string sql) => _server!.ExecuteAsync(sql, database, Cancel);

    /// <returns>The name of a new, empty database.</returns>
    public async Task<string> CreateDatabaseAsync(string prefix = "db", string options = "")
    {
        var name = prefix + Interlocked.Increment(ref _databases).ToString(CultureInfo.InvariantCulture);
        await ExecuteAsync("postgres", $"CREATE DATABASE \"{name.Replace("\"", "\"\"")}\" {options}");
        return name;
    }

    /// <returns>The name of a new database with Alfresco's tables.</returns>
    public async Task<string> CreateAlfrescoAsync(string prefix = "alfresco", string options = "")
    {
        var name = await CreateDatabaseAsync(prefix, options);
        await ExecuteAsync(name, AlfrescoSchema.PostgreSql);
        return name;
    }

    /// <summary>
    /// The stranger's look at a database: its own pg_dump, without the lines that differ from run to run.
    /// </summary>
    public async Task<string> DumpByHandAsync(string database)
    {
        var info = new ProcessStartInfo(Path.Combine(Bin, "pg_dump"))
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        info.Environment["PGHOST"] = "127.0.0.1";
        info.Environment["PGPORT"] = Port.ToString(CultureInfo.InvariantCulture);
        info.Environment["PGUSER"] = "postgres";
        info.Environment["PGPASSWORD"] = Password;
        info.Environment["PGDATABASE"] = database;
        using Process process = Process.Start(info)!;
        var text = await process.StandardOutput.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        Assert.Equal(0, process.ExitCode);
        return string.Join(
            '\n',
            text.Split('\n').Where(line => !line.StartsWith("\\restrict ") && !line.StartsWith("\\unrestrict "))
        );
    }
}
