using System.Text.Json;
using AlfrescoBackupFlows.Api.Documents;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Documents;
using AlfrescoBackupFlows.Flows.Verify;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.SetChecks;
using AlfrescoBackupFlows.Repository.Verification;
using Microsoft.AspNetCore.Http;

namespace AlfrescoBackupFlows.Api.Handlers;

/// <summary>
/// What was found about a set, by document: by its proof, as <c>abf report</c> says it, and by a verification. Some files
/// at a time, in constant memory.
/// </summary>
internal static class ReportHandlers
{
    public const int UsualFiles = 50;
    public const int MaxFiles = 500;

    private const string Missing = "missing";
    private const string CarriedOver = "carried-over";
    private const string Verification = "verification";

    /// <summary>Nodes that are named of one file.</summary>
    private const int MaxNodes = 5;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    public static async Task<IResult> GetAsync(ApiCall call, CancellationToken cancellationToken)
    {
        string kind = call.Query("kind", maxLength: 20) ?? Missing;
        if (kind is not (Missing or CarriedOver or Verification))
        {
            throw ApiException.Invalid($"kind: write {Missing}, {CarriedOver} or {Verification}");
        }

        int from = call.Number("from", 0, min: 0, int.MaxValue - MaxFiles);
        int limit = call.Number("limit", UsualFiles, min: 1, MaxFiles);
        SetSummary set = await SetHandlers.FindAsync(call, call.Id, cancellationToken);
        using var late = new CancellationTokenSource(Longest, call.Environment.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            await call.Limits.Reporting.WaitAsync(stop.Token);
            try
            {
                SetReportDocument document = await ReadAsync(call, set, (kind, from, limit), stop.Token);
                return ApiCall.Ok(document, ApiJson.Relaxed.SetReportDocument);
            }
            finally
            {
                call.Limits.Reporting.Release();
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TransientException(
                ErrorKind.Busy,
                $"the report of set {set.Id} takes more than {Longest.TotalSeconds:0} seconds: run 'abf report' on the host"
            );
        }
    }

    private static async Task<SetReportDocument> ReadAsync(
        ApiCall call,
        SetSummary set,
        (string Kind, int From, int Limit) asked,
        CancellationToken stop
    )
    {
        await using IAsyncDisposable held = await call.Sets.HoldAsync(set.Id, stop);
        (BackupRepository repository, LogHead head) = await call.Sets.OpenAsync(stop);
        SetManifest manifest = await repository.Log.ReadManifestAsync(set, stop);
        IChunkSource chunks = repository.CreateFollowingReader(await repository.LoadIndexAsync(head.State, stop));
        List<string> warnings = [];
        ContentUsers users = await ContentUsers.OpenAsync(chunks, manifest, warnings.Add, stop, MaxNodes + 1);
        var findings = new SetFindings(chunks, manifest);
        (ReportCountsDocument counts, bool isComplete) = await findings.CountAsync(stop);
        List<ReportFindingDocument> files = [];
        if (asked.Kind != Verification)
        {
            // One more than is shown tells whether there are more.
            await foreach (
                ReportFindingDocument file in new ReportedFiles(findings, users).ReadAsync(
                    asked.Kind == Missing,
                    asked.From,
                    asked.Limit + 1,
                    stop
                )
            )
            {
                files.Add(file with { Nodes = Shown(file.Nodes)!, MoreNodes = file.Nodes.Length > MaxNodes });
            }
        }

        FoundVerificationDocument? verification =
            asked.Kind == Verification ? await FindVerificationAsync(call, set.Id, users, stop) : null;
        return new SetReportDocument(
            ReportDocument.Of(set, manifest, counts, isComplete, users.IsKnown),
            asked.Kind,
            asked.From,
            [.. files.Take(asked.Limit)],
            files.Count > asked.Limit ? asked.From + asked.Limit : null,
            verification,
            call.Text.Clean(warnings.Distinct())
        );
    }

    /// <summary>
    /// The newest verification of the set, where it found something; else the one that failed and that no later one stands
    /// for, as this host remembers it, or as the repository does, which has lines alone.
    /// </summary>
    private static async Task<FoundVerificationDocument?> FindVerificationAsync(
        ApiCall call,
        RunId set,
        ContentUsers users,
        CancellationToken cancellationToken
    )
    {
        List<(InstanceState Instance, VerifyInput Input, VerifyReport Report, Finding[] Findings)> known =
        [
            .. (await call.Flows.ListAsync(nameof(VerifyFlow), cancellationToken))
                .Where(static instance => instance.Result is not null)
                .Select(instance =>
                    (
                        Instance: instance,
                        Input: JsonSerializer.Deserialize(instance.Input, VerifyJson.Default.VerifyInput)!,
                        JsonSerializer.Deserialize(instance.Result!, VerifyJson.Default.VerifyResult)!.Report
                    )
                )
                .Where(verification => (verification.Input.Set ?? set) == set)
                .Select(v => (v.Instance, v.Input, v.Report, FindingsOf(v.Report, set))),
        ];
        SetCheck? recorded = (await call.Sets.ReadChecksAsync(cancellationToken)).FindLast(set, SetCheckKinds.Verify);
        int number =
            known is [{ Findings.Length: > 0 }, ..] ? 0
            : recorded is { Passed: false }
                ? known.FindIndex(v => v.Findings.Any(f => f.Severity is FindingSeverity.Error))
            : -1;
        if (number >= 0)
        {
            (InstanceState instance, VerifyInput input, VerifyReport report, Finding[] findings) = known[number];
            VerificationFindingDocument[] described = await VerifiedFindings.DescribeAsync(
                findings,
                users,
                cancellationToken
            );
            return new FoundVerificationDocument(
                instance.Id,
                input.Depth,
                instance.Updated.UtcDateTime,
                report.Errors,
                [.. described.Select(finding => Shown(call, finding))]
            );
        }

        return recorded is not { Passed: false }
            ? null
            : new FoundVerificationDocument(
                Id: null,
                recorded.Depth ?? VerifyDepths.Structure,
                recorded.Ended.UtcDateTime,
                recorded.Errors,
                [
                    .. recorded.Findings.Select(line =>
                        Shown(call, VerificationFindingDocument.Of(new Finding(FindingSeverity.Error, set, line)))
                    ),
                ]
            );
    }

    private static Finding[] FindingsOf(VerifyReport report, RunId set) =>
        [.. report.Findings.Where(finding => (finding.Set ?? set) == set)];

    /// <summary>Paths within a set are known to whoever holds the key; those of the host are not.</summary>
    private static VerificationFindingDocument Shown(ApiCall call, VerificationFindingDocument finding) =>
        finding with
        {
            Line = call.Text.Clean(finding.Line),
            Blob = null,
            Nodes = Shown(finding.Nodes),
        };

    private static ReportNodeDocument[]? Shown(ReportNodeDocument[]? nodes) =>
        nodes?.Length > MaxNodes ? nodes[..MaxNodes] : nodes;
}
