using MySqlConnector;
using Xunit;

namespace AlfrescoBackupFlows.Testing.Servers;

/// <summary>What a <see cref="MariaDbServer"/> may be told.</summary>
public sealed record MariaDbServerOptions
{
    /// <summary>The password of root.</summary>
    public string Password { get; init; } = "Correct-Horse-9";

    /// <summary>Server options as on its command line (<c>--sql-mode=...</c>), besides those that make a throw-away
    /// server fast.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];
}

/// <summary>A MariaDB server of its own on a free port of 127.0.0.1. Ends with the test process.</summary>
public sealed class MariaDbServer(MariaDbServerOptions options) : IAsyncLifetime
{
    private static readonly ServerAccount s_account = new("mysql");

    // The server reads its start-up file in a character set of its own; the real password, odd as it may be, is set
    // over a connection.
    private readonly string _firstPassword = Guid.NewGuid().ToString("n");
    private readonly TempDirectory _directory = new();
    private ServerProcess? _process;

    public MariaDbServer()
        : this(new MariaDbServerOptions()) { }

    public string Host { get; } = "127.0.0.1";

    public int Port { get; private set; }

    /// <summary>An account with every right, from any host.</summary>
    public string Username { get; } = "root";

    public string Password => options.Password;

    /// <summary>A running server; the caller disposes it.</summary>
    public static Task<MariaDbServer> StartAsync(MariaDbServerOptions options) =>
        ServerStart.RunAsync(new MariaDbServer(options));

    public async ValueTask InitializeAsync()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string install = Tool.Find("mariadb-install-db", "mariadb-server");
        string server = Tool.Find("mariadbd", "mariadb-server");
        string data = _directory.Combine("data");
        await _directory.OpenForServersAsync(s_account, data, cancellationToken);
        await ServerProcess.RunAsync(
            s_account.Command(
                install,
                "--no-defaults",
                $"--datadir={data}",
                "--auth-root-authentication-method=normal",
                "--skip-test-db"
            ),
            cancellationToken
        );

        string accounts = _directory.Combine("accounts.sql");
        await File.WriteAllTextAsync(
            accounts,
            $"DELETE FROM mysql.global_priv WHERE User = '' OR Host <> 'localhost';\nFLUSH PRIVILEGES;\nALTER USER root@localhost IDENTIFIED BY '{_firstPassword}';\nCREATE USER root@'%' IDENTIFIED BY '{_firstPassword}';\nGRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;\n",
            cancellationToken
        );
        ServerAccount.LetRead(accounts);
        _process = await ServerProcess.StartAsync(
            () => Command(server, data, accounts),
            _directory.Combine("log"),
            IsReadyAsync,
            cancellationToken
        );

        string password = MySqlHelper.EscapeString(Password);
        await RunAsync(
            $"ALTER USER 'root'@'localhost' IDENTIFIED BY '{password}', 'root'@'%' IDENTIFIED BY '{password}'",
            ConnectionString(password: _firstPassword),
            cancellationToken
        );
    }

    /// <summary>A connection string for MySqlConnector, without pooling.</summary>
    public string ConnectionString(string? database = null, string? username = null, string? password = null) =>
        new MySqlConnectionStringBuilder
        {
            Server = Host,
            Port = (uint)Port,
            Database = database ?? "",
            UserID = username ?? Username,
            Password = password ?? Password,
            Pooling = false,
            AllowUserVariables = true,
            ConnectionTimeout = 5,
        }.ConnectionString;

    /// <summary>Creates an empty database (utf8mb4) with a name of its own, and returns the name.</summary>
    public async Task<string> CreateDatabaseAsync(string prefix, CancellationToken cancellationToken)
    {
        string name = $"{prefix}_{Guid.NewGuid():n}";
        await ExecuteAsync(
            $"CREATE DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
            null,
            cancellationToken
        );
        return name;
    }

    /// <summary>Runs SQL as root.</summary>
    public Task ExecuteAsync(string sql, string? database, CancellationToken cancellationToken) =>
        RunAsync(sql, ConnectionString(database), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _directory.Dispose();
    }

    private string[] Command(string server, string data, string accounts)
    {
        Port = FreePort.Next();
        return s_account.Command([
            server,
            "--no-defaults",
            $"--datadir={data}",
            $"--port={Port}",
            "--bind-address=127.0.0.1",
            $"--socket={data}/server.sock",
            $"--pid-file={data}/server.pid",
            $"--init-file={accounts}",
            "--skip-name-resolve",
            "--character-set-server=utf8mb4",
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-buffer-pool-size=32M",
            "--innodb-log-file-size=16M",
            "--skip-log-bin",
            "--max-allowed-packet=64M",
            .. options.Arguments,
        ]);
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using MySqlConnection connection = new(ConnectionString(password: _firstPassword));
            await connection.OpenAsync(cancellationToken);
            return true;
        }
        catch (MySqlException)
        {
            return false;
        }
    }

    private static async Task RunAsync(string sql, string connectionString, CancellationToken cancellationToken)
    {
        await using MySqlConnection connection = new(connectionString);
        await connection.OpenAsync(cancellationToken);
        await using MySqlCommand command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
