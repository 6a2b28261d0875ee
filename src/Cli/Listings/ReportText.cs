using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Documents;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Cli.Listings;

/// <summary>A report as people read it.</summary>
internal static class ReportText
{
    /// <summary>Files that are named of each kind; of more, a machine gets all.</summary>
    private const int MaxNamed = 1000;

    public static string Unprotected(string protocol, long count) =>
        $"NOT PROTECTED: {Amounts.Count(count, "document")} at {protocol}://, outside the file system, in no set";

    public static async Task WriteAsync(
        ReportDocument report,
        ReportedFiles files,
        TextWriter writer,
        CancellationToken cancellationToken
    )
    {
        WriteHead(report, writer);
        WriteCounts(report, writer);
        WriteWatermark(report.Watermark, writer);
        await WriteFilesAsync(isMissing: true, report.Counts.Missing);
        await WriteFilesAsync(isMissing: false, report.Counts.CarriedOver);
        if (!report.Catalogue && report.Counts.Missing + report.Counts.CarriedOver > 0)
        {
            await writer.WriteLineAsync("which documents use these files the set cannot tell: it has no catalogue");
        }

        async Task WriteFilesAsync(bool isMissing, long count)
        {
            long named = 0;
            await foreach (ReportFindingDocument file in files.ReadAsync(isMissing, cancellationToken))
            {
                if (++named > MaxNamed)
                {
                    break;
                }

                WriteFile(file, writer);
            }

            if (count > Math.Min(named, MaxNamed))
            {
                string how = report.Complete ? "--json has them all" : "an earlier version made the set";
                await writer.WriteLineAsync($"... {Amounts.Count(count - Math.Min(named, MaxNamed))} more; {how}");
            }
        }
    }

    private static void WriteHead(ReportDocument report, TextWriter writer)
    {
        string state = SetState.Of(report.Consistent, report.Unproven, report.Counts.CarriedOver);
        writer.WriteLine($"set {report.Set} of {report.Installation}: {state}, sealed {Units.Time(report.Sealed)}");
        writer.WriteLine(
            $"{Amounts.Count(report.Required, "required file")}: {Amounts.Count(report.Captured)} captured, "
                + $"{Amounts.Count(report.Counts.Missing)} missing"
        );
    }

    private static void WriteCounts(ReportDocument report, TextWriter writer)
    {
        ReportCountsDocument counts = report.Counts;
        (long Count, string What)[] lines =
        [
            (counts.AlreadyMissing, "missing in the live system too"),
            (counts.Missed, "missed by the backup: the live system had them"),
            (counts.NotKnown, "missing, and whether the live system had them is not known"),
            (counts.WrongSizes, "captured in another size than the database says"),
            (counts.Acknowledged, "missing, and accepted (backup.acknowledgedMissingFile)"),
            (counts.CarriedOver, "gone or changed in the live system, and taken from the set before"),
        ];
        foreach ((long count, string what) in lines.Where(static line => line.Count > 0))
        {
            writer.WriteLine($"  {Amounts.Count(count)} {what}");
        }

        foreach ((string protocol, long count) in report.Unprotected)
        {
            writer.WriteLine(Unprotected(protocol, count));
        }

        if (report.Generated > 0)
        {
            writer.WriteLine(
                $"{Amounts.Count(report.Generated, "content URL")} at spoof:// have no file: Alfresco makes their content "
                    + "when it is read"
            );
        }
    }

    private static void WriteWatermark(WatermarkDocument mark, TextWriter writer)
    {
        string database = mark.Transaction is { } transaction
            ? $"transaction {transaction}, committed {(mark.CommitTime is { } time ? Units.Time(time) : "at no known time")}"
            : "no transaction";
        string index = mark.IndexWritten is { } written ? $"written {Units.Time(written)}" : "none in the set";
        string order =
            mark.InOrder == false ? "; the index is NEWER than the database: do not restore it"
            : mark.LagSeconds is { } lag
                ? $"; Alfresco indexes {Units.Duration(TimeSpan.FromSeconds(lag))} again after a restore"
            : string.Empty;
        writer.WriteLine($"database: {database}; index: {index}{order}");
    }

    private static void WriteFile(ReportFindingDocument file, TextWriter writer)
    {
        string live = file.Reason switch
        {
            FindingReasons.SourceMissing or FindingReasons.SourceChanged => "taken from the set before",
            FindingReasons.InvalidUrl => "its URL names no file",
            FindingReasons.InvalidSize => "its row says a size that no file can have",
            FindingReasons.Unstable => "it changed each time it was read",
            _ => file.Live switch
            {
                "missing" => "missing in the live system too",
                "present" => "missed by the backup",
                _ => "the live system could not be asked",
            },
        };
        string accepted = file.Acknowledged ? ", accepted" : string.Empty;
        string sizes = file is { Reason: FindingReasons.WrongSize, Captured: { } found, Size: { } said }
            ? $" ({Amounts.Count(found)} of {Amounts.Count(said)} bytes)"
            : string.Empty;
        writer.WriteLine($"{file.Reason}: {file.Path ?? file.Url}{sizes}: {live}{accepted}");
        foreach (ReportNodeDocument node in file.Nodes)
        {
            string[] parts =
            [
                .. new[] { node.NodeRef, node.Property, node.Path ?? node.Name, node.Mimetype }.OfType<string>(),
            ];
            writer.WriteLine($"  used by {string.Join(' ', parts)}");
        }
    }
}
