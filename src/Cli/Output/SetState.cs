namespace AlfrescoBackupFlows.Cli.Output;

/// <summary>What a set is called: whether its files fit its database.</summary>
internal static class SetState
{
    /// <param name="carriedOver">Files that are in it as an earlier set had them: fit to restore, and a finding.</param>
    public static string Of(bool consistent, bool unproven, long carriedOver) =>
        consistent && carriedOver > 0 ? "consistent, with findings"
        : consistent ? "consistent"
        : unproven ? "unproven"
        : "NOT consistent";
}
