using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Alfresco.Installations;

/// <summary>Where <c>alfresco-global.properties</c> stands on machines whose administrator has not said.</summary>
public static class UsualPlaces
{
    private const string File = "alfresco-global.properties";

    /// <summary>In a directory with one name or more; <c>*</c> at the end of a name stands for anything.</summary>
    private static readonly string[] Patterns = OperatingSystem.IsWindows()
        ?
        [
            @"C:\Alfresco*\tomcat\shared\classes",
            @"C:\Program Files\Alfresco*\tomcat\shared\classes",
            @"C:\alfresco*\tomcat\shared\classes",
        ]
        :
        [
            "/opt/*/tomcat/shared/classes",
            "/opt/*/shared/classes",
            "/opt/*",
            "/usr/local/*/shared/classes",
            "/usr/local/*/tomcat/shared/classes",
            "/usr/share/tomcat*/shared/classes",
            "/var/lib/tomcat*/shared/classes",
            "/srv/*/tomcat/shared/classes",
            "/srv/*",
            "/home/alfresco*/tomcat/shared/classes",
            "/home/alfresco*/*/tomcat/shared/classes",
            "/etc/alfresco*",
        ];

    private static readonly (string Variable, string Beneath)[] Variables =
    [
        ("CATALINA_BASE", "shared/classes"),
        ("CATALINA_HOME", "shared/classes"),
        ("ALF_HOME", "tomcat/shared/classes"),
    ];

    /// <summary>The files there are, each once, in the order of the places; what cannot be looked into holds none.</summary>
    /// <param name="variable">A variable of the environment by its name.</param>
    public static IReadOnlyList<string> Find(Func<string, string?> variable) =>
        Find([
            .. Variables.Select(place =>
                variable(place.Variable) is { Length: > 0 } directory
                    ? Path.Combine(directory, place.Beneath)
                    : string.Empty
            ),
            .. Patterns,
        ]);

    internal static IReadOnlyList<string> Find(IEnumerable<string> patterns) =>
        [
            .. patterns
                .Where(Path.IsPathFullyQualified)
                .SelectMany(Expand)
                .Select(directory => Path.Combine(directory, File))
                .Where(GivenPath.IsFile)
                .DistinctBy(RealPath),
        ];

    private static IEnumerable<string> Expand(string pattern)
    {
        string root = Path.GetPathRoot(pattern)!;
        IEnumerable<string> found = [root];
        foreach (
            string name in pattern[root.Length..].Split(Path.DirectorySeparatorChar, '/').Where(name => name.Length > 0)
        )
        {
            found = name.EndsWith('*')
                ? found.SelectMany(directory =>
                    NamesIn(directory)
                        .Where(entry => entry.StartsWith(name[..^1], StringComparison.Ordinal))
                        .Order(StringComparer.Ordinal)
                        .Select(entry => Path.Combine(directory, entry))
                )
                : found.Select(directory => Path.Combine(directory, name));
        }

        return found;
    }

    private static string[] NamesIn(string directory)
    {
        try
        {
            return GivenPath.IsDirectory(directory) ? [.. GivenPath.NamesIn(directory)] : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>One installation may be reached by <c>/opt/alfresco</c>, which leads to <c>/opt/alfresco-23.4</c>.</summary>
    private static string RealPath(string file)
    {
        try
        {
            string directory = Path.GetDirectoryName(file)!;
            for (string? at = directory; at is not null; at = Path.GetDirectoryName(at))
            {
                if (GivenPath.LinkTarget(at) is not null && GivenPath.FinalTarget(at) is { } target)
                {
                    return Path.Join(target, file[at.Length..]);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Its name stands for itself.
        }

        return file;
    }
}
