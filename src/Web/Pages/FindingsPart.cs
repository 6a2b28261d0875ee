using AlfrescoBackupFlows.Api.Documents;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository.RequiredFiles;
using AlfrescoBackupFlows.Web.Calls;
using AlfrescoBackupFlows.Web.Markup;

namespace AlfrescoBackupFlows.Web.Pages;

/// <summary>What was found about a set, by document.</summary>
internal static class FindingsPart
{
    public const string Missing = "missing";
    public const string CarriedOver = "carried-over";
    public const string Verification = "verification";

    private const int MaxProtocols = 20;

    /// <summary>Documents that no set has: said where nobody can overlook it.</summary>
    public static Html Unprotected(IReadOnlyDictionary<string, long>? protocols) =>
        Html.Of(
            $"{(protocols ?? new Dictionary<string, long>()).Take(MaxProtocols).Select(protocol =>
                Html.Of(
                    $"""
                    <p class="note bad"><strong>NOT PROTECTED:</strong> {Amounts.Count(
                        protocol.Value,
                        "document"
                    )} at {Show.Short(protocol.Key, 60)}://, outside the file system, in no set.</p>
                    """
                )
            )}"
        );

    /// <summary>Some files of a kind, as a table.</summary>
    /// <param name="set">As the address has it.</param>
    public static Html Files(SetReportDocument report, string set) =>
        report.Files.Length == 0
            ? Html.Of($"<p>There is none here.</p>")
            : Html.Of(
                $"""
                <div class="wide" role="region" aria-label="{WordsOf(report.Kind)}" tabindex="0"><table class="found">
                <caption class="unseen">{WordsOf(report.Kind)}, with the documents that use them</caption>
                <thead><tr><th scope="col">Document</th><th scope="col">Why</th><th scope="col" class="number">Size</th></tr></thead>
                <tbody>{report.Files.Select(file => Row(file, set))}</tbody></table></div>
                """
            );

    public static string WordsOf(string kind) =>
        kind switch
        {
            Missing => "Missing files",
            CarriedOver => "Files carried over from the set before",
            _ => "What a verification found",
        };

    public static Html Verified(FoundVerificationDocument verification, string set) =>
        Html.Of(
            $"""
            <p>Verification ({verification.Depth}), ended {Show.Time(verification.Ended)}: {Amounts.Count(
                verification.Errors,
                "error"
            )} in all it looked at.</p>
            <div class="wide" role="region" aria-label="What a verification found" tabindex="0"><table class="found">
            <caption class="unseen">What a verification found, with the documents that it touches</caption>
            <thead><tr><th scope="col">Document</th><th scope="col">What</th><th scope="col">Found</th></tr></thead>
            <tbody>{verification.Findings.Select(finding =>
                Html.Of(
                    $"""
                    <tr><th scope="row">{Documents(finding.Nodes ?? [], finding.Url, finding.Path, set)}</th>
                    <td class="{(finding.Severity == "warning" ? "warn" : "bad")}">{finding.Severity}</td>
                    <td>{Show.Short(finding.Line, 400)}</td></tr>
                    """
                )
            )}</tbody></table></div>
            """
        );

    public static Html Warnings(SetReportDocument report) =>
        Html.Of(
            $"{report.Warnings.Select(warning => Html.Of($"<p class=\"note warn\">{Show.Short(warning, 500)}</p>"))}{(
                report.Report.Catalogue || report.Files.Length == 0
                    ? Html.Empty
                    : Html.Of(
                        $"<p class=\"note warn\">Which documents use these files the set cannot tell: it has no catalogue.</p>"
                    )
            )}{(
                report.Report.Complete
                    ? Html.Empty
                    : Html.Of($"<p class=\"note warn\">An earlier version made this set: it does not name every file.</p>")
            )}"
        );

    private static Html Row(ReportFindingDocument file, string set) =>
        Html.Of(
            $"""
            <tr><th scope="row">{Documents(file.Nodes, file.Url, file.Path, set)}{(
                file.MoreNodes ? Html.Of($"<span class=\"id\">and others</span>") : Html.Empty
            )}</th>
            <td class="{(file.Acknowledged ? "warn" : "bad")}">{file.Reason}: {WhyOf(file)}{(
                file.Acknowledged ? ", accepted" : null
            )}</td>
            <td class="number">{SizeOf(file)}</td></tr>
            """
        );

    /// <summary>Who uses a file, each with the way to its states in all sets; and the file.</summary>
    private static Html Documents(ReportNodeDocument[] nodes, string? url, string? path, string set) =>
        Html.Of(
            $"""
            {nodes.Select(node =>
                Html.Of(
                    $"""
                    <a href="{PagePaths.Search(node.NodeRef, "all")}">{Show.Short(node.Name ?? node.NodeRef)}</a>
                    <span class="id">{Show.Short(node.Path ?? "at an unknown path", 400)}</span><span class="id">{Show.Short(
                        node.NodeRef
                    )}</span>
                    """
                )
            )}<span class="id">{Show.Short(url ?? path ?? $"set {set}", 400)}</span>
            """
        );

    private static string WhyOf(ReportFindingDocument file) =>
        file.Reason switch
        {
            FindingReasons.SourceMissing => "the live system lost it; the set has it from the set before",
            FindingReasons.SourceChanged => "the live system has other bytes; the set has it from the set before",
            FindingReasons.InvalidUrl => "its URL names no file",
            FindingReasons.InvalidSize => "its row says a size that no file can have",
            FindingReasons.Unstable => "it changed each time it was read",
            _ => file.Live switch
            {
                "missing" => "already missing in the live system",
                "present" => "missed by the backup: the live system had it",
                _ => "the live system could not be asked",
            },
        };

    private static string SizeOf(ReportFindingDocument file) =>
        (file.Size, file.Captured) switch
        {
            ({ } said, { } captured) when said != captured =>
                $"{Amounts.Count(captured)} of {Amounts.Count(said)} bytes",
            ({ } said, _) => Amounts.Bytes(said),
            (null, { } captured) => Amounts.Bytes(captured),
            _ => "not known",
        };
}
