using System.Text;
using AlfrescoBackupFlows.Alfresco.Processes;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using Npgsql;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>How a dump ends, and how a tool says that it failed.</summary>
internal static class PostgresDump
{
    private static readonly string[] LineEnds = ["\n", "\r\n"];

    /// <summary>
    /// The last lines of a plain dump. A row cannot imitate them: COPY text writes a line end within a value as
    /// <c>\n</c>. Only a blank line and
    /// <c>\unrestrict</c> (minor releases since August 2025) may follow.
    /// </summary>
    public static bool IsComplete(ReadOnlySpan<byte> tail) => EndOf(tail) >= 0;

    /// <summary>
    /// Where the last line of the dump ends that is not about a restriction; less than 0 for a truncated dump.
    /// </summary>
    public static int EndOf(ReadOnlySpan<byte> tail)
    {
        foreach (string lineEnd in LineEnds)
        {
            byte[] last = Encoding.UTF8.GetBytes(
                $"\n--{lineEnd}-- PostgreSQL database dump complete{lineEnd}--{lineEnd}"
            );
            int end = tail.LastIndexOf(last) + last.Length;
            if (end >= last.Length && Encoding.UTF8.GetString(tail[end..]).Split('\n').All(IsNothing))
            {
                return end;
            }
        }

        return -1;

        static bool IsNothing(string line) =>
            line.Trim().Length == 0 || line.StartsWith("\\unrestrict ", StringComparison.Ordinal);
    }

    public static PermanentException IsTruncated() =>
        new(
            ErrorKind.Repository,
            "the stored dump does not end as a dump of PostgreSQL does: it is truncated; restore another set"
        );

    /// <summary>No dump has commands for the client outside of its data.</summary>
    public static PermanentException HoldsCommand(string command) =>
        new(
            ErrorKind.Repository,
            $"the stored dump holds a command for psql among its statements ({PlainText.Escape(command)}), which was not "
                + "run: it was put into the dump by "
                + "the server that it came from or by somebody since; nothing was restored from it; take another set"
        );

    /// <summary>Messages are in English (LC_ALL=C); warnings and notices are no fault.</summary>
    public static bool IsFault(string line) =>
        line.Contains("error:", StringComparison.OrdinalIgnoreCase)
        || line.Contains("FATAL:", StringComparison.Ordinal)
        || line.Contains("PANIC:", StringComparison.Ordinal);

    /// <summary>
    /// The exit code and what was said, as an error: transient only where connection, server or storage failed, or the
    /// tool was ended from outside.
    /// </summary>
    public static AbfException Failed(DatabaseConnection target, PostgresTool tool, ToolExit exit)
    {
        string reason = exit.Reason(IsFaultOrDetail);
        if (reason.Contains("backslash commands are restricted", StringComparison.Ordinal))
        {
            return HoldsCommand(reason);
        }

        DatabaseSettingNames names = target.Names;
        string message = $"{tool.File} failed on {target.Place} with exit code {exit.Code}: {PlainText.Escape(reason)}";
        if (Explained(target, reason, message) is { } explained)
        {
            return explained;
        }

        return exit.WasKilled || PostgresFaults.MayPass(exit.Errors)
            ? new TransientException(names.Kind, $"{message}; see the server's log")
            : new PermanentException(names.Kind, $"{message}; correct that in the database, then run it again");
    }

    /// <summary>A statement that failed is named in a line after the fault.</summary>
    private static bool IsFaultOrDetail(string line) =>
        IsFault(line)
        || line.Contains(" detail: ", StringComparison.OrdinalIgnoreCase)
        || line.StartsWith("HINT:", StringComparison.Ordinal);

    /// <summary>The same for a refusal that came over our own connection.</summary>
    public static AbfException Refused(DatabaseConnection target, NpgsqlException exception)
    {
        string said = PlainText.Excerpt((exception as PostgresException)?.MessageText ?? string.Empty);
        return (AbfException?)Explained(target, said, $"{target.Place} refused the dump: {said}")
            ?? PostgresRefusals.Explain(target, exception);
    }

    /// <summary>Null where nothing is known of how to go on.</summary>
    private static PermanentException? Explained(DatabaseConnection target, string reason, string message)
    {
        DatabaseSettingNames names = target.Names;
        return reason switch
        {
            // Owners and grants are part of what is restored; the transaction was rolled back, so a second try may
            // follow the correction.
            _ when Says("role \"") && Says("does not exist") => Permanent(
                "create that role on the target (CREATE ROLE ... NOLOGIN is enough), then restore again"
            ),
            _ when Says("must be member of role") || Says("must be able to SET ROLE") => Permanent(
                $"grant that role to {names.Username} '{target.Username}', or restore as a user that may set "
                    + "owners"
            ),
            _ when Says("row-level security") => Permanent(
                $"ALTER ROLE \"{target.Username}\" BYPASSRLS, or name the table's owner with {names.Username}"
            ),
            _ when Says("permission denied") => Permanent($"grant the rights to {names.Username} '{target.Username}'"),
            _ when Says("password authentication failed") || Says("no password supplied") => Permanent(
                $"correct {names.Password}"
            ),
            _ when Says("must be owner of") => Permanent(
                $"make '{target.Username}' its owner, or restore into a database that has no such object yet"
            ),
            _ when Says("extension") && (Says("is not available") || Says("control file")) => Permanent(
                "install the extension's package on the target's server"
            ),
            _ when Says("lock") && Says("timeout") || Says("due to statement timeout") => Permanent(
                "somebody held that table for longer than installation.database.maxWait: SELECT * FROM pg_locks names "
                    + "who; end that session, then run it again"
            ),
            _ when Says("server version mismatch") => Permanent($"correct {names.ToolPath}"),
            _ => null,
        };

        bool Says(string text) => reason.Contains(text, StringComparison.OrdinalIgnoreCase);

        PermanentException Permanent(string correction) => new(names.Kind, $"{message}; {correction}");
    }
}
