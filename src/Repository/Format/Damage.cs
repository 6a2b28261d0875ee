using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Repository.Format;

/// <summary>
/// The one way in which damage is reported: a permanent error of kind Repository that names the blob.
/// </summary>
internal static class Damage
{
    /// <param name="blobName">The blob's name, relative to the repository.</param>
    /// <param name="what">What does not fit, a clause without a full stop.</param>
    /// <param name="innerException">The codec's or the cipher's own error, where there is one.</param>
    public static PermanentException In(string blobName, string what, Exception? innerException = null) =>
        new(
            ErrorKind.Repository,
            $"Blob '{blobName}' of the repository is damaged: {what}. Bring it back from a copy of the repository; "
                + "'abf verify' names the sets that need it.",
            innerException
        );

    /// <param name="part">What is damaged where it is not a blob by itself, such as <c>a listing</c>.</param>
    /// <param name="what">What does not fit, a clause without a full stop.</param>
    public static PermanentException InPart(string part, string what) =>
        new(
            ErrorKind.Repository,
            $"The repository is damaged, in {part}: {what}. Bring its blobs back from a copy of the repository; "
                + "'abf verify' names the sets that need them."
        );

    /// <summary>A blob that something names and that the store does not have.</summary>
    public static PermanentException Missing(string blobName) =>
        new(
            ErrorKind.Repository,
            $"Blob '{blobName}' of the repository is missing. Bring it back from a copy of the repository; "
                + "'abf verify' names the sets that need it."
        );
}
