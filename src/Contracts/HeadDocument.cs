using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Contracts;

/// <summary>The newest entry of a log: what a script remembers elsewhere, for <c>--expect-head</c>.</summary>
/// <param name="Sequence">-1 where there is no log yet.</param>
/// <param name="Sha256">Of the entry's blob, 64 hexadecimal digits.</param>
public sealed record HeadDocument(long Sequence, string Sha256)
{
    public static HeadDocument Of(LogHead head) => Of(head.Remember());

    public static HeadDocument Of(RememberedHead head) => new(head.Sequence, head.Sha256);
}

/// <summary><c>sets --json --head</c>.</summary>
/// <param name="Head">Of the log, as it was read.</param>
/// <param name="Sets">Newest first, as <c>sets --json</c> lists them.</param>
public sealed record SetsDocument(HeadDocument Head, SetDocument[] Sets);
