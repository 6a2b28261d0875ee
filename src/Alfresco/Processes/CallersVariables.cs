using System.Collections;

namespace AlfrescoBackupFlows.Alfresco.Processes;

/// <summary>
/// The variables of PostgreSQL's clients (<c>PGOPTIONS</c>, <c>PGSSLCERT</c>, ...) that whoever started this program
/// has set. The driver reads them from the process, also those for which it has no setting, and they are about some
/// other server: they are taken out before it is used, and kept for the administrator's own commands.
/// </summary>
internal static class CallersVariables
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, string> Kept = new(StringComparer.Ordinal);

    public static void Withhold()
    {
        lock (Gate)
        {
            foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            {
                if (
                    variable is { Key: string name, Value: string value }
                    && name.StartsWith("PG", StringComparison.Ordinal)
                )
                {
                    Kept[name] = value;
                    Environment.SetEnvironmentVariable(name, null);
                }
            }
        }
    }

    public static void Return(IDictionary<string, string?> environment)
    {
        lock (Gate)
        {
            foreach ((string name, string value) in Kept)
            {
                environment.TryAdd(name, value);
            }
        }
    }
}
