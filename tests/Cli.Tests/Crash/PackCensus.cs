namespace AlfrescoBackupFlows.Cli.Tests.Crash;

/// <summary>Packs of a repository in a directory.</summary>
/// <param name="Packs">All packs.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Orphans">Packs without a receipt: their process died, or was answered, between pack and
/// receipt.</param>
/// <param name="OrphanBytes">Their bytes.</param>
internal sealed record PackCensus(int Packs, long Bytes, int Orphans, long OrphanBytes)
{
    public static PackCensus Take(string repository)
    {
        HashSet<string> receipts =
        [
            .. Directory
                .EnumerateFiles(Path.Combine(repository, "runs"), "*", SearchOption.AllDirectories)
                .Where(file => Path.GetFileName(Path.GetDirectoryName(file)) == "packs")
                .Select(file => Path.GetFileName(file)),
        ];
        FileInfo[] packs =
        [
            .. new DirectoryInfo(Path.Combine(repository, "packs")).EnumerateFiles("*", SearchOption.AllDirectories),
        ];
        FileInfo[] orphans = [.. packs.Where(pack => !receipts.Contains(pack.Name))];
        return new PackCensus(
            packs.Length,
            packs.Sum(pack => pack.Length),
            orphans.Length,
            orphans.Sum(pack => pack.Length)
        );
    }
}
