using System.Text;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Cli.Documents;

/// <summary>Where documents are written to. Names come from the database: they never lead out of the directory.</summary>
internal static class OutputNames
{
    private const int MaxNameBytes = 240;
    private const string Reserved = "/\\:*?\"<>|";

    /// <summary>The file for one document.</summary>
    /// <param name="output">As <c>--output</c> says it: a file, or a directory that is there; null: the current one.</param>
    public static string OfDocument(string? output, string name) =>
        output is null ? Path.GetFullPath(Safe(name))
        : IsDirectory(output) ? Path.Combine(Path.GetFullPath(output), Safe(name))
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
            string safe = Safe(name);
            (string stem, string extension) = (Path.GetFileNameWithoutExtension(safe), Path.GetExtension(safe));
            string file = Safe($"{stem}-{label}{extension}");
            for (int i = 2; !taken.Add(file); i++)
            {
                file = Safe($"{stem}-{label}-{i}{extension}");
            }

            files.Add(Path.Combine(directory, file));
        }

        return files;
    }

    /// <summary>A name that every file system takes.</summary>
    internal static string Safe(string name)
    {
        StringBuilder safe = new(name.Length);
        foreach (Rune rune in name.EnumerateRunes())
        {
            bool isOdd =
                Rune.IsControl(rune) || (rune.IsAscii && Reserved.Contains((char)rune.Value, StringComparison.Ordinal));
            safe.Append(isOdd ? "_" : rune.ToString());
        }

        string text = safe.ToString().TrimEnd(' ', '.').TrimStart(' ');
        string extension = Path.GetExtension(text);
        string stem = text[..^extension.Length];
        while (Encoding.UTF8.GetByteCount(stem) + Encoding.UTF8.GetByteCount(extension) > MaxNameBytes)
        {
            if (stem.Length == 0)
            {
                (stem, extension) = (extension, string.Empty);
            }

            stem = stem[..^(stem.Length > 1 && char.IsLowSurrogate(stem[^1]) ? 2 : 1)];
        }

        return stem.Length + extension.Length > 0 ? stem + extension : "document";
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
