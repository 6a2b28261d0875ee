using System.Diagnostics;
using System.Globalization;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Testing.Sample;
using AlfrescoBackupFlows.Testing.Servers;
using MySqlConnector;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

/// <summary>The tests that share one MariaDB; it starts with the first of them.</summary>
[CollectionDefinition(Name)]
public sealed class MariaDbGroup : ICollectionFixture<MariaDbFixture>
{
    public const string Name = "MariaDB";
}

/// <summary>A real MariaDB whose root has an odd password.</summary>
public sealed class MariaDbFixture : IAsyncLifetime
{
    public const string Password = "it's \"odd\" \\ : # % ü  two spaces ";
    private MariaDbServer? _server;
    private int _databases;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public int Port => _server!.Port;

    public async ValueTask InitializeAsync() =>
        _server = await MariaDbServer.StartAsync(new MariaDbServerOptions { Password = Password });

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    public DatabaseConnection Connection(
        string database,
        string username = "root",
        string? password = Password,
        string? toolPath = null
    ) =>
        new(
            DatabaseVendors.Find("mariadb")!,
            "127.0.0.1",
            Port,
            database,
            username,
            password is null ? null : new Secret(password),
            toolPath,
            new Dictionary<string, string>()
        );

    public async Task<MySqlConnection> OpenAsync(string database)
    {
        var connection = new MySqlConnection(_server!.ConnectionString(database));
        await connection.OpenAsync(Cancel);
        return connection;
    }

    public Task ExecuteAsync(string database, string sql) => _server!.ExecuteAsync(sql, database, Cancel);

    /// <returns>The name of a new, empty database.</returns>
    public async Task<string> CreateDatabaseAsync(string prefix = "db")
    {
        var name = prefix + Interlocked.Increment(ref _databases).ToString(CultureInfo.InvariantCulture);
        await ExecuteAsync(
            "mysql",
            $"CREATE DATABASE `{name.Replace("`", "``")}` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
        );
        return name;
    }

    /// <returns>The name of a new database with Alfresco's tables.</returns>
    public async Task<string> CreateAlfrescoAsync(string prefix = "alfresco")
    {
        var name = await CreateDatabaseAsync(prefix);
        await ExecuteAsync(name, AlfrescoSchema.MariaDb);
        return name;
    }

    /// <summary>The stranger's look at a database: its own mariadb-dump, without the line that names it.</summary>
    public async Task<string> DumpByHandAsync(string database)
    {
        var info = new ProcessStartInfo("mariadb-dump")
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            ArgumentList =
            {
                "--no-defaults",
                "--host=127.0.0.1",
                "--protocol=tcp",
                string.Create(CultureInfo.InvariantCulture, $"--port={Port}"),
                "--user=root",
                "--routines",
                "--triggers",
                "--events",
                "--skip-dump-date",
                "--hex-blob",
                "--",
                database,
            },
        };
        info.Environment["MYSQL_PWD"] = Password;
        using Process process = Process.Start(info)!;
        var text = await process.StandardOutput.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        Assert.Equal(0, process.ExitCode);
        return string.Join(
            '\n',
            text.Split('\n')
                .Where(line =>
                    !line.StartsWith("-- Host: ")
                    && !line.StartsWith("-- Dumping routines for")
                    && !line.StartsWith("-- Dumping events for")
                )
        );
    }
}
