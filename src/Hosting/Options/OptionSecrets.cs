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
        Secret? keyFile = null;
        if (scope is OptionsScope.Blobs)
        {
            // Nothing is opened: blobs are read and written as they are.
        }
        else if (repository.KeyFile is not null)
        {
            keyFile = ReadFile(repository.KeyFile, "repository.keyFile", faults, warnings);
            if (
                repository is not { Passphrase: null, PassphraseFile: null }
                || repository.Encryption != RepositoryOptions.EncryptionPassphrase
            )
            {
                faults.Add(
                    "repository.keyFile takes the place of a passphrase: leave out repository.passphraseFile, "
                        + "ABF__REPOSITORY__PASSPHRASE and repository.encryption, or leave out repository.keyFile"
                );
            }
        }
        else if (repository.Encryption == RepositoryOptions.EncryptionPassphrase)
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

        return new LoadedOptions(options, passphrase, connectionString, [.. warnings]) { KeyFile = keyFile };
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
