using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Cli.Tests.Crash;

/// <summary>Packs of a repository in a directory, once its run has its set.</summary>
/// <param name="Packs">All packs.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Orphans">Packs that no index names: their process died before anybody heard of them.</param>
/// <param name="OrphanBytes">Their bytes.</param>
internal sealed record PackCensus(int Packs, long Bytes, int Orphans, long OrphanBytes)
{
    /// <param name="indexed">Packs of the index of all sets.</param>
    public static PackCensus Take(string repository, IEnumerable<PackEntry> indexed)
    {
        HashSet<string> named = [.. indexed.Select(pack => Path.GetFileName(pack.Id.BlobName))];
        FileInfo[] packs =
        [
            .. new DirectoryInfo(Path.Combine(repository, "packs")).EnumerateFiles("*", SearchOption.AllDirectories),
        ];
        FileInfo[] orphans = [.. packs.Where(pack => !named.Contains(pack.Name))];
        return new PackCensus(
            packs.Length,
            packs.Sum(pack => pack.Length),
            orphans.Length,
            orphans.Sum(pack => pack.Length)
        );
    }
}
