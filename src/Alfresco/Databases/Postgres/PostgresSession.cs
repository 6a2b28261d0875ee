using System.Net.Sockets;
using System.Text;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using Npgsql;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>Opens connections and turns the server's refusals into errors that name the setting to correct.</summary>
internal static class PostgresSession
{
    /// <summary>No question takes so long, and a server that says nothing more must not hold a run for ever.</summary>
    private const int AnswerSeconds = 3600;

    public static Task<NpgsqlConnection> OpenAsync(DatabaseConnection target, CancellationToken cancellationToken) =>
        OpenAsync(target, new NpgsqlConnection(ConnectionString(target).ConnectionString), cancellationToken);

    /// <summary>Every character of a statement is a byte, and goes to the server as it is.</summary>
    public static Task<NpgsqlConnection> OpenForRawTextAsync(
        DatabaseConnection target,
        CancellationToken cancellationToken
    )
    {
        NpgsqlConnectionStringBuilder text = ConnectionString(target);
        text.Encoding = Encoding.Latin1.WebName;
        // An index of a large table takes its time.
        text.CommandTimeout = 0;
        return OpenAsync(target, new NpgsqlConnection(text.ConnectionString), cancellationToken);
    }

    private static async Task<NpgsqlConnection> OpenAsync(
        DatabaseConnection target,
        NpgsqlConnection connection,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await connection.OpenAsync(cancellationToken);

            // Both tables and dump are read for as long as it takes; a server's limits for web applications do not
            // apply. Servers before 9.6 do not know the second of them.
            await ExecuteAsync(
                connection,
                "SELECT set_config(name, '0', false) FROM pg_catalog.pg_settings WHERE name IN ('statement_timeout', "
                    + "'idle_in_transaction_session_timeout')",
                cancellationToken
            );
            return connection;
        }
        catch (Exception exception) when (exception is NpgsqlException or SocketException or TimeoutException)
        {
            await connection.DisposeAsync();
            throw Explain(target, exception);
        }
        catch (Exception exception) when (OddAnswer.IsIn(exception))
        {
            await connection.DisposeAsync();
            throw OddAnswer.Explain(target, exception);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>One line with setting, value and correction; transient where trying again may help.</summary>
    public static AbfException Explain(DatabaseConnection target, Exception exception)
    {
        var names = target.Names;
        var server = exception as PostgresException;
        string said = PlainText.Excerpt(server?.MessageText ?? Root(exception).Message);
        string user = $"{names.Username} '{target.Username}'";
        return server?.SqlState switch
        {
            PostgresErrorCodes.InvalidPassword => Permanent(
                $"{names.Password}: the password of user '{target.Username}' is refused by {target.Place}; correct it"
            ),
            PostgresErrorCodes.InvalidAuthorizationSpecification => Permanent(
                $"{user}: refused by {target.Place} ({said}); allow this user and host in pg_hba.conf, or name "
                    + "another user"
            ),
            PostgresErrorCodes.InvalidCatalogName => Permanent(
                $"{names.Url}: there is no database '{target.Database}' at {target.Host}:{target.Port}; correct the "
                    + "name or create it"
            ),
            PostgresErrorCodes.InsufficientPrivilege => Permanent(
                $"{user}: lacks rights in {target.Place} ({said}); grant them"
            ),
            not null => server.IsTransient
                ? new TransientException(
                    names.Kind,
                    $"{names.Url}: {target.Place} says '{said}' ({server.SqlState}); try again",
                    exception
                )
                : Permanent($"{names.Url}: {target.Place} says '{said}' ({server.SqlState})"),
            null when exception.Message.Contains("authentication method is not allowed", StringComparison.Ordinal) =>
                Permanent(
                    $"{names.Url}: {target.Place} wants the password in clear text, which is sent only where the URL says how: "
                        + "add sslmode=verify-full (or require), or sslmode=disable where the network is trusted"
                ),
            null
                when target.Password is null
                    && exception.Message.Contains("No password", StringComparison.OrdinalIgnoreCase) => Permanent(
                $"{names.Password} is not given, but {target.Place} wants a password for user '{target.Username}'"
            ),
            null => new TransientException(
                names.Kind,
                $"{names.Url}: {target.Host}:{target.Port} cannot be reached ({said}); start the server or correct "
                    + "host and port",
                exception
            ),
        };

        PermanentException Permanent(string message) => new(names.Kind, message, exception);
    }

    public static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A single value, or default where the result is empty or NULL.</summary>
    public static async Task<T?> ScalarAsync<T>(
        NpgsqlConnection connection,
        string sql,
        CancellationToken cancellationToken,
        params (string Name, object Value)[] parameters
    )
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return await command.ExecuteScalarAsync(cancellationToken) is T value2 ? value2 : default;
    }

    private static NpgsqlConnectionStringBuilder ConnectionString(DatabaseConnection target) =>
        new()
        {
            Host = target.Host,
            Port = target.Port,
            Database = target.Database,
            Username = target.Username,
            Password = target.Password?.Reveal(),
            ApplicationName = "abf",
            Pooling = false,
            Timeout = 15,
            CommandTimeout = AnswerSeconds,
            RequireAuth = PostgresTls.RequiredMethods(target),
            KeepAlive = 30,
            SslMode = PostgresTls.SslMode(target),
            RootCertificate = PostgresTls.RootCertificate(target),
            GssEncryptionMode = GssEncryptionMode.Disable,
        };

    private static Exception Root(Exception exception) =>
        exception.InnerException is { } inner ? Root(inner) : exception;
}
