using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using AlfrescoBackupFlows.Alfresco.Database;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Testing;
using Npgsql;
using Xunit;

[assembly: AssemblyFixture(typeof(AlfrescoBackupFlows.Alfresco.Tests.Database.PostgresFixture))]

namespace AlfrescoBackupFlows.Alfresco.Tests.Database;

/// <summary>A real PostgreSQL on a free port, with password authentication, for the life of the test process.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    public const string Password = "it's \"odd\" \\ : # % ü  two spaces ";
    private readonly string _directory = Directory.CreateTempSubdirectory("abf-pg-").FullName;
    private int _databases;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public int Port { get; } = FreePort();

    public static string Bin => "/usr/lib/postgresql/15/bin";

    public async ValueTask InitializeAsync()
    {
        var passwordFile = Path.Combine(_directory, "password");
        await File.WriteAllTextAsync(passwordFile, Password + "\n", Cancel);
        if (Environment.UserName == "root")
        {
            await ServerProcess.RunAsync("chown", "-R", "postgres:", _directory);
        }

        var data = Path.Combine(_directory, "data");
        await AsPostgresAsync("initdb", "--pgdata", data, "--username=postgres", "--auth=scram-sha-256", $"--pwfile={passwordFile}", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync");
        await AsPostgresAsync(
            "pg_ctl",
            "--pgdata", data, "--wait", "--silent", "--log", Path.Combine(_directory, "log"),
            "--options", string.Create(CultureInfo.InvariantCulture, $"-c port={Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={_directory} -c fsync=off -c max_connections=60"),
            "start");
    }

    public async ValueTask DisposeAsync()
    {
        await AsPostgresAsync("pg_ctl", "--pgdata", Path.Combine(_directory, "data"), "--mode=immediate", "--silent", "stop");
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Connects as superuser, or as another.</summary>
    public DatabaseConnection Connection(string database, string username = "postgres", string? password = Password, string? toolPath = null) =>
        new(DatabaseVendor.PostgreSql, "127.0.0.1", Port, database, username, password is null ? null : new Secret(password), toolPath, new Dictionary<string, string>());

    public async Task<NpgsqlConnection> OpenAsync(string database)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = Port, Database = database, Username = "postgres", Password = Password, Pooling = false }.ConnectionString);
        await connection.OpenAsync(Cancel);
        return connection;
    }

    public async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = await OpenAsync(database);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancel);
    }

    /// <returns>The name of a new, empty database.</returns>
    public async Task<string> CreateDatabaseAsync(string prefix = "db")
    {
        var name = prefix + Interlocked.Increment(ref _databases).ToString(CultureInfo.InvariantCulture);
        await ExecuteAsync("postgres", $"CREATE DATABASE \"{name.Replace("\"", "\"\"")}\"");
        return name;
    }

    /// <returns>The name of a new database with Alfresco's tables.</returns>
    public async Task<string> CreateAlfrescoAsync(string prefix = "alfresco")
    {
        var name = await CreateDatabaseAsync(prefix);
        await ExecuteAsync(name, AlfrescoSchema.PostgreSql);
        return name;
    }

    /// <summary>The stranger's look at a database: its own pg_dump, without the lines that differ from run to run.</summary>
    public async Task<string> DumpByHandAsync(string database)
    {
        var info = new ProcessStartInfo(Path.Combine(Bin, "pg_dump")) { RedirectStandardOutput = true, UseShellExecute = false };
        info.Environment["PGHOST"] = "127.0.0.1";
        info.Environment["PGPORT"] = Port.ToString(CultureInfo.InvariantCulture);
        info.Environment["PGUSER"] = "postgres";
        info.Environment["PGPASSWORD"] = Password;
        info.Environment["PGDATABASE"] = database;
        using var process = Process.Start(info)!;
        var text = await process.StandardOutput.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        Assert.Equal(0, process.ExitCode);
        return string.Join('\n', text.Split('\n').Where(line => !line.StartsWith("\\restrict ") && !line.StartsWith("\\unrestrict ")));
    }

    private static Task AsPostgresAsync(string tool, params string[] arguments) => Environment.UserName == "root"
        ? ServerProcess.RunAsync("runuser", ["-u", "postgres", "--", Path.Combine(Bin, tool), .. arguments])
        : ServerProcess.RunAsync(Path.Combine(Bin, tool), arguments);

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
