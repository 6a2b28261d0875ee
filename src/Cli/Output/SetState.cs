namespace AlfrescoBackupFlows.Cli.Output;

/// <summary>What a set is called: whether its files fit its database.</summary>
internal static class SetState
{
    public static string Of(bool consistent, bool unproven) =>
        consistent ? "consistent"
        : unproven ? "unproven"
        : "NOT consistent";
}
