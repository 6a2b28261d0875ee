using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>
/// The phases of every flow, as its status and the live progress name them. Those that a set records have the
/// manifest's names.
/// </summary>
public static class Phases
{
    // Backup, in this order.
    public const string Open = "open";
    public const string Check = "check";
    public const string Seeding = "seeding";
    public const string IndexWindow = "index-window";
    public const string Index = PhaseNames.Index;
    public const string Database = PhaseNames.Database;
    public const string Files = PhaseNames.Files;
    public const string Consistency = "consistency";

    /// <summary>In the word that users know, and that journals hold.</summary>
    public const string Commit = "seal";
    public const string Close = "close";

    // Restore; its check, files and database have the backup's names.
    public const string Prepare = "prepare";
    public const string Directories = "directories";
    public const string Finish = "finish";

    // Verification.
    public const string Structure = "structure";
    public const string Data = "data";
    public const string Live = "live";

    // What is asked for by itself.
    public const string Prune = "prune";
    public const string Mirror = "mirror";
}
