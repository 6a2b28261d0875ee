using AlfrescoBackupFlows.Documents;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Cli.Documents;

/// <summary>Where documents are written to. Names come from the database: they never lead out of the directory.</summary>
internal static class OutputNames
{
    /// <summary>The file for one document.</summary>
    /// <param name="output">As <c>--output</c> says it: a file, or a directory that is there; null: the current one.</param>
    public static string OfDocument(string? output, string name) =>
        output is null ? Path.GetFullPath(FileName.Safe(name))
        : IsDirectory(output) ? Path.Combine(Path.GetFullPath(output), FileName.Safe(name))
        : Path.GetFullPath(output);

    /// <summary>The files for versions of a document, in one directory.</summary>
    public static IReadOnlyList<string> OfVersions(string? output, IEnumerable<(string Name, string Label)> versions)
    {
        if (output is not null && !GivenPath.IsDirectory(output))
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"--output {output}: with --all-versions it is a directory, which must be there: create it"
            );
        }

        string directory = Path.GetFullPath(output ?? ".");
        HashSet<string> taken = new(StringComparer.OrdinalIgnoreCase);
        List<string> files = [];
        foreach ((string name, string label) in versions)
        {
            string safe = FileName.Safe(name);
            (string stem, string extension) = (Path.GetFileNameWithoutExtension(safe), Path.GetExtension(safe));
            string file = FileName.Safe($"{stem}-{label}{extension}");
            for (int i = 2; !taken.Add(file); i++)
            {
                file = FileName.Safe($"{stem}-{label}-{i}{extension}");
            }

            files.Add(Path.Combine(directory, file));
        }

        return files;
    }

    private static bool IsDirectory(string output)
    {
        bool isDirectory = GivenPath.IsDirectory(output);
        return isDirectory || !Path.EndsInDirectorySeparator(output)
            ? isDirectory
            : throw new PermanentException(
                ErrorKind.Configuration,
                $"--output {output}: there is no such directory: create it, or name a file"
            );
    }
}
