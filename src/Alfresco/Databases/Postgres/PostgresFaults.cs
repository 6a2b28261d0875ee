using System.Text.RegularExpressions;
using Npgsql;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>
/// Which faults may pass: of the connection, of a server that starts or stops, of storage. Everything else was refused
/// for a reason that will be the same again, known or not.
/// </summary>
internal static partial class PostgresFaults
{
    /// <param name="state">A code of five characters (SQLSTATE).</param>
    public static bool MayPass(string state) =>
        state.StartsWith("08", StringComparison.Ordinal) && state != PostgresErrorCodes.ProtocolViolation
        || state.StartsWith("53", StringComparison.Ordinal)
        || state
            is PostgresErrorCodes.AdminShutdown
                or PostgresErrorCodes.CrashShutdown
                or PostgresErrorCodes.CannotConnectNow
                or PostgresErrorCodes.SystemError
                or PostgresErrorCodes.IoError;

    /// <summary>The same of what a tool says, in English (LC_ALL=C).</summary>
    public static bool MayPass(IEnumerable<string> said) =>
        said.Any(static line => OfConnection().IsMatch(line) && !OfRefusal().IsMatch(line));

    [GeneratedRegex(
        "connection to server .* failed|could not connect to server|could not translate host name"
            + "|server closed the connection unexpectedly|connection to client lost|no connection to the server"
            + "|could not (send|receive) data|SSL SYSCALL error|SSL connection has been closed"
            + "|connection (refused|reset|timed out|not open)|timeout expired|broken pipe|no route to host"
            + "|terminating connection|the database system is (starting|shutting|in recovery|not (yet )?accepting)"
            + "|too many (clients|connections)|remaining connection slots|sorry, too many"
            + "|no space left on device|disk full|input/output error|could not (read|write|extend|open|fsync) file"
            + "|could not (read|write) block|out of (shared )?memory|cannot allocate memory|too many open files",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex OfConnection();

    /// <summary>A server that was reached and said no: it comes with the words of a failed connection too.</summary>
    [GeneratedRegex(
        "authentication failed|no password supplied|no pg_hba|pg_hba.conf rejects|role \".*\" does not exist"
            + "|database \".*\" does not exist|permission denied|is not permitted to log in|not currently accepting"
            + "|root certificate|certificate verify failed|does not support SSL|server certificate for"
            + "|unsupported startup parameter|invalid value for parameter|unrecognized configuration parameter"
            + "|too many connections for (role|database)|terminating connection due to .*timeout",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex OfRefusal();
}
