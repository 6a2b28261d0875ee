using System.Security.Cryptography;
using AlfrescoBackupFlows.Alfresco.Content;

namespace AlfrescoBackupFlows.Cli.Tests.Crash;

/// <summary>A directory tree as a list of lines: path, size, modification time, mode and hash of every file, and the
/// directories.</summary>
internal static class TreeSnapshot
{
    /// <param name="roots">Directory on disk by the name that a restore gives it.</param>
    public static string[] Take(params IEnumerable<(string Name, string Path)> roots) =>
        [.. roots.SelectMany(root => Take(root.Name, root.Path)).Order(StringComparer.Ordinal)];

    /// <summary>Every root that a restore made, but the configuration: its files lie anywhere.</summary>
    public static string[] TakeRestored(string target) =>
        Take(
            Directory
                .GetDirectories(target)
                .Select(path => (Name: Path.GetFileName(path), Path: path))
                .Where(root => root.Name != ContentRoot.Configuration)
        );

    private static IEnumerable<string> Take(string name, string path)
    {
        foreach (
            FileSystemInfo entry in new DirectoryInfo(path).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
        )
        {
            string place = $"{name}/{Path.GetRelativePath(path, entry.FullName)}";
            yield return entry is FileInfo file
                ? $"{place} {file.Length} {file.LastWriteTimeUtc:O} {Mode(file)} {Hash(file.FullName)}"
                : $"{place}/";
        }
    }

    private static UnixFileMode Mode(FileInfo file) => OperatingSystem.IsWindows() ? default : file.UnixFileMode;

    private static string Hash(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream))[..16];
    }
}
