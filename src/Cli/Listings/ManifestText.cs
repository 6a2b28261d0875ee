using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Verification;

namespace AlfrescoBackupFlows.Cli.Listings;

/// <summary>A set's manifest for machines and for people.</summary>
internal static class ManifestText
{
    public static ShowDocument Describe(SetSummary set, SetManifest manifest) => new(
        set.Id.ToString(),
        set.Installation,
        set.Started.UtcDateTime,
        set.Sealed.UtcDateTime,
        set.Consistent,
        set.Missing,
        set.Files,
        set.Bytes,
        set.AddedBytes,
        set.Parent?.ToString(),
        [.. manifest.Phases.Select(p => new PhaseDocument(p.Name, p.Started.UtcDateTime, p.Ended.UtcDateTime))],
        new SearchIndexDocument(manifest.Index.Kind, manifest.Index.Written?.UtcDateTime),
        manifest.Database is { } db ? Describe(db) : null,
        [.. manifest.Roots.Select(r => new RootDocument(r.Name, r.Path, r.Files, r.Directories, r.Bytes, r.RequiredFiles))],
        manifest.Consistency.Required,
        manifest.Consistency.SourceMissing,
        manifest.Consistency.SourceChanged,
        manifest.Consistency.Acknowledged,
        manifest.Consistency.Unprotected,
        [.. manifest.Consistency.Named.Select(f => new FindingDocument(f.Root.Length > 0 ? $"{f.Root}/{f.Path}" : f.Path, f.Size, f.Reason))],
        [.. manifest.Warnings, .. manifest.Index.Warnings.Except(manifest.Warnings)],
        manifest.Tool);

    public static void Write(ShowDocument set, TextWriter writer)
    {
        writer.WriteLine($"set {set.Id} of {set.Installation}: {(set.Consistent ? "consistent" : "NOT consistent")}, sealed {Units.Time(set.Sealed)} by {set.Tool}");
        writer.WriteLine($"{Units.Count(set.Files)} files, {Units.Bytes(set.Bytes)}; {Units.Bytes(set.AddedBytes)} added{(set.Parent is null ? string.Empty : $" to {set.Parent}")}");
        WritePhases(set, writer);
        if (set.Database is { } db)
        {
            writer.WriteLine($"database {db.Name}: {db.Vendor} {db.ServerVersion}, dump of {Units.Bytes(db.DumpBytes)}, last transaction {db.Transaction?.ToString() ?? "none"}");
        }

        var roots = new TextTable("ROOT", "FILES", "BYTES", "REQUIRED", "SOURCE");
        foreach (RootDocument root in set.Roots)
        {
            roots.Add(root.Name, Units.Count(root.Files), Units.Bytes(root.Bytes), Units.Count(root.Required), root.Source);
        }

        roots.WriteTo(writer, 1, 2, 3);
        WriteFindings(set, writer);
    }

    /// <summary>As <c>ls -l</c> has it, with the time in UTC.</summary>
    public static string Line(EntryDocument entry)
    {
        string flags = entry.Flags.Length == 0 ? string.Empty : $"  [{string.Join(", ", entry.Flags)}]";
        return $"{(entry.Type == "directory" ? "d" : "-")}{entry.Mode} {entry.Owner} {entry.Group} {entry.Size,12} {Units.Time(entry.Modified)} {entry.Path}{flags}";
    }

    private static DatabaseDocument Describe(DatabaseStamp db) => new(
        db.Vendor,
        db.Name,
        db.ServerVersion,
        db.ToolVersion,
        db.Dump.Length,
        db.Watermark?.Transaction,
        db.Watermark is { } mark ? DateTimeOffset.FromUnixTimeMilliseconds(mark.CommitTimeMs).UtcDateTime : null);

    private static void WritePhases(ShowDocument set, TextWriter writer)
    {
        var phases = new TextTable("PHASE", "STARTED", "ENDED", "TOOK");
        foreach (PhaseDocument phase in set.Phases)
        {
            phases.Add(phase.Name, Units.Time(phase.Started), Units.Time(phase.Ended), Units.Duration(phase.Ended - phase.Started));
        }

        phases.WriteTo(writer, 3);
    }

    private static void WriteFindings(ShowDocument set, TextWriter writer)
    {
        foreach (FindingDocument finding in set.Findings)
        {
            writer.WriteLine($"{finding.Reason}: {finding.Path}");
        }

        long findings = set.Missing + set.SourceMissing + set.SourceChanged;
        if (findings > set.Findings.Length)
        {
            writer.WriteLine($"... {Units.Count(findings - set.Findings.Length)} more findings");
        }

        foreach ((string protocol, long count) in set.Unprotected)
        {
            writer.WriteLine($"not protected: {Units.Count(count)} documents at {protocol}://, outside the file system");
        }

        foreach (string warning in set.Warnings)
        {
            writer.WriteLine($"warning: {warning}");
        }
    }
}
