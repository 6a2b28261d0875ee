using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Verify.Activities;

/// <summary>Compares files of one root with the live ones. Thread-safe.</summary>
/// <param name="trees">Where a file is, and then where Alfresco may have moved it.</param>
internal sealed class LiveFiles(
    OpenedVerification opened,
    RootStamp root,
    IReadOnlyList<SourceTree> trees,
    LiveFindings findings
)
{
    private readonly ContentComparison _contents = opened.Repository.CreateComparison(opened.Verification.Chunks);

    public async ValueTask CompareAsync(ListingEntry entry, bool isRequired, CancellationToken cancellationToken)
    {
        try
        {
            foreach (SourceTree tree in trees)
            {
                using SourceFile? file = tree.TryOpen(entry.Path, followLinks: true);
                if (file is not null)
                {
                    bool isSame =
                        file.Stat().Size == entry.Length
                        && await _contents.IsSameAsync(
                            entry.Content!,
                            root.Class,
                            (buffer, offset) => file.Read(buffer.Span, offset),
                            cancellationToken
                        );
                    findings.Compared(root.Name, entry, isSame, isRequired);
                    return;
                }
            }

            findings.NotThere(root.Name, entry.Path, isRequired);
        }
        catch (SourceUnreadableException e)
        {
            findings.Unreadable(root.Name, entry.Path, e.Message);
        }
    }
}
