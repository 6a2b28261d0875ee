using System.Diagnostics;
using System.Globalization;
using AlfrescoBackupFlows.Alfresco.Database;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Testing;
using MySqlConnector;
using Xunit;

[assembly: AssemblyFixture(typeof(AlfrescoBackupFlows.Alfresco.Tests.Database.MariaDbFixture))]

namespace AlfrescoBackupFlows.Alfresco.Tests.Database;

/// <summary>A real MariaDB on a free port, with a user 'alfresco' that has an odd password, for the life of the test process.</summary>
public sealed class MariaDbFixture : IAsyncLifetime
{
    public const string Password = "it's \"odd\" \\ : # % ü  two spaces ";
    private readonly string _directory = Directory.CreateTempSubdirectory("abf-my-").FullName;
    private Process? _server;
    private int _databases;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public int Port { get; } = PostgresFixture.FreePort();

    public async ValueTask InitializeAsync()
    {
        var data = Path.Combine(_directory, "data");
        var user = Environment.UserName;
        await ServerProcess.RunAsync("mariadb-install-db", "--no-defaults", $"--user={user}", $"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db");
        var info = new ProcessStartInfo("mariadbd")
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            ArgumentList =
            {
                "--no-defaults", $"--user={user}", $"--datadir={data}", string.Create(CultureInfo.InvariantCulture, $"--port={Port}"), "--bind-address=127.0.0.1",
                $"--socket={Path.Combine(_directory, "socket")}", $"--pid-file={Path.Combine(_directory, "pid")}", "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M",
            },
        };
        _server = Process.Start(info)!;
        var said = new List<string>();
        _server.ErrorDataReceived += (_, line) => said.Add(line.Data ?? string.Empty);
        _server.BeginErrorReadLine();

        // The server accepts connections when it is ready: that is asked, not its log.
        while (true)
        {
            try
            {
                await ExecuteAsync("mysql", $"CREATE USER alfresco IDENTIFIED BY '{Password.Replace("\\", "\\\\").Replace("'", "''")}'; GRANT ALL ON *.* TO alfresco");
                return;
            }
            catch (MySqlException exception) when (exception.ErrorCode == MySqlErrorCode.UnableToConnectToHost)
            {
                Assert.False(_server.HasExited, string.Join('\n', said));
                await Task.Delay(50, Cancel);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _server!.Kill();
        await _server.WaitForExitAsync(CancellationToken.None);
        _server.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    public DatabaseConnection Connection(string database, string username = "alfresco", string? password = Password, string? toolPath = null) =>
        new(DatabaseVendor.MariaDb, "127.0.0.1", Port, database, username, password is null ? null : new Secret(password), toolPath, new Dictionary<string, string>());

    public async Task<MySqlConnection> OpenAsync(string database)
    {
        var connection = new MySqlConnection(new MySqlConnectionStringBuilder { Server = "127.0.0.1", Port = (uint)Port, Database = database, UserID = "root", Pooling = false }.ConnectionString);
        await connection.OpenAsync(Cancel);
        return connection;
    }

    public async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = await OpenAsync(database);
        await using var command = new MySqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancel);
    }

    /// <returns>The name of a new, empty database.</returns>
    public async Task<string> CreateDatabaseAsync(string prefix = "db")
    {
        var name = prefix + Interlocked.Increment(ref _databases).ToString(CultureInfo.InvariantCulture);
        await ExecuteAsync("mysql", $"CREATE DATABASE `{name.Replace("`", "``")}` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
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
            ArgumentList = { "--no-defaults", $"--socket={Path.Combine(_directory, "socket")}", "--user=root", "--routines", "--triggers", "--skip-dump-date", "--hex-blob", "--", database },
        };
        using var process = Process.Start(info)!;
        var text = await process.StandardOutput.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        Assert.Equal(0, process.ExitCode);
        return string.Join('\n', text.Split('\n').Where(line => !line.StartsWith("-- Host: ") && !line.StartsWith("-- Dumping routines for")));
    }
}
