namespace AlfrescoBackupFlows.Flows.Exporting;

/// <summary>What is in the exported file so far, told as it grows.</summary>
/// <param name="tell">Gets files and bytes.</param>
internal sealed class ExportCounts(Action<long, long> tell)
{
    public long Files { get; set; }

    /// <summary>Of these files, and of the dump.</summary>
    public long Bytes { get; set; }

    public void Advance(long bytes)
    {
        Bytes += bytes;
        tell(Files, Bytes);
    }
}
