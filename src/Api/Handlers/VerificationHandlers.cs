using System.Text.Json;
using AlfrescoBackupFlows.Api.Documents;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Verify;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Repository.Format;
using Microsoft.AspNetCore.Http;

namespace AlfrescoBackupFlows.Api.Handlers;

/// <summary>
/// Verifications: start, look, cancel. One at a time; who asks for the same one again gets the one that runs.
/// </summary>
internal static class VerificationHandlers
{
    public static readonly FlowKind<VerificationDocument> Kind = new(
        nameof(VerifyFlow),
        "verification",
        "verifications",
        id => InstanceIds.IsVerify(id, out _),
        Describe,
        ApiJson.Relaxed.VerificationDocument
    );

    public static async Task<IResult> StartAsync(ApiCall call, CancellationToken cancellationToken)
    {
        VerifyRequest request = await call.ReadBodyAsync(ApiJson.Relaxed.VerifyRequest, cancellationToken);
        var choice = new VerifyChoice(
            request.Depth,
            request.ReadData,
            request.SharePercent,
            request.BudgetSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null
        );
        if (choice.Fault(dashes: string.Empty) is { } fault)
        {
            throw ApiException.Invalid($"the body does not fit: {fault}");
        }

        SetSummary set = await SetHandlers.FindAsync(call, call.Id, cancellationToken);
        string turn = call.Id == InstallationSets.Latest ? InstallationSets.Latest : set.Id.ToString();
        VerifyInput asked = choice.ToInput(set.Id, turn);
        return await Kind.StartAloneAsync(
            call,
            JsonSerializer.Serialize(asked, VerifyJson.Default.VerifyInput),
            random => InstanceIds.ForVerify(asked, random),
            "another verification is running: wait for it",
            cancellationToken
        );
    }

    private static VerificationDocument Describe(ApiCall call, InstanceState verification)
    {
        VerifyInput input = JsonSerializer.Deserialize(verification.Input, VerifyJson.Default.VerifyInput)!;
        VerifyResult? result = verification.Result is { } json
            ? JsonSerializer.Deserialize(json, VerifyJson.Default.VerifyResult)
            : null;
        return new VerificationDocument(
            Id: verification.Id,
            State: Instances.StateOf(verification, "done"),
            Set: input.Set?.ToString(),
            Depth: input.Depth,
            ReadData: input.ReadData,
            Started: verification.Created.UtcDateTime,
            Updated: verification.Updated.UtcDateTime,
            Progress: Instances.ProgressOf(verification, call.Text),
            Result: result is null ? null : Describe(call, input, result),
            Failure: Instances.FailureOf(verification, call.Text),
            Links: Kind.LinksOf(verification)
        );
    }

    private static VerificationResultDocument Describe(ApiCall call, VerifyInput input, VerifyResult result)
    {
        string[]? sets =
            input.Set is not { } set ? null
            : result.Head == VerifyPlan.Nothing ? []
            : [set.ToString()];
        VerificationResultDocument document = VerificationResultDocument.Of(result.Report, input, sets);
        return document with
        {
            Findings = [.. document.Findings.Select(f => f with { Line = call.Text.Clean(f.Line), Path = null })],
        };
    }
}
