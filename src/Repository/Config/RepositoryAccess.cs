using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Config;

/// <summary>How a repository is opened.</summary>
/// <param name="Encryption">
/// <c>passphrase</c> or <c>none</c>: what the local configuration says. A store that says otherwise is refused, so that
/// nobody can switch encryption off from there.
/// </param>
/// <param name="Passphrase">Needed where <paramref name="Encryption"/> is <c>passphrase</c>.</param>
/// <param name="CacheDirectory">For local files that can be lost at any time; created if absent.</param>
public sealed record RepositoryAccess(string Encryption, Secret? Passphrase, string CacheDirectory, TimeProvider Time)
{
    /// <summary>
    /// A config will do that opens the log and that the log does not name, where the one that it names does not open: for
    /// <see cref="KeySlots.RecoverAsync"/> alone.
    /// </summary>
    public bool TakesUnnamed { get; init; }

    /// <summary>
    /// Given the repository's id: the head of its log that was seen before, against which the log is read; null where
    /// none was.
    /// </summary>
    public Func<string, RememberedHead?>? Remembered { get; init; }

    /// <summary>
    /// Entries of the log that this machine has seen earlier, and that the store's listing still shows, are not read
    /// again when the repository is opened. For who opens it every night; who looks whether all is well reads all.
    /// </summary>
    public bool KeepsLog { get; init; }

    /// <summary>The text of the key file of a host that writes only; it takes the place of a passphrase.</summary>
    public Secret? KeyFile { get; init; }

    public const string EncryptionPassphrase = "passphrase";
    public const string EncryptionNone = "none";
}

/// <summary>What a new repository begins with.</summary>
/// <param name="Encryption"><c>passphrase</c> or <c>none</c>.</param>
/// <param name="Passphrase">Opens the first key slot; losing every passphrase loses every set.</param>
/// <param name="SlotName">For people, in <c>abf key list</c>.</param>
public sealed record RepositoryInit(string Encryption, Secret? Passphrase, string SlotName, TimeProvider Time);
