using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Documents;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Cli.Listings;

/// <summary>The entries of a set under a path, root by root, in constant memory.</summary>
internal static class SetListing
{
    public static async IAsyncEnumerable<EntryDocument> ReadAsync(
        IChunkSource chunks,
        SetManifest manifest,
        PathPrefix prefix,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        foreach (RootStamp root in manifest.Roots)
        {
            if (prefix.RangeIn(root.Name) is not { } range)
            {
                continue;
            }

            var listing = new ListingReader(chunks, root.Listing);
            await foreach (ListingEntry entry in listing.ReadAsync(range, cancellationToken))
            {
                if (!prefix.Matches(root.Name, entry.Path))
                {
                    break;
                }

                yield return Describe(root.Name, entry);
            }
        }
    }

    private static EntryDocument Describe(string root, ListingEntry entry) =>
        new(
            entry.Path.Length == 0 ? root : $"{root}/{TreePath.Display(entry.Path)}",
            entry.IsDirectory ? "directory" : "file",
            entry.Length,
            Convert.ToString(entry.Mode, 8).PadLeft(4, '0'),
            entry.Owner.User.Length > 0 ? entry.Owner.User : $"{entry.Owner.Uid}",
            entry.Owner.Group.Length > 0 ? entry.Owner.Group : $"{entry.Owner.Gid}",
            DateTime.UnixEpoch.AddTicks(entry.MtimeNs / TimeSpan.NanosecondsPerTick),
            [.. Flags(entry.Flags)]
        );

    private static IEnumerable<string> Flags(EntryFlags flags)
    {
        if (flags.HasFlag(EntryFlags.Unstable))
        {
            yield return "unstable";
        }

        if (flags.HasFlag(EntryFlags.SourceMissing))
        {
            yield return "source-missing";
        }

        if (flags.HasFlag(EntryFlags.SourceChanged))
        {
            yield return "source-changed";
        }

        if (flags.HasFlag(EntryFlags.Trusted))
        {
            yield return "sealed";
        }
    }
}
