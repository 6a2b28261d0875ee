using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Api.Documents;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows.Retention.Activities;
using AlfrescoBackupFlows.Flows.Retention.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Garbage;
using AlfrescoBackupFlows.Repository.Log;
using Microsoft.AspNetCore.Http;

namespace AlfrescoBackupFlows.Api.Handlers;

/// <summary>What sets are kept, what they take up, and the head of the log. Each is answered at once.</summary>
internal static class RetentionHandlers
{
    private const int MaxReasonLength = 1000;

    /// <summary>May be asked again: what is forgotten stays so.</summary>
    public static async Task<IResult> ForgetAsync(ApiCall call, CancellationToken cancellationToken)
    {
        ForgetSetsRequest body = await call.ReadBodyAsync(ApiJson.Relaxed.ForgetSetsRequest, cancellationToken);
        ForgetRequest request = RequestOf(body, KeepRules.Of(call.Environment.Options.Retention));
        IEnumerable<RunId> known = (await call.Sets.ListAsync(cancellationToken)).Select(set => set.Id);
        RunId[] unknown = [.. request.Sets.Except(known)];
        if (unknown.Length > 0)
        {
            throw ApiException.NotFound($"there is no set '{unknown[0]}'");
        }

        var forgetting = new Forgetting(call.Environment);
        try
        {
            ForgetResult result = body.DryRun
                ? await forgetting.PreviewAsync(request, cancellationToken)
                : await forgetting.RunAsync(request, cancellationToken);
            return ApiCall.Ok(ForgetDocument.Of(result), ApiJson.Relaxed.ForgetDocument);
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Configuration && request.Rules is null)
        {
            throw ApiException.Refused(call.Text.Clean(e.Message));
        }
    }

    public static async Task<IResult> PinAsync(ApiCall call, CancellationToken cancellationToken)
    {
        PinRequest body = await call.ReadBodyAsync(ApiJson.Relaxed.PinRequest, cancellationToken);
        string reason = body.Reason is { Length: > MaxReasonLength }
            ? throw ApiException.Invalid($"reason: write at most {MaxReasonLength} characters")
            : body.Reason ?? string.Empty;
        SetSummary set = await SetHandlers.FindAsync(call, call.Id, cancellationToken);
        string pinned = await new SetPins(call.Environment).PinAsync(set.Id.ToString(), reason, cancellationToken);
        return ApiCall.Ok(new PinDocument(pinned, "pinned"), ApiJson.Relaxed.PinDocument);
    }

    public static async Task<IResult> UnpinAsync(ApiCall call, CancellationToken cancellationToken)
    {
        SetSummary set = await SetHandlers.FindAsync(call, call.Id, cancellationToken);
        bool was = await new SetPins(call.Environment).UnpinAsync(set.Id.ToString(), cancellationToken);
        return ApiCall.Ok(
            new PinDocument(set.Id.ToString(), was ? "unpinned" : "was not pinned"),
            ApiJson.Relaxed.PinDocument
        );
    }

    /// <summary>One at a time: it follows every set.</summary>
    public static async Task<IResult> StatsAsync(ApiCall call, CancellationToken cancellationToken)
    {
        await call.Limits.Counting.WaitAsync(cancellationToken);
        try
        {
            (RepositoryUse use, LogHead head) = await call.Sets.ReadUseAsync(cancellationToken);
            StatsDocument document = StatsDocument.Of(
                use,
                head,
                InstallationSets.Of(head, call.Environment.Options.Installation.Name),
                InstallationZone.Of(call.Environment.Options.Installation),
                call.Environment.Options.Retention.PriceOfGb()
            );
            return ApiCall.Ok(document, ApiJson.Relaxed.StatsDocument);
        }
        finally
        {
            call.Limits.Counting.Release();
        }
    }

    public static async Task<IResult> HeadAsync(ApiCall call, CancellationToken cancellationToken) =>
        ApiCall.Ok(HeadDocument.Of(await call.Sets.RereadHeadAsync(cancellationToken)), ApiJson.Relaxed.HeadDocument);

    private static ForgetRequest RequestOf(ForgetSetsRequest body, KeepRules configured)
    {
        int?[] counts = [body.KeepLast, body.KeepDaily, body.KeepWeekly, body.KeepMonthly, body.KeepYearly];
        if (counts.Any(count => count < 0) || body.KeepWithinDays is < 0 or > 36500 or double.NaN)
        {
            throw ApiException.Invalid("keep...: write 0 or more, and keepWithinDays up to 36500");
        }

        var given = new KeepRules(
            body.KeepLast,
            body.KeepWithinDays is { } days ? TimeSpan.FromDays(days) : null,
            body.KeepDaily,
            body.KeepWeekly,
            body.KeepMonthly,
            body.KeepYearly
        );
        if (body.Sets is { } sets)
        {
            if (sets.Length == 0)
            {
                throw ApiException.Invalid("sets is empty: name sets, or leave it out, and the rules count");
            }

            return given == KeepRules.None
                ? new ForgetRequest(null, [.. sets.Select(Parse)])
                : throw ApiException.Invalid("name sets, or give rules (keep...): not both");
        }

        KeepRules rules = given == KeepRules.None ? configured : given;
        return rules.IsEmpty
            ? throw ApiException.Invalid(
                "there is no rule to keep sets by: give keepLast, keepDaily or another, or name sets; this host's "
                    + "configuration has no 'retention' either"
            )
            : new ForgetRequest(rules, []);

        static RunId Parse(string? text) =>
            RunId.TryParse(text, out RunId id)
                ? id
                : throw ApiException.Invalid("sets: write ids of sets, as /api/sets lists them");
    }
}
