namespace AlfrescoBackupFlows.Alfresco.Processes;

/// <summary>
/// One run of a vendor's tool. Arguments are seen by every user of the machine and never hold a secret; the environment
/// may.
/// </summary>
/// <param name="Environment">Set on top of what the child gets of this process's own.</param>
internal sealed record ToolCommand(
    string File,
    IReadOnlyList<string> Arguments,
    IReadOnlyDictionary<string, string> Environment
)
{
    /// <summary>
    /// A command of the administrator gets the whole environment but the secrets of this program. A vendor's tool does
    /// not: it gets what any program needs to start, and what <see cref="Environment"/> says.
    /// </summary>
    public bool IsOfAdministrator { get; init; }
}

/// <summary>How a tool ended.</summary>
/// <param name="Errors">Its last lines of standard error, at most 200, trimmed, none empty.</param>
internal sealed record ToolExit(int Code, IReadOnlyList<string> Errors)
{
    /// <summary>By a signal, such as that of a machine short of memory: nobody refused anything.</summary>
    public bool WasKilled => Code is > 128 and < 160;

    /// <summary>The lines that speak of a fault, else the last line, as one line for a message.</summary>
    public string Reason(Func<string, bool> isFault)
    {
        var faults = Errors.Where(isFault).Take(3).ToList();
        string text = string.Join("; ", faults.Count > 0 ? faults : Errors.TakeLast(1));
        return text.Length > 600 ? text[..600] + "…"
            : text.Length > 0 ? text
            : "it said nothing";
    }
}
