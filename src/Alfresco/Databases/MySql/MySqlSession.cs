using System.Globalization;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using MySqlConnector;

namespace AlfrescoBackupFlows.Alfresco.Databases.MySql;

/// <summary>
/// Opens connections to MySQL and MariaDB and turns refusals into errors that name the setting to correct.
/// </summary>
internal static class MySqlSession
{
    /// <param name="pinned">False: as the server gives it to any client, such as a tool.</param>
    public static async Task<MySqlConnection> OpenAsync(
        DatabaseConnection target,
        CancellationToken cancellationToken,
        bool pinned = true
    )
    {
        var connection = new MySqlConnection(ConnectionString(target));
        try
        {
            await connection.OpenAsync(cancellationToken);
            if (pinned)
            {
                await MySqlSettings.PinAsync(connection, target, cancellationToken);
            }

            return connection;
        }
        catch (MySqlException exception)
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

    /// <summary>
    /// A session for a few questions. What the driver throws becomes an error that names the setting to correct.
    /// </summary>
    /// <param name="ask">It talks to the server alone, so that only the server can be the reason.</param>
    public static async Task<T> AskAsync<T>(
        DatabaseConnection target,
        Func<MySqlConnection, Task<T>> ask,
        CancellationToken cancellationToken
    )
    {
        await using MySqlConnection session = await OpenAsync(target, cancellationToken);
        try
        {
            return await ask(session);
        }
        catch (MySqlException exception)
        {
            throw Explain(target, exception);
        }
        catch (Exception exception) when (OddAnswer.IsIn(exception))
        {
            throw OddAnswer.Explain(target, exception);
        }
    }

    public static AbfException Explain(DatabaseConnection target, MySqlException exception)
    {
        var names = target.Names;
        string said = PlainText.Excerpt(exception.Message);
        return exception.ErrorCode switch
        {
            MySqlErrorCode.AccessDenied => Permanent(
                $"{names.Password}: the password of user '{target.Username}' is refused by {target.Place}, or this "
                    + $"host is not allowed; correct {names.Password} or {names.Username}"
            ),
            MySqlErrorCode.UnknownDatabase => Permanent(
                $"{names.Url}: there is no database '{target.Database}' at {target.Host}:{target.Port}; correct the "
                    + "name or create it"
            ),
            MySqlErrorCode.DatabaseAccessDenied
            or MySqlErrorCode.TableAccessDenied
            or MySqlErrorCode.ColumnAccessDenied => Permanent(
                $"{names.Username} '{target.Username}': lacks rights in {target.Place} ({said}); grant them"
            ),
            _ when TlsFault.IsIn(exception) => Permanent(
                $"{names.Url}: {target.Host}:{target.Port} does not prove by TLS who it is "
                    + $"({PlainText.Excerpt(Root(exception).Message)}): its certificate must be for '{target.Host}', and of "
                    + "an authority that this machine trusts (update-ca-certificates)"
            ),
            MySqlErrorCode.UnableToConnectToHost => Transient(
                $"{names.Url}: {target.Host}:{target.Port} cannot be reached "
                    + $"({PlainText.Excerpt(Root(exception).Message)}); start the server or correct host and port"
            ),
            MySqlErrorCode.CommandTimeoutExpired => Permanent(
                $"{names.Url}: {target.Place} gave no answer to a statement for "
                    + $"{(target.MaxWait * 6).TotalMinutes:0.#} min: see the server's load and log, then run it again. "
                    + "installation.database.maxWait sets the limit, a sixth of it"
            ),
            _ when MySqlRefusals.MayPass(exception.Number) || exception is { Number: 0, InnerException: not null } =>
                Transient($"{names.Url}: {target.Place} says '{said}' ({exception.Number}); see the server's log"),
            _ => Permanent(
                $"{names.Url}: {target.Place} says '{said}' ({exception.Number}); "
                    + (
                        MySqlRefusals.Advice(exception.Number, target)
                        ?? "correct that in the database, then run it again"
                    )
            ),
        };

        PermanentException Permanent(string message) => new(names.Kind, message, exception);
        TransientException Transient(string message) => new(names.Kind, message, exception);
    }

    /// <summary>Whether the connection's database is one that a grant names, which may be a pattern.</summary>
    public static async Task<bool> IsLikeAsync(
        MySqlConnection connection,
        string pattern,
        CancellationToken cancellationToken
    )
    {
        await using var command = new MySqlCommand("SELECT DATABASE() LIKE @pattern", connection);
        command.Parameters.AddWithValue("@pattern", pattern);
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture) == 1;
    }

    private static string ConnectionString(DatabaseConnection target) =>
        new MySqlConnectionStringBuilder
        {
            Server = target.Host,
            Port = (uint)target.Port,
            Database = target.Database,
            UserID = target.Username,
            Password = target.Password?.Reveal() ?? string.Empty,
            ApplicationName = "abf",
            ConnectionProtocol = MySqlConnectionProtocol.Tcp,
            CharacterSet = "utf8mb4",
            Pooling = false,
            ConnectionTimeout = 15,
            DefaultCommandTimeout = (uint)Math.Clamp((target.MaxWait * 6).TotalSeconds, 1, int.MaxValue / 1000),
            Keepalive = 30,
            SslMode = MySqlTls.SslMode(target),
            AllowLoadLocalInfile = false,
            AllowPublicKeyRetrieval = MySqlTls.AllowsPublicKeyRetrieval(target),
        }.ConnectionString;

    private static Exception Root(Exception exception) =>
        exception.InnerException is { } inner ? Root(inner) : exception;
}
