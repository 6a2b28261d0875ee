using System.Text;
using AlfrescoBackupFlows.Flows.Archives;
using AlfrescoBackupFlows.Flows.Exporting;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Platform.State;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Tests.Exporting;

/// <summary>Exports and imports in memory, and takes an exported file apart to spoil it.</summary>
internal static class ExportBench
{
    public static async Task<(byte[] File, ExportResult Result)> ExportAsync(
        BackupRig rig,
        RunId set,
        CancellationToken cancellationToken
    )
    {
        await using FlowEnvironment environment = rig.CreateEnvironment();
        using var output = new MemoryStream();
        ExportResult result = await new SetExport(environment).RunAsync(
            set,
            output,
            static (_, _) => { },
            cancellationToken
        );
        return (output.ToArray(), result);
    }

    public static async Task<ImportResult> ImportAsync(
        BackupRig rig,
        byte[] file,
        CancellationToken cancellationToken,
        bool anySize = false
    )
    {
        await using FlowEnvironment environment = rig.CreateEnvironment();

        // As the command does: a host may import before it ever backed up.
        StateDirectory.Prepare(environment.Options.State!);
        return await new SetImport(environment).RunAsync(
            new MemoryStream(file),
            anySize,
            static _ => { },
            cancellationToken
        );
    }

    /// <summary>The entries in their order, with their bytes.</summary>
    public static async Task<List<(TarEntry Entry, byte[] Content)>> UnpackAsync(
        byte[] file,
        CancellationToken cancellationToken
    )
    {
        await using var plain = new UnpackedInput(new MemoryStream(file), anySize: true);
        var reader = new TarReader(plain);
        List<(TarEntry, byte[])> entries = [];
        while (await reader.ReadAsync(cancellationToken) is { } entry)
        {
            using var content = new MemoryStream();
            await reader.OpenContent().CopyToAsync(content, cancellationToken);
            entries.Add((entry, content.ToArray()));
        }

        return entries;
    }

    /// <summary>With sums that fit, as whoever spoils a file would make them.</summary>
    public static async Task<byte[]> PackAsync(
        IEnumerable<(TarEntry Entry, byte[] Content)> entries,
        string directory,
        CancellationToken cancellationToken
    )
    {
        using var output = new MemoryStream();
        using var sums = new ChecksumList(directory);
        await using (var packed = new PackedOutput(output, workers: 1))
        {
            var writer = new ExportWriter(packed, sums, DateTimeOffset.UnixEpoch);
            foreach ((TarEntry entry, byte[] content) in entries)
            {
                if (Encoding.UTF8.GetString(entry.Name) == ExportNames.Sums)
                {
                    continue;
                }

                if (entry.IsDirectory)
                {
                    await writer.WriteDirectoryAsync(entry, cancellationToken);
                }
                else
                {
                    await writer.WriteFileAsync(entry with { Size = content.Length }, content, cancellationToken);
                }
            }

            await writer.CompleteAsync(cancellationToken);
        }

        return output.ToArray();
    }

    public static TarEntry FileOf(string name) =>
        new(Encoding.UTF8.GetBytes(name), IsDirectory: false, 0, 0x1A4, new FileOwner(0, 0, "root", "root"), 0);
}
