using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using AlfrescoBackupFlows.Alfresco.Processes;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using Npgsql;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>Opens connections on which nothing depends on the settings of server, database or user.</summary>
internal static class PostgresSession
{
    /// <summary>The <c>application_name</c> of every session begins so.</summary>
    public const string Application = "abf";

    /// <summary>
    /// What our statements depend on, whatever server, database or user say. Statements have a limit of their own, in
    /// this process; the one on locks stands behind <see cref="WaitWatch"/>, which names who holds them.
    /// </summary>
    private static readonly (string Name, string Value)[] Pinned =
    [
        ("statement_timeout", "0"),
        ("idle_in_transaction_session_timeout", "0"),
        ("idle_session_timeout", "0"),
        ("transaction_timeout", "0"),
        ("search_path", "pg_catalog"),
        ("DateStyle", "ISO, MDY"),
        ("IntervalStyle", "postgres"),
        ("bytea_output", "hex"),
        ("standard_conforming_strings", "on"),
        ("quote_all_identifiers", "off"),
        ("row_security", "off"),
    ];

    /// <summary>An <c>application_name</c> by which the sessions of one piece of work are found at the server.</summary>
    public static string NewWorker() => $"{Application}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";

    public static Task<NpgsqlConnection> OpenAsync(
        DatabaseConnection target,
        CancellationToken cancellationToken,
        string application = Application
    ) => OpenAsync(target, ConnectionString(target, application), cancellationToken);

    /// <summary>
    /// A session for a few questions. What the driver throws becomes an error that names the setting to correct.
    /// </summary>
    /// <param name="ask">It talks to the server alone, so that only the server can be the reason.</param>
    public static async Task<T> AskAsync<T>(
        DatabaseConnection target,
        Func<NpgsqlConnection, Task<T>> ask,
        CancellationToken cancellationToken
    )
    {
        await using NpgsqlConnection session = await OpenAsync(target, cancellationToken);
        try
        {
            return await ask(session);
        }
        catch (NpgsqlException exception)
        {
            throw PostgresRefusals.Explain(target, exception);
        }
        catch (Exception exception) when (OddAnswer.IsIn(exception))
        {
            throw OddAnswer.Explain(target, exception);
        }
    }

    /// <summary>Whether the server lets us in by one of these methods, in Npgsql's words.</summary>
    public static async Task<bool> IsLetInAsync(
        DatabaseConnection target,
        string methods,
        CancellationToken cancellationToken
    )
    {
        NpgsqlConnectionStringBuilder settings = ConnectionString(target, Application);
        settings.RequireAuth = methods;
        CallersVariables.Withhold();
        NpgsqlDataSourceBuilder builder = new(settings.ConnectionString);
        builder.ConfigureTypeLoading(static types => types.EnableTypeLoading(false));
        if (settings.SslCertificate is null)
        {
            builder.UseSslClientAuthenticationOptionsCallback(WithoutCertificate);
        }

        await using NpgsqlDataSource server = builder.Build();
        try
        {
            await (await server.OpenConnectionAsync(cancellationToken)).DisposeAsync();
            return true;
        }
        catch (Exception exception)
            when (exception is NpgsqlException or SocketException or TimeoutException or IOException
                || OddAnswer.IsIn(exception)
            )
        {
            return false;
        }
    }

    /// <summary>Every character of a statement is a byte, and goes to the server as it is.</summary>
    public static Task<NpgsqlConnection> OpenForRawTextAsync(
        DatabaseConnection target,
        string application,
        CancellationToken cancellationToken
    )
    {
        NpgsqlConnectionStringBuilder text = ConnectionString(target, application);
        text.Encoding = Encoding.Latin1.WebName;
        // An index of a large table takes its time.
        text.CommandTimeout = 0;
        return OpenAsync(target, text, cancellationToken);
    }

