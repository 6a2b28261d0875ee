using System.CommandLine;

namespace AlfrescoBackupFlows.Cli.Hosting;

/// <summary>The option <c>--dry-run</c> of the commands that change the repository.</summary>
internal static class DryRun
{
    /// <param name="done">What the command does, as in: what would be ...</param>
    public static Option<bool> NewOption(string done = "done") =>
        new("--dry-run") { Description = $"Say what would be {done}, and do nothing." };
}
