using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Repository.Format;

/// <summary>
/// The one way in which damage is reported: a permanent error of kind Repository that names the blob.
/// </summary>
public static class Damage
{
    private const string Advice = " Bring ";

    /// <summary>What stands in front of a blob's name. No path of a file comes so early in a message.</summary>
    private static readonly string[] Before = ["Blob '", "Pack '", "its pack '"];

    /// <summary>
    /// What such an error says without what to do, for a list that says that once: a clause without a full stop.
    /// </summary>
    public static string WithoutAdvice(string message) =>
        message.IndexOf("." + Advice, StringComparison.Ordinal) is var end and >= 0 ? message[..end] : message;

    /// <summary>The blob that such an error names, or a clause about a pack; null where it names none.</summary>
    public static string? BlobIn(string message)
    {
        foreach (string before in Before)
        {
            int start = message.IndexOf(before, StringComparison.Ordinal);
            int end = start < 0 ? -1 : message.IndexOf('\'', start + before.Length);
            if (end > 0)
            {
                return message[(start + before.Length)..end];
            }
        }

        return null;
    }

    /// <param name="blobName">The blob's name, relative to the repository.</param>
    /// <param name="what">What does not fit, a clause without a full stop.</param>
    /// <param name="innerException">The codec's or the cipher's own error, where there is one.</param>
    internal static PermanentException In(string blobName, string what, Exception? innerException = null) =>
        new(
            ErrorKind.Repository,
            $"Blob '{blobName}' of the repository is damaged: {what}.{Advice}it back from a copy of the repository; "
                + "'abf verify' names the sets that need it.",
            innerException
        );

    /// <param name="part">What is damaged where it is not a blob by itself, such as <c>a listing</c>.</param>
    /// <param name="what">What does not fit, a clause without a full stop.</param>
    internal static PermanentException InPart(string part, string what) =>
        new(
            ErrorKind.Repository,
            $"The repository is damaged, in {part}: {what}.{Advice}its blobs back from a copy of the repository; "
                + "'abf verify' names the sets that need them."
        );

    /// <summary>A blob that something names and that the store does not have.</summary>
    internal static PermanentException Missing(string blobName) =>
        new(
            ErrorKind.Repository,
            $"Blob '{blobName}' of the repository is missing.{Advice}it back from a copy of the repository; "
                + "'abf verify' names the sets that need it."
        );
}
