using System.Text;
using AlfrescoBackupFlows.Flows.Archives;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Exporting;

/// <summary>What must hold in the <c>MANIFEST.json</c> of a stranger before anything else of the file is taken.</summary>
internal static class ImportRules
{
    private const int MaxRoots = 1000;
    private const int MaxLines = 1000;

    /// <summary>So many bytes of several roots together are still a number.</summary>
    private const long MaxNumber = 1L << 52;

    private static readonly string[] Names =
    [
        "contentstore",
        "contentstore.deleted",
        "audit.contentstore",
        "keystore",
        "configuration",
        "lucene-indexes",
    ];

    private static readonly string[] Directories = ["stores/", "solr-indexes/"];

    public static void Check(ExportManifest manifest)
    {
        if (manifest.Format != ExportNames.Format)
        {
            throw ArchiveFault.Of("its MANIFEST.json is not that of an exported set");
        }

        if (manifest.Version is not (ExportNames.Version or ExportNames.VersionWithCatalogue))
        {
            throw ArchiveFault.Of(
                $"it was written in version {manifest.Version} of the format, and this abf reads versions "
                    + $"{ExportNames.Version} and {ExportNames.VersionWithCatalogue}"
            );
        }

        bool isWhole =
            !manifest.Roots.IsDefault
            && manifest.Roots.Length <= MaxRoots
            && !manifest.Phases.IsDefault
            && manifest.Phases.Length <= MaxLines
            && !manifest.Warnings.IsDefault
            && manifest.Warnings.Length <= MaxLines
            && !manifest.Consistency.Named.IsDefault
            && manifest.Consistency.Named.Length <= MaxLines
            && manifest.Roots.All(static root => root is not null)
            && manifest.Phases.All(static phase => phase is not null)
            && manifest.Warnings.All(static line => line is not null)
            && manifest.Consistency.Named.All(static file => file is not null);
        if (!IsInstallation(manifest.Installation.Name))
        {
            throw ArchiveFault.Of("the installation in its MANIFEST.json has a name that none can have");
        }

        if (!isWhole || !HasPossibleNumbers(manifest))
        {
            throw ArchiveFault.Of("a list or a number of its MANIFEST.json is impossible");
        }

        string[] odd = [.. manifest.Roots.Select(static root => root.Name).Where(static name => !IsName(name))];
        if (odd.Length > 0 || manifest.Roots.DistinctBy(static root => root.Name).Count() != manifest.Roots.Length)
        {
            throw ArchiveFault.Of(
                $"its MANIFEST.json has a root that no set has, or one twice: '{odd.FirstOrDefault()}'"
            );
        }
    }

    /// <summary>As a configuration may name one: it becomes part of the name of a lease.</summary>
    private static bool IsInstallation(string name) =>
        name.Length is > 0 and <= 64
        && char.IsAsciiLetterOrDigit(name[0])
        && name.All(static letter =>
            char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '.' or '_' or '-'
        );

    private static bool HasPossibleNumbers(ExportManifest manifest)
    {
        ConsistencyReport report = manifest.Consistency;
        long required = manifest.Roots.Sum(static root =>
            root.RequiredFiles is >= 0 and < MaxNumber ? root.RequiredFiles : 0
        );
        return manifest.Roots.All(static root =>
                root.IsPossible
                && root.Files < MaxNumber
                && root.Directories < MaxNumber
                && root.Bytes < MaxNumber
                && root.RequiredFiles < MaxNumber
            )
            && manifest.Database
                is null
                    or { Bytes: >= 0 and < MaxNumber, CatalogueNodes: null or (>= 0 and < MaxNumber) }
            && report.Required >= required
            && report.Missing >= report.Required - required
            && report.Acknowledged >= 0
            && report.Acknowledged <= report.Missing
            && report.SourceMissing >= 0
            && report.SourceChanged >= 0;
    }

    private static bool IsName(string name) =>
        Names.Contains(name, StringComparer.Ordinal)
        || Directories.Any(directory =>
            name.StartsWith(directory, StringComparison.Ordinal)
            && name.Length > directory.Length
            && name.LastIndexOf('/') == directory.Length - 1
            && PathOrder.IsValid(Encoding.UTF8.GetBytes(name))
            && !name.Contains('\\', StringComparison.Ordinal)
        );
}
