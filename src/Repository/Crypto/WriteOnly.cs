using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Repository.Crypto;

/// <summary>What a host says that can add to a repository and cannot read its content.</summary>
internal static class WriteOnly
{
    /// <param name="what">What cannot be done, a clause.</param>
    public static PermanentException Fault(string what) =>
        new(
            ErrorKind.Configuration,
            $"{what}: this machine writes only, its key file (repository.keyFile) opens no documents, dumps or search index. "
                + "Do it where repository.passphraseFile names a passphrase of the repository."
        );
}
