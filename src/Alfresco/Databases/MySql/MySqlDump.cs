using System.Text;
using AlfrescoBackupFlows.Alfresco.Processes;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Alfresco.Databases.MySql;

/// <summary>How a dump ends, and how a tool says that it failed.</summary>
internal static class MySqlDump
{
    /// <summary>
    /// The last line, with or without a date. A value cannot imitate it: its line ends are written <c>\n</c>.
    /// </summary>
    public static bool IsComplete(ReadOnlySpan<byte> tail)
    {
        string text = Encoding.UTF8.GetString(tail).TrimEnd();
        int line = text.LastIndexOf('\n');
        return line >= 0 && text[(line + 1)..].StartsWith("-- Dump completed", StringComparison.Ordinal);
    }

    public static PermanentException IsTruncated() =>
        new(
            ErrorKind.Repository,
            "the stored dump does not end as a dump of MySQL or MariaDB does: it is truncated; restore another set"
        );

    public static bool IsFault(string line) =>
        !line.Contains("[Warning]", StringComparison.OrdinalIgnoreCase)
        && (
            line.Contains("error", StringComparison.OrdinalIgnoreCase)
            || line.Contains("couldn't", StringComparison.OrdinalIgnoreCase)
            || line.Contains("insufficient privileges", StringComparison.OrdinalIgnoreCase)
        );

    public static AbfException Failed(DatabaseConnection target, MySqlTool tool, ToolExit exit)
    {
        string reason = PlainText.Escape(exit.Reason(IsFault));
        DatabaseSettingNames names = target.Names;
        string message = $"{tool.File} failed on {target.Place} with exit code {exit.Code}: {reason}";
        int? code = MySqlRefusals.CodeIn(reason);
        if (exit.WasKilled || (code is { } passing && MySqlRefusals.MayPass(passing)))
        {
            string slow = code == 2013 ? "; raise net_write_timeout if the repository is slow" : string.Empty;
            return new TransientException(names.Kind, $"{message}; see the server's log{slow}");
        }

        string advice =
            (code is { } refused ? MySqlRefusals.Advice(refused, target) : null)
            ?? (
                reason.Contains("denied", StringComparison.OrdinalIgnoreCase)
                || reason.Contains("privilege", StringComparison.OrdinalIgnoreCase)
                    ? $"grant the rights to {names.Username} '{target.Username}' or correct {names.Password}"
                    : "correct that in the database, then run it again"
            );
        return new PermanentException(names.Kind, $"{message}; {advice}");
    }
}
