using System.Collections.Immutable;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Backup.Records;

/// <param name="Attempt">1 for the first; one more after each voided phase. Names the result page.</param>
public sealed record DumpDatabaseInput(RunRef Run, int Attempt);

/// <summary>The dump, and what the same snapshot of the database requires of the content stores.</summary>
/// <param name="Dump">The plain dump as the vendor's tool wrote it.</param>
/// <param name="TransactionId">Highest <c>alf_transaction.id</c>; null where the table is empty or absent.</param>
/// <param name="CommitTimeMs">Highest <c>commit_time_ms</c>.</param>
/// <param name="Rows">Row counts by table.</param>
/// <param name="Required">Sorted lists of required files, one per content root that has any.</param>
/// <param name="Unprotected">Required URLs whose bytes lie outside the file system, by protocol (<c>azb</c>, <c>s3</c>).</param>
/// <param name="Unmapped">Required URLs that name no file of this installation.</param>
/// <param name="UnmappedSamples">The first of them that the administrator has not accepted.</param>
/// <param name="UnmappedAcknowledged">Those that the administrator has accepted. Left out where 0, as in journals before it.</param>
public sealed record DatabaseCapture(
    ContentRef Dump,
    string Vendor,
    string ServerVersion,
    string ToolVersion,
    long? TransactionId,
    long? CommitTimeMs,
    ImmutableSortedDictionary<string, long> Rows,
    ImmutableArray<string> NotApplicable,
    ImmutableArray<RequiredFiles> Required,
    ImmutableSortedDictionary<string, long> Unprotected,
    long Unmapped,
    ImmutableArray<string> UnmappedSamples,
    ImmutableArray<string> Warnings,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long UnmappedAcknowledged = 0)
{
    /// <summary>What the flow needs; all of it stays in the page.</summary>
    internal DatabaseCapture ForHistory() => this with
    {
        Rows = ImmutableSortedDictionary<string, long>.Empty,
        Unprotected = ImmutableSortedDictionary<string, long>.Empty,
        NotApplicable = [],
        UnmappedSamples = [],
        Warnings = [],
    };

    public ContentRef? RequiredOf(string root)
    {
        foreach (RequiredFiles list in Required)
        {
            if (list.Root == root)
            {
                return list.List;
            }
        }

        return null;
    }
}

/// <param name="Root">Name of the content root.</param>
/// <param name="List">The sorted list (see <c>docs/repository-format.md</c>).</param>
public sealed record RequiredFiles(string Root, ContentRef List, long Files);
