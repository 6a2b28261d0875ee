namespace AlfrescoBackupFlows.Flows;

/// <summary>Names of result pages: an activity that runs again, or twice at once, comes to the same name.</summary>
internal static class Pages
{
    public const string MergedIndex = "index-blobs";

    public static string Index(int attempt) => $"index.{attempt}";

    public static string Database(int attempt) => $"database.{attempt}";

    public static string Plan(int pass, int root) => $"plan.{pass}.{root}";

    public static string Range(int pass, int root, int range, int step) => $"files.{pass}.{root}.{range}.{step}";

    public static string Listing(int pass, int root) => $"listing.{pass}.{root}";

    public static string Consistency(int attempt) => $"consistency.{attempt}";
}
