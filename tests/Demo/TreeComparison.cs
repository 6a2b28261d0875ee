namespace AlfrescoBackupFlows.Demo;

/// <summary>Holds two directory trees against each other: names, bytes, modes and modification times of
/// files.</summary>
internal static class TreeComparison
{
    /// <summary>Returns the differences (the first hundred) and how many files were alike.</summary>
    public static (List<string> Differences, int Files) Compare(string source, string target)
    {
        var differences = new List<string>();
        string[] left = Names(source);
        string[] right = Names(target);
        differences.AddRange(left.Except(right, StringComparer.Ordinal).Select(name => $"{name}: not restored"));
        differences.AddRange(right.Except(left, StringComparer.Ordinal).Select(name => $"{name}: not in the source"));
        int files = 0;
        foreach (string name in left.Intersect(right, StringComparer.Ordinal))
        {
            var original = new FileInfo(Path.Combine(source, name));
            var restored = new FileInfo(Path.Combine(target, name));
            if (!original.Exists)
            {
                continue; // a directory on both sides
            }

            if (original.Length != restored.Length || !SameBytes(original, restored))
            {
                differences.Add($"{name}: other bytes");
            }
            else if (original.LastWriteTimeUtc != restored.LastWriteTimeUtc)
            {
                differences.Add($"{name}: other modification time");
            }
            else if (!OperatingSystem.IsWindows() && original.UnixFileMode != restored.UnixFileMode)
            {
                differences.Add($"{name}: other mode");
            }
            else
            {
                files++;
            }
        }

        return ([.. differences.Take(100)], files);
    }

    private static string[] Names(string root) =>
        [
            .. Directory
                .EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(root, path))
                .Order(StringComparer.Ordinal),
        ];

    private static bool SameBytes(FileInfo left, FileInfo right) =>
        File.ReadAllBytes(left.FullName).AsSpan().SequenceEqual(File.ReadAllBytes(right.FullName));
}
