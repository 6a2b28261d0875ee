namespace AlfrescoBackupFlows.Alfresco.Content;

/// <summary>One directory of content that is captured as a whole.</summary>
/// <param name="Name">Its place in the restored layout: <c>contentstore</c>, <c>contentstore.deleted</c>,
/// <c>audit.contentstore</c>, <c>keystore</c> or <c>stores/NAME</c>.</param>
/// <param name="Path">The directory, absolute.</param>
/// <param name="Setting">The setting or property that names it, for messages.</param>
public sealed record ContentRoot(string Name, string Path, string Setting)
{
    public const string Contentstore = "contentstore";
    public const string Deleted = "contentstore.deleted";
    public const string Audit = "audit.contentstore";
    public const string Keystore = "keystore";

    /// <summary>The root of the configuration files, each under its absolute path.</summary>
    public const string Configuration = "configuration";

    /// <summary>Prefix of the names of further stores.</summary>
    public const string Stores = "stores/";

    /// <summary>Whether a directory, absolute, is this one or lies beneath it.</summary>
    public bool Holds(string directory) => Holds(Path, directory);

    /// <summary>Whether the second directory is the first or lies beneath it; both absolute.</summary>
    public static bool Holds(string above, string directory)
    {
        string named = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(directory));
        string own = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(above));
        return named == own || IsBeneath(named, own);
    }

    /// <param name="path">A directory without a separator at its end.</param>
    /// <param name="above">Another.</param>
    internal static bool IsBeneath(string path, string above) =>
        path.StartsWith(
            System.IO.Path.EndsInDirectorySeparator(above) ? above : above + System.IO.Path.DirectorySeparatorChar,
            StringComparison.Ordinal
        );
}
