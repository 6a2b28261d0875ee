using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Platform;

namespace AlfrescoBackupFlows.Cli.Listings;

/// <summary>A set as people read it.</summary>
internal static class ManifestText
{
    public static void Write(SetDetailDocument set, TextWriter writer)
    {
        writer.WriteLine(
            $"set {set.Id} of {set.Installation}: {StateOf(set)}, sealed {Units.Time(set.Sealed)} by {set.Tool}"
        );
        writer.WriteLine(
            $"{Amounts.Count(set.Files, "file")}, {Amounts.Bytes(set.Bytes)}; {Amounts.Bytes(set.AddedBytes)} added"
                + (set.Parent is null ? string.Empty : $" to {set.Parent}")
        );
        if (set.Origin is { } origin)
        {
            writer.WriteLine(
                $"imported: it was set {origin.Set} of {origin.Installation}, exported {Units.Time(origin.Exported)}"
            );
        }

        WritePhases(set, writer);
        if (set.Database is { } db)
        {
            writer.WriteLine(
                $"database {db.Name}: {db.Vendor} {db.ServerVersion}, dump of {Amounts.Bytes(db.DumpBytes)}, "
                    + $"last transaction {db.Transaction?.ToString() ?? "none"}"
            );
        }

        var roots = new TextTable("ROOT", "FILES", "BYTES", "REQUIRED", "SOURCE");
        foreach (RootDocument root in set.Roots)
        {
            roots.Add(
                root.Name,
                Amounts.Count(root.Files),
                Amounts.Bytes(root.Bytes),
                Amounts.Count(root.Required),
                root.Source!
            );
        }

        roots.WriteTo(writer, 1, 2, 3);
        foreach (string step in set.Index.Reindex)
        {
            writer.WriteLine($"index, after a restore: {step}");
        }

        WriteFindings(set, writer);
        CheckText.Write(set, writer);
    }

    private static string StateOf(SetDetailDocument set) =>
        SetState.Of(set.Consistent, set.Unproven, set.SourceMissing + set.SourceChanged);

    /// <summary>As <c>ls -l</c> has it, with the time in UTC.</summary>
    public static string Line(EntryDocument entry)
    {
        string flags = entry.Flags.Length == 0 ? string.Empty : $"  [{string.Join(", ", entry.Flags)}]";
        return $"{(entry.Type == "directory" ? "d" : "-")}{entry.Mode} {entry.Owner} {entry.Group} {entry.Size, 12} "
            + $"{Units.Time(entry.Modified)} {entry.Path}{flags}";
    }

    private static void WritePhases(SetDetailDocument set, TextWriter writer)
    {
        var phases = new TextTable("PHASE", "STARTED", "ENDED", "TOOK");
        foreach (PhaseDocument phase in set.Phases)
        {
            phases.Add(
                phase.Name,
                Units.Time(phase.Started),
                Units.Time(phase.Ended),
                Units.Duration(phase.Ended - phase.Started)
            );
        }

        phases.WriteTo(writer, 3);
    }

    private static void WriteFindings(SetDetailDocument set, TextWriter writer)
    {
        FileFindingDocument[] named = set.Findings!;
        foreach (FileFindingDocument finding in named)
        {
            writer.WriteLine($"{finding.Reason}: {finding.Path}");
        }

        long findings = set.Missing + set.SourceMissing + set.SourceChanged;
        if (findings > named.Length)
        {
            writer.WriteLine($"... {Amounts.Count(findings - named.Length, "more finding")}");
        }

        foreach ((string protocol, long count) in set.Unprotected)
        {
            writer.WriteLine(
                $"not protected: {Amounts.Count(count, "document")} at {protocol}://, outside the file system"
            );
        }

        foreach (string warning in set.Warnings)
        {
            writer.WriteLine($"warning: {warning}");
        }
    }
}
