using Npgsql;
using Xunit;

namespace AlfrescoBackupFlows.Testing.Servers;

/// <summary>What a <see cref="PostgresServer"/> may be told.</summary>
public sealed record PostgresServerOptions
{
    /// <summary>The superuser's password; one line.</summary>
    public string Password { get; init; } = "Correct-Horse-9";

    /// <summary>As initdb's <c>--auth</c>: <c>scram-sha-256</c>, <c>md5</c>, <c>trust</c>.</summary>
    public string Authentication { get; init; } = "scram-sha-256";

    /// <summary>Server settings by name, besides those that make a throw-away server fast.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>A PostgreSQL server of its own on a free port of 127.0.0.1, and on a socket. Ends with the test
/// process.</summary>
public sealed class PostgresServer(PostgresServerOptions options) : IAsyncLifetime
{
    private static readonly ServerAccount s_account = new("postgres");

    private readonly TempDirectory _directory = new();
    private ServerProcess? _process;

    public PostgresServer()
        : this(new PostgresServerOptions()) { }

    public string Host { get; } = "127.0.0.1";

    public int Port { get; private set; }

    /// <summary>The superuser's name.</summary>
    public string Username { get; } = "postgres";

    public string Password => options.Password;

    /// <summary>The directory of the server's Unix socket.</summary>
    public string SocketDirectory => _directory.Combine("socket");

    /// <summary>The directory of initdb, pg_dump and the like of the server's own version.</summary>
    public static string BinDirectory => Path.GetDirectoryName(Tool.Find("initdb", "postgresql"))!;

    private string Data => _directory.Combine("data");

    /// <summary>A running server; the caller disposes it.</summary>
    public static Task<PostgresServer> StartAsync(PostgresServerOptions options) =>
        ServerStart.RunAsync(new PostgresServer(options));

    public async ValueTask InitializeAsync()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string initdb = Tool.Find("initdb", "postgresql");
        string postgres = Tool.Find("postgres", "postgresql");
        await _directory.OpenForServersAsync(s_account, Data, cancellationToken);
        await s_account.CreateDirectoryAsync(SocketDirectory, cancellationToken);
        ServerAccount.LetRead(SocketDirectory);

        string passwordFile = _directory.Combine("password");
        await File.WriteAllTextAsync(passwordFile, Password + "\n", cancellationToken);
        ServerAccount.LetRead(passwordFile);
        await ServerProcess.RunAsync(
            s_account.Command(
                initdb,
                "-D",
                Data,
                "-U",
                Username,
                $"--pwfile={passwordFile}",
                $"--auth={options.Authentication}",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync"
            ),
            cancellationToken
        );
        _process = await ServerProcess.StartAsync(
            () => Command(postgres),
            _directory.Combine("log"),
            IsReadyAsync,
            cancellationToken
        );
    }

    /// <summary>A connection string for Npgsql, without pooling, so that nothing holds a database open.</summary>
    public string ConnectionString(string database = "postgres", string? username = null, string? password = null) =>
        new NpgsqlConnectionStringBuilder
        {
            Host = Host,
            Port = Port,
            Database = database,
            Username = username ?? Username,
            Password = password ?? Password,
            Pooling = false,
            Timeout = 5,
        }.ConnectionString;

    /// <summary>Creates an empty database with a name of its own, and returns the name.</summary>
    public async Task<string> CreateDatabaseAsync(string prefix, CancellationToken cancellationToken)
    {
        string name = $"{prefix}_{Guid.NewGuid():n}";
        await ExecuteAsync($"CREATE DATABASE \"{name}\"", "postgres", cancellationToken);
        return name;
    }

    /// <summary>Runs SQL as the superuser.</summary>
    public async Task ExecuteAsync(string sql, string database, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = new(ConnectionString(database));
        await connection.OpenAsync(cancellationToken);
        await using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            // An immediate shutdown gives the shared memory segment back, which a kill would leave behind.
            await ServerProcess.RunAsync(
                s_account.Command(Tool.Find("pg_ctl", "postgresql"), "-D", Data, "-m", "immediate", "-w", "stop"),
                CancellationToken.None
            );
            await _process.DisposeAsync();
        }

        _directory.Dispose();
    }

    private string[] Command(string postgres)
    {
        Port = FreePort.Next();
        string[] settings =
        [
            $"port={Port}",
            "listen_addresses=127.0.0.1",
            $"unix_socket_directories={SocketDirectory}",
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "shared_buffers=32MB",
            "max_connections=60",
        ];
        string[] own = [.. options.Settings.Select(setting => $"{setting.Key}={setting.Value}")];
        return s_account.Command([
            postgres,
            "-D",
            Data,
            .. settings.Concat(own).SelectMany(setting => new[] { "-c", setting }),
        ]);
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using NpgsqlConnection connection = new(ConnectionString());
            await connection.OpenAsync(cancellationToken);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
