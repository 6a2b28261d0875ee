using System.Security.Cryptography;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Drill.Records;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Flows.Drill.Activities;

/// <summary>
/// Compares a sample of restored files with the live store by their bytes. Content files are written once, so one that
/// differs is a finding; one that the live store has no more was deleted there since.
/// </summary>
internal sealed class LiveSample(Installation live, string restored, TimeProvider time)
{
    /// <summary>Of reading alone; what is left then is said.</summary>
    private static readonly TimeSpan Budget = TimeSpan.FromMinutes(10);

    private const int BufferSize = 1 << 20;

    /// <summary>Compares until the end or its time is up.</summary>
    /// <returns>How many were compared, and what there is to say.</returns>
    public (long Compared, IEnumerable<string> Warnings) Run(
        IReadOnlyList<ContentPlace> sample,
        DrillFindings findings,
        CancellationToken cancellationToken
    )
    {
        long started = time.GetTimestamp();
        long compared = 0;
        long gone = 0;
        List<string> warnings = [];
        using SourceTree own = SourceTree.Open(restored);
        foreach (IGrouping<string, ContentPlace> root in sample.GroupBy(place => place.Root, StringComparer.Ordinal))
        {
            ContentRoot? place = live.Roots.FirstOrDefault(live => live.Name == root.Key);
            if (place is null || !GivenPath.IsDirectory(place.Path))
            {
                warnings.Add($"{root.Key} is not compared with the live store, which is not there on this machine");
                continue;
            }

            using SourceTree tree = SourceTree.Open(place.Path);
            foreach (ContentPlace file in root)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (time.GetElapsedTime(started) >= Budget)
                {
                    warnings.Add(
                        $"{sample.Count - compared - gone} files of the sample were not compared with the live store, "
                            + $"because {Budget.TotalMinutes:0} minutes were over"
                    );
                    return (compared, warnings);
                }

                try
                {
                    using SourceFile? there = tree.TryOpen(file.Path, followLinks: true);
                    using SourceFile? here = own.TryOpen(RestoredFiles.PathOf(file));
                    if (there is null || here is null)
                    {
                        gone++;
                        continue;
                    }

                    compared++;
                    if (there.Stat().Size != here.Stat().Size || !Hash(there).AsSpan().SequenceEqual(Hash(here)))
                    {
                        string path = $"{file.Root}/{TreePath.Display(file.Path)}";
                        findings.Add(
                            DrillFindingKinds.Differs,
                            $"{path} has other bytes than the file of the live store, which never changes",
                            path: path
                        );
                    }
                }
                catch (SourceUnreadableException e)
                {
                    warnings.Add($"a file is not compared with the live store: {e.Message}");
                }
            }
        }

        if (gone > 0)
        {
            warnings.Add($"{gone} files of the sample are not in the live store any more, and were not compared");
        }

        return (compared, warnings);
    }

    private static byte[] Hash(SourceFile file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[BufferSize];
        long offset = 0;
        int read;
        while ((read = file.Read(buffer, offset)) > 0)
        {
            hash.AppendData(buffer, 0, read);
            offset += read;
        }

        return hash.GetHashAndReset();
    }
}