    private static async Task<NpgsqlConnection> OpenAsync(
        DatabaseConnection target,
        NpgsqlConnectionStringBuilder settings,
        CancellationToken cancellationToken
    )
    {
        CallersVariables.Withhold();
        var connection = new NpgsqlConnection(settings.ConnectionString);
        if (settings.SslCertificate is null)
        {
            // The driver takes one from the home directory of whoever started this.
            connection.SslClientAuthenticationOptionsCallback = WithoutCertificate;
        }

        try
        {
            await connection.OpenAsync(cancellationToken);
            foreach ((string name, string value) in Pinned)
            {
                // Older servers lack some of them.
                await ScalarAsync<string>(
                    connection,
                    "SELECT set_config(name, @value, false) FROM pg_catalog.pg_settings WHERE name = @name",
                    cancellationToken,
                    ("name", name),
                    ("value", value)
                );
            }

            return connection;
        }
        catch (Exception exception) when (exception is NpgsqlException or SocketException or TimeoutException)
        {
            await connection.DisposeAsync();
            throw PostgresRefusals.Explain(target, exception, opening: true);
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or ArgumentException)
        {
            await connection.DisposeAsync();
            throw new PermanentException(
                target.Names.Kind,
                $"{target.Names.Url}: no connection to {target.Place} can be made "
                    + $"({PlainText.Escape(exception.Message)}): correct the files that sslcert, sslkey and sslrootcert of "
                    + "the URL name, or those in ~/.postgresql",
                exception
            );
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

    /// <summary>The same settings as statements, for a tool that has none of its own.</summary>
    public static async Task<string> SettingsForToolAsync(NpgsqlConnection session, CancellationToken cancellationToken)
    {
        List<string> known = await SessionQueries.ListAsync(
            session,
            "SELECT name FROM pg_catalog.pg_settings",
            cancellationToken
        );
        return string.Concat(
            Pinned
                .Where(setting => known.Contains(setting.Name))
                .Select(static setting => $"SET {setting.Name} = '{setting.Value}';\n")
        );
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

    private static void WithoutCertificate(SslClientAuthenticationOptions tls) => tls.ClientCertificateContext = null;

    private static NpgsqlConnectionStringBuilder ConnectionString(DatabaseConnection target, string application) =>
        new()
        {
            Host = target.Host,
            Port = target.Port,
            Database = target.Database,
            Username = target.Username,
            Password = target.Password?.Reveal(),
            Passfile = OperatingSystem.IsWindows() ? "NUL" : "/dev/null",
            ApplicationName = application,
            ClientEncoding = "UTF8",
            Timezone = "UTC",
            Options = StartOptions(target),
            TargetSessionAttributes = "any",
            Pooling = false,
            Timeout = 15,
            CommandTimeout = (int)Math.Clamp((target.MaxWait * 6).TotalSeconds, 1, int.MaxValue / 1000),
            RequireAuth = PostgresTls.RequiredMethods(target),
            KeepAlive = 30,
            SslMode = PostgresTls.SslMode(target),
            RootCertificate = PostgresTls.RootCertificate(target),
            SslCertificate = PostgresTls.ClientCertificate(target),
            SslKey = PostgresTls.ClientKey(target),
            GssEncryptionMode = GssEncryptionMode.Disable,
        };

    /// <summary>
    /// From the first statement on: a user may have a limit that not even the settings above outlast. pg_dump takes
    /// from the user how it writes bytes and names.
    /// </summary>
    internal static string StartOptions(DatabaseConnection target)
    {
        long locks = (long)(target.MaxWait + TimeSpan.FromSeconds(30)).TotalMilliseconds;
        string own = string.Create(
            CultureInfo.InvariantCulture,
            $"-c statement_timeout=0 -c lock_timeout={locks} -c bytea_output=hex -c quote_all_identifiers=off"
        );
        return target.Parameters.GetValueOrDefault("options") is { Length: > 0 } configured
            ? $"{configured} {own}"
            : own;
    }
}
