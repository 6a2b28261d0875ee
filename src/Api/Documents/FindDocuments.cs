using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Documents;

namespace AlfrescoBackupFlows.Api.Documents;

/// <summary><c>GET /api/find</c>: documents that match, and the sets that have them.</summary>
/// <param name="Documents">A document once for each of its states: a row of <c>abf find</c>.</param>
/// <param name="Stopped">
/// Why there may be more: <c>limit</c> (as many as were asked for are here), <c>time</c>, or <c>memory</c> (older sets were
/// not looked into: name one of them), or <c>damage</c> (a part of a catalogue cannot be read); null: that is all.
/// </param>
/// <param name="Searched">Sets that were looked into.</param>
/// <param name="WithoutCatalogue">Sets that cannot tell which documents they have, or not any more.</param>
/// <param name="NotSearched">Sets, the oldest, that were not looked into.</param>
public sealed record FindDocument(
    FoundStateDocument[] Documents,
    string? Stopped,
    int Searched,
    int WithoutCatalogue,
    int NotSearched
);

/// <summary>A document as some sets have it. Times are UTC.</summary>
/// <param name="Path">Below Company Home; null where the database does not say it.</param>
/// <param name="Size">In bytes; null as above.</param>
/// <param name="Modified">When Alfresco changed it last; null as above.</param>
/// <param name="Version">Such as <c>1.2</c>; null: it has none.</param>
/// <param name="Sets">Ids, newest first.</param>
public sealed record FoundStateDocument(
    string NodeRef,
    string Name,
    string? Path,
    string? ContentUrl,
    long? Size,
    DateTime? Modified,
    string? Version,
    string? Mimetype,
    string[] Sets
)
{
    internal static FoundStateDocument Of(FoundState state)
    {
        FoundDocument document = state.Newest;
        return new FoundStateDocument(
            document.NodeRef,
            document.Name,
            document.Path,
            document.ContentUrl,
            document.Size,
            document.Modified,
            document.Version,
            document.Mimetype,
            [.. state.Sets]
        );
    }
}

/// <summary><c>GET /api/sets/{id}/report</c>: what was found about a set, and some of it by document.</summary>
/// <param name="Report">As <c>abf report --json</c> begins.</param>
/// <param name="Kind"><c>missing</c>, <c>carried-over</c> or <c>verification</c>.</param>
/// <param name="From">How many files come before those of <paramref name="Files"/>.</param>
/// <param name="Files">Of a verification none: its own findings have them.</param>
/// <param name="Next">Where the next files begin; null: there are none.</param>
/// <param name="Verification">
/// Of kind <c>verification</c>: the newest one, where it found something, or the one that failed and that no later one
/// stands for; else null.
/// </param>
/// <param name="Warnings">What could not be looked up.</param>
public sealed record SetReportDocument(
    ReportDocument Report,
    string Kind,
    int From,
    ReportFindingDocument[] Files,
    int? Next,
    FoundVerificationDocument? Verification,
    string[] Warnings
);

/// <param name="Id">Of <c>GET /api/verifications/{id}</c>; null: this host does not know it any more.</param>
/// <param name="Errors">Of all sets that it looked at; <paramref name="Findings"/> has the first of them.</param>
public sealed record FoundVerificationDocument(
    string? Id,
    string Depth,
    DateTime Ended,
    long Errors,
    VerificationFindingDocument[] Findings
);
