using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Repository.Config;

/// <summary>The config whose keys this machine has; another host may have made another one count since.</summary>
/// <param name="file">The config that opened the repository.</param>
/// <param name="keys">Of the open repository.</param>
/// <param name="newKeys">Takes over the keys of a config that another host made count.</param>
internal sealed class KnownConfig(ConfigFile file, KeyRing keys, CurrentConfig current, NewKeys newKeys)
{
    public ConfigFile File { get; set; } = file;

    /// <summary>Whether it is the one that counts.</summary>
    public bool IsOf(LogHead head) => File.Stamp == head.State.Config;

    /// <summary>Reads the one that counts, which is to be changed. The keys stay as they are.</summary>
    /// <exception cref="PermanentException">Configuration: this machine, or the repository, has no passphrases.</exception>
    public async Task<ConfigFile> ReadChangeableAsync(CancellationToken cancellationToken)
    {
        ConfigFile counting = await current.ReadAsync(cancellationToken);
        if (keys.WritesOnly)
        {
            throw WriteOnly.Fault("The keys cannot be changed");
        }

        if (counting.Config.Encryption == RepositoryAccess.EncryptionNone)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                "The repository has encryption 'none': it has no passphrases to add or remove."
            );
        }

        return counting;
    }

    /// <summary>Takes over the config that counts.</summary>
    /// <returns>All of its keys.</returns>
    public async Task<IReadOnlyList<ClassKey>> TakeAsync(ConfigFile counting, CancellationToken cancellationToken)
    {
        if (counting.Stamp != File.Stamp)
        {
            await newKeys.TakeAsync(counting, cancellationToken);
            File = counting;
        }

        return keys.KeysOfConfig;
    }
}
