namespace AlfrescoBackupFlows.Fuzz;

/// <summary>The inputs that each target begins with: valid ones, and those that once broke something.</summary>
internal static class Corpus
{
    /// <summary>In the order of their names, so that a seed means the same everywhere.</summary>
    public static IReadOnlyList<byte[]> Of(FuzzTarget target) =>
        [.. Directory.GetFiles(DirectoryOf(target)).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    public static string DirectoryOf(FuzzTarget target) =>
        Path.Combine(AppContext.BaseDirectory, "Corpus", target.Name);
}
