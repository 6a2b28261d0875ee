using System.Text;
using AlfrescoBackupFlows.Alfresco.Processes;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>How a dump ends, and how a tool says that it failed.</summary>
internal static class PostgresDump
{
    /// <summary>
    /// The last lines of a plain dump. A row cannot imitate them: COPY text writes a line end within a value as <c>\n</c>. Only a blank line and
    /// <c>\unrestrict</c> (minor releases since August 2025) may follow.
    /// </summary>
    public static bool IsComplete(ReadOnlySpan<byte> tail)
    {
        var end = "\n--\n-- PostgreSQL database dump complete\n--\n"u8;
        var text = Encoding.UTF8.GetString(tail).ReplaceLineEndings("\n");
        var at = text.LastIndexOf(Encoding.UTF8.GetString(end), StringComparison.Ordinal);
        return at >= 0 && text[(at + end.Length)..].Split('\n').All(static line => line.Length == 0 || line.StartsWith("\\unrestrict ", StringComparison.Ordinal));
    }

    /// <summary>Messages are in English (LC_ALL=C); warnings and notices are no fault.</summary>
    public static bool IsFault(string line) =>
        line.Contains("error:", StringComparison.OrdinalIgnoreCase) || line.Contains("FATAL:", StringComparison.Ordinal) || line.Contains("PANIC:", StringComparison.Ordinal);

    /// <summary>The exit code and what was said, as an error: permanent where the server's answer will be the same again.</summary>
    public static AbfException Failed(DatabaseConnection target, PostgresTool tool, ToolExit exit)
    {
        var reason = exit.Reason(IsFault);
        var names = target.Names;
        var message = $"{tool.File} failed on {target.Place} with exit code {exit.Code}: {reason}";
        return reason switch
        {
            // Owners and grants are part of what is restored; the transaction was rolled back, so the mend is followed by a second try.
            _ when Says("role \"") && Says("does not exist") => new PermanentException(names.Kind, $"{message}; create that role on the target (CREATE ROLE ... NOLOGIN is enough), then restore again"),
            _ when Says("must be member of role") || Says("must be able to SET ROLE") =>
                new PermanentException(names.Kind, $"{message}; grant that role to {names.Username} '{target.Username}', or restore as a user that may set owners"),
            _ when Says("permission denied") => new PermanentException(names.Kind, $"{message}; grant the rights to {names.Username} '{target.Username}'"),
            _ when Says("password authentication failed") || Says("no password supplied") => new PermanentException(names.Kind, $"{message}; correct {names.Password}"),
            _ when Says("server version mismatch") => new PermanentException(names.Kind, $"{message}; correct {names.ToolPath}"),
            _ => new TransientException(names.Kind, $"{message}; see the server's log, then try again"),
        };

        bool Says(string text) => reason.Contains(text, StringComparison.OrdinalIgnoreCase);
    }
}
