using System.Globalization;

namespace AlfrescoBackupFlows.Testing.Servers;

/// <summary>Finds the programs that tests start. What is missing fails the test, naming what to install; it never
/// skips.</summary>
public static class Tool
{
    /// <summary>The absolute path of a program on PATH or where Debian puts server binaries.</summary>
    /// <param name="name">Such as <c>initdb</c>.</param>
    /// <param name="package">Such as <c>postgresql</c>, for the message.</param>
    public static string Find(string name, string package) =>
        Directories().Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException(
            $"'{name}' was not found: install {package} (eng/prerequisites does it)."
        );

    private static IEnumerable<string> Directories()
    {
        // Versioned directories first: the wrappers on PATH may choose another version for each program.
        const string Postgres = "/usr/lib/postgresql";
        if (Directory.Exists(Postgres))
        {
            foreach (string version in Directory.GetDirectories(Postgres).OrderByDescending(Version))
            {
                yield return Path.Combine(version, "bin");
            }
        }

        string path = Environment.GetEnvironmentVariable("PATH") ?? "";
        foreach (string directory in path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            yield return directory;
        }

        yield return "/usr/sbin";
        yield return "/usr/local/sbin";
    }

    private static double Version(string directory) =>
        double.TryParse(
            Path.GetFileName(directory),
            NumberStyles.Float,
            CultureInfo.InvariantCulture,
            out double version
        )
            ? version
            : 0;
}
