using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using Npgsql;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>Turns what the driver throws into errors that name the setting to correct.</summary>
internal static class PostgresRefusals
{
    /// <summary>One line with setting, value and correction; transient where trying again may help.</summary>
    /// <param name="opening">Nothing was asked yet.</param>
    public static AbfException Explain(DatabaseConnection target, Exception exception, bool opening = false)
    {
        DatabaseSettingNames names = target.Names;
        if (exception is PostgresException server)
        {
            return ExplainRefusal(target, server);
        }

        string said = PlainText.Excerpt(Root(exception).Message);
        if (exception.Message.Contains("authentication method is not allowed", StringComparison.Ordinal))
        {
            return new PermanentException(
                names.Kind,
                $"{names.Url}: {target.Place} wants the password in clear text, which is sent only where the URL says "
                    + "how: add sslmode=verify-full (or require), or sslmode=disable where the network is trusted",
                exception
            );
        }

        if (TlsFault.IsIn(exception))
        {
            return new PermanentException(
                names.Kind,
                $"{names.Url}: {target.Host}:{target.Port} does not prove by TLS who it is ({said}): its certificate must "
                    + $"be for '{target.Host}', and of an authority that sslrootcert in the URL names",
                exception
            );
        }

        if (
            PostgresTls.LibpqMode(target) is "require" or "verify-ca" or "verify-full"
            && exception.Message.Contains("SSL connection requested", StringComparison.Ordinal)
        )
        {
            return new PermanentException(
                names.Kind,
                $"{names.Url}: {target.Host}:{target.Port} offers no TLS, and the URL asks for it (sslmode): set ssl = on in "
                    + "the server's configuration, or sslmode=disable where the network is trusted",
                exception
            );
        }

        if (target.Password is null && exception.Message.Contains("No password", StringComparison.OrdinalIgnoreCase))
        {
            return new PermanentException(
                names.Kind,
                $"{names.Password} is not given, but {target.Place} wants a password for user '{target.Username}'",
                exception
            );
        }

        if (!opening && Root(exception) is TimeoutException)
        {
            return new PermanentException(
                names.Kind,
                $"{names.Url}: {target.Place} gave no answer to a statement for "
                    + $"{(target.MaxWait * 6).TotalMinutes:0.#} min: see the server's load and log, then run it again. "
                    + "installation.database.maxWait sets the limit, a sixth of it",
                exception
            );
        }

        return new TransientException(
            names.Kind,
            opening
                ? $"{names.Url}: {target.Host}:{target.Port} cannot be reached ({said}); start the server or correct "
                    + "host and port"
                : $"{names.Url}: the connection to {target.Place} was lost ({said}); see whether the server runs",
            exception
        );
    }

    private static AbfException ExplainRefusal(DatabaseConnection target, PostgresException server)
    {
        DatabaseSettingNames names = target.Names;
        string said = PlainText.Excerpt(
            server.Hint is { Length: > 0 } hint ? $"{server.MessageText}; {hint}" : server.MessageText
        );
        string user = $"{names.Username} '{target.Username}'";
        string answer = $"{names.Url}: {target.Place} says '{said}' ({server.SqlState})";
        return server.SqlState switch
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
            PostgresErrorCodes.InsufficientPrivilege when server.Routine == "check_enable_rls" => Permanent(
                $"{answer}; ALTER ROLE \"{target.Username}\" BYPASSRLS, or name the table's owner with {names.Username}"
            ),
            PostgresErrorCodes.InsufficientPrivilege => Permanent(
                $"{user}: lacks rights in {target.Place} ({said}); grant them"
            ),
            PostgresErrorCodes.LockNotAvailable => Permanent(
                $"{answer}: a lock was held for more than installation.database.maxWait; SELECT * FROM pg_locks names "
                    + "who holds it: end that session"
            ),
            PostgresErrorCodes.QueryCanceled => Permanent($"{answer}: somebody ended it there; run it again"),
            PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected => Permanent(
                $"{answer}; on a standby set hot_standby_feedback or a longer max_standby_streaming_delay, or name the "
                    + "primary; else run it again when nobody changes tables"
            ),
            PostgresErrorCodes.ProtocolViolation
                when server.MessageText.Contains("startup parameter", StringComparison.Ordinal) => Permanent(
                $"{answer}: a connection pool stands before the server; name the server itself"
            ),
            PostgresErrorCodes.TooManyConnections => new TransientException(
                names.Kind,
                $"{answer}; end other sessions, or raise max_connections or the user's CONNECTION LIMIT",
                server
            ),
            var state when PostgresFaults.MayPass(state) => new TransientException(
                names.Kind,
                $"{answer}; see the server's log",
                server
            ),
            _ => Permanent($"{answer}; correct that in the database, then run it again"),
        };

        PermanentException Permanent(string message) => new(names.Kind, message, server);
    }

    private static Exception Root(Exception exception) =>
        exception.InnerException is { } inner ? Root(inner) : exception;
}
