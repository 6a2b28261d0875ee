using System.Collections.Immutable;
using AlfrescoBackupFlows.Flows.Archives;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Flows.Exporting;

/// <summary>
/// The proof of an imported set: every required file is looked up in what was stored. Where it comes to what the exported
/// set said of itself, that stands, with what was acknowledged then; where more is missing, the set is not consistent.
/// </summary>
internal static class ImportProof
{
    /// <param name="chunks">Reads what was stored.</param>
    public static async Task<ConsistencyReport> RunAsync(
        ExportManifest manifest,
        IReadOnlyList<ImportedRoot> roots,
        IChunkSource chunks,
        CancellationToken cancellationToken
    )
    {
        ConsistencyReport said = manifest.Consistency;
        var proof = new ConsistencyProof(AcknowledgedFiles.None, checkSizes: !said.SizesIgnored);
        foreach (ImportedRoot root in roots)
        {
            await proof.AddRootAsync(
                root.Root.Name,
                root.Required is { } list
                    ? new RequiredListReader(chunks, list).ReadAsync(cancellationToken)
                    : AsyncEnumerable.Empty<RequiredFile>(),
                new ListingReader(chunks, root.Listing.Listing).ReadAsync(cancellationToken)
            );
        }

        // URLs that name no file, and roots that were not captured: in no list, and all of them missing.
        long unlisted = said.Required - proof.Required;
        long missing = proof.Missing + unlisted;
        if (missing < said.Missing)
        {
            throw ArchiveFault.Of(
                $"its MANIFEST.json says that {said.Missing} required files are missing, and {missing} are"
            );
        }

        ConsistencyReport report = said with
        {
            Consistent = missing == said.Acknowledged,
            Missing = missing,

            // Streams of the repository that the set comes from; earlier versions exported the name of one.
            Proof = null,
            Details = null,
        };
        return missing == said.Missing
            ? report
            : report with
            {
                Named = Named(proof.Named, said.Named),
                WrongSizes = said.SizesIgnored ? said.WrongSizes : proof.WrongSizes,
            };
    }

    /// <summary>What is named now; and of what no list has, what was named then.</summary>
    private static ImmutableArray<NamedFile> Named(ImmutableArray<NamedFile> now, ImmutableArray<NamedFile> before) =>
        [.. now.Concat(before.Where(static file => file.Root.Length == 0)).Take(ConsistencyProof.MaxNamed)];
}
