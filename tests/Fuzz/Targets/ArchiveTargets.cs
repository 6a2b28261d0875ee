using System.Text.Json;
using AlfrescoBackupFlows.Alfresco.SearchIndex.Solr;
using AlfrescoBackupFlows.Flows.Archives;
using AlfrescoBackupFlows.Flows.Exporting;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Fuzz.Targets;

/// <summary>What a file that is imported holds, and what a search service answers.</summary>
internal static class ArchiveTargets
{
    public static IEnumerable<FuzzTarget> All { get; } =
    [
        new("tar", bytes => ReadTarAsync(bytes).GetAwaiter().GetResult()),
        new("export-required", bytes => ReadRequiredAsync(bytes).GetAwaiter().GetResult()),
        new("solr-details", ReadDetails),
    ];

    private static async Task ReadTarAsync(byte[] bytes)
    {
        var reader = new TarReader(new MemoryStream(bytes, writable: false));
        while (await reader.ReadAsync(default) is { } entry)
        {
            _ = ExportFlags.Read(entry.Flags);
            await reader.OpenContent().CopyToAsync(Stream.Null);
        }
    }

    private static async Task ReadRequiredAsync(byte[] bytes)
    {
        await foreach (RequiredFile file in RequiredLines.ReadAsync(new MemoryStream(bytes, writable: false)))
        {
            _ = file;
        }
    }

    /// <summary>What is no answer is said by whoever asked.</summary>
    private static void ReadDetails(byte[] bytes)
    {
        try
        {
            SolrDetails.Parse(bytes);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new PermanentException(ErrorKind.Source, "no answer of Solr", e);
        }
    }
}
