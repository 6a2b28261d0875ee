using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Options;

namespace AlfrescoBackupFlows.Hosting.Options;

/// <summary>Relative paths mean the directory of the configuration file, wherever a command or a timer is started.</summary>
internal static class OptionPaths
{
    public static void Resolve(BackupOptions options, string directory)
    {
        InstallationOptions installation = options.Installation;
        installation.GlobalProperties = Full(installation.GlobalProperties, directory);
        installation.Root = Full(installation.Root, directory);
        installation.Database.PasswordFile = Full(installation.Database.PasswordFile, directory);
        installation.Database.ToolPath = Full(installation.Database.ToolPath, directory);
        installation.Index.Path = Full(installation.Index.Path, directory);
        installation.Content.Contentstore = Full(installation.Content.Contentstore, directory);
        installation.Content.Deleted = Full(installation.Content.Deleted, directory);
        installation.Content.Audit = Full(installation.Content.Audit, directory);
        installation.Content.Keystore = Full(installation.Content.Keystore, directory);
        foreach ((string name, string path) in installation.Content.Stores.ToArray())
        {
            installation.Content.Stores[name] = Full(path, directory)!;
        }

        options.State = Full(options.State, directory);
        options.Repository.ConnectionStringFile = Full(options.Repository.ConnectionStringFile, directory);
        options.Repository.PassphraseFile = Full(options.Repository.PassphraseFile, directory);
        options.Restore.Directory = Full(options.Restore.Directory, directory);
        options.Restore.DatabasePasswordFile = Full(options.Restore.DatabasePasswordFile, directory);
        options.Serve.KeyFile = Full(options.Serve.KeyFile, directory);
        options.Serve.CertificateFile = Full(options.Serve.CertificateFile, directory);
        options.Serve.CertificateKeyFile = Full(options.Serve.CertificateKeyFile, directory);
        options.Serve.CertificatePasswordFile = Full(options.Serve.CertificatePasswordFile, directory);
        options.Backup.AcknowledgedMissingFile = Full(options.Backup.AcknowledgedMissingFile, directory);
    }

    /// <summary>Where a new machine, which only has the section <c>repository</c>, keeps its caches; null where the user has no such place.</summary>
    public static string? DefaultState() =>
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData) is { Length: > 0 } data ? Path.Combine(data, "abf") : null;

    private static string? Full(string? path, string directory) => path is null ? null : Path.GetFullPath(path, directory);
}
