using AlfrescoBackupFlows.Flows.Options;

namespace AlfrescoBackupFlows.Hosting.Options;

/// <summary>Relative paths mean the directory of the configuration file, wherever a command or a timer is
/// started.</summary>
internal static class OptionPaths
{
    public static void Resolve(BackupOptions options, string directory)
    {
        foreach ((string path, Action<string> set) in PathSettings.In(options))
        {
            set(Path.GetFullPath(path, directory));
        }
    }

    /// <summary>Where a new machine, which only has the section <c>repository</c>, keeps its caches; null where the
    /// user has no such place.</summary>
    public static string? DefaultState() =>
        // A new account has no such directory yet; it is made with the state.
        Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData,
            Environment.SpecialFolderOption.DoNotVerify
        )
            is { Length: > 0 } data
            ? Path.Combine(data, "abf")
            : null;
}
