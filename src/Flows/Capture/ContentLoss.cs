using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>
/// The source can be wrong: a volume that is not mounted, a store that somebody emptied. Such a set must not take the
/// place of a good one without a person's word.
/// </summary>
internal static class ContentLoss
{
    /// <summary>Fewer files than this are carried over or named one by one instead.</summary>
    public const long MinFiles = 10;

    /// <summary>Lost or carried over or unreadable, over the parent's files.</summary>
    public const double MaxShare = 0.01;

    /// <exception cref="PermanentException">Kind Source.</exception>
    /// <param name="notes">What the capture noted, for the message.</param>
    public static void Check(string root, FileTotals totals, long parentFiles, IEnumerable<string> notes)
    {
        if (root == ContentRoot.Deleted)
        {
            // Administrators empty it by hand; that is what it is for.
            return;
        }

        long present = totals.Files - totals.SourceMissing;
        if (present == 0 && (parentFiles > 0 || root == ContentRoot.Contentstore))
        {
            throw new PermanentException(
                ErrorKind.Source,
                $"The content root '{root}' is empty ({parentFiles} files in the set before). Is its volume mounted? "
                    + "If this is right, run the backup with --accept-content-loss."
            );
        }

        if (root == ContentRoot.Keystore && totals.Unreadable + totals.Skipped + totals.Lost > 0)
        {
            throw new PermanentException(
                ErrorKind.Source,
                $"Of the keystore {totals.Unreadable + totals.Skipped + totals.Lost} files cannot be captured or are "
                    + $"gone since the set before: {notes.FirstOrDefault() ?? "they were deleted or moved."} Encrypted "
                    + "content cannot be read without its keys. If this is right, run the backup with "
                    + "--accept-content-loss."
            );
        }

        if (root == ContentRoot.Configuration && totals.Lost > 0)
        {
            throw new PermanentException(
                ErrorKind.Source,
                $"Keystores are gone: {string.Join(" ", notes)} Encrypted content cannot be read without its keys. If "
                    + "this is right, run the backup with --accept-content-loss."
            );
        }

        long lost = totals.Lost + totals.SourceMissing + totals.Unreadable;
        if (parentFiles > 0 && lost >= MinFiles && lost > parentFiles * MaxShare)
        {
            throw new PermanentException(
                ErrorKind.Source,
                $"The content root '{root}' lost {lost} of {parentFiles} files since the set before. Is its volume "
                    + "whole? If this is right, run the backup with --accept-content-loss."
            );
        }
    }
}
