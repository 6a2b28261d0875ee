using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Hosting.Options;

/// <summary>Reads the repository's secrets. One from the environment wins over a file, as every variable wins over the
/// file.</summary>
internal static class OptionSecrets
{
    public static LoadedOptions Read(BackupOptions options, OptionsScope scope, OptionFaults faults)
    {
        var warnings = new List<string>();
        RepositoryOptions repository = options.Repository;
        Secret? connectionString =
            repository.ConnectionString
            ?? ReadFile(repository.ConnectionStringFile, "repository.connectionStringFile", faults, warnings);
        Secret? passphrase = null;
        if (scope is not OptionsScope.Blobs && repository.Encryption == RepositoryOptions.EncryptionPassphrase)
        {
            passphrase =
                repository.Passphrase
                ?? ReadFile(repository.PassphraseFile, "repository.passphraseFile", faults, warnings);
            if (repository is { Passphrase: null, PassphraseFile: null })
            {
                faults.Add(
                    "repository.passphraseFile is not set: name a file that holds the passphrase, or turn encryption off with \"encryption\": \"none\""
                );
            }
        }

        return new LoadedOptions(options, passphrase, connectionString, [.. warnings]);
    }

    private static Secret? ReadFile(string? path, string setting, OptionFaults faults, List<string> warnings)
    {
        if (path is null)
        {
            return null;
        }

        try
        {
            SecretFile file = SecretFile.Read(path, setting);
            if (file.Warning is { } warning)
            {
                warnings.Add(warning);
            }

            return file.Value;
        }
        catch (PermanentException e)
        {
            faults.Add(e);
            return null;
        }
    }
}
