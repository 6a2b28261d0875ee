using System.Globalization;
using System.Text.Json;
using AlfrescoBackupFlows.Api.Documents;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Drill;
using AlfrescoBackupFlows.Flows.Drill.Records;
using AlfrescoBackupFlows.Repository.Format;
using Microsoft.AspNetCore.Http;

namespace AlfrescoBackupFlows.Api.Handlers;

/// <summary>
/// Drills: start, look, cancel. Only on the configured server or database and in the configured scratch directory:
/// whoever holds the key can name neither a path nor a server. One at a time; who asks for the same one again gets the
/// one that runs.
/// </summary>
internal static class DrillHandlers
{
    public static readonly FlowKind<DrillDocument> Kind = new(
        nameof(DrillFlow),
        "drill",
        ApiPaths.Drills,
        InstanceIds.IsDrill,
        Describe,
        ApiJson.Relaxed.DrillDocument
    );

    public static async Task<IResult> StartAsync(ApiCall call, CancellationToken cancellationToken)
    {
        DrillRequest request = await call.ReadBodyAsync(ApiJson.Relaxed.DrillRequest, cancellationToken);
        DrillChoice choice = ChoiceOf(call, request);
        SetSummary set = await SetHandlers.FindToUseAsync(call, request.Set, cancellationToken);
        if (choice.Roots.Length > 0)
        {
            await RequireRootsAsync(call, set, choice.Roots, cancellationToken);
        }

        DrillInput asked = choice.Complete(set.Id, call.Environment.Options);
        return await Kind.StartAloneAsync(
            call,
            JsonSerializer.Serialize(asked, DrillJson.Default.DrillInput),
            random => InstanceIds.ForDrill(set.Id, random),
            "another drill is running: wait for it",
            cancellationToken,
            isSame: running => InputOf(running).IsSameAs(asked)
        );
    }

    private static DrillChoice ChoiceOf(ApiCall call, DrillRequest request)
    {
        if (call.Environment.Options.Drill is { Server: null, Database: null })
        {
            throw ApiException.NotConfigured(
                "drills over HTTP are off: drill.server is not set, nor is drill.database"
            );
        }

        if (request.SharePercent is { } share && share is not (>= 0 and <= 100))
        {
            throw ApiException.Invalid("sharePercent: give a number from 0 to 100");
        }

        return new DrillChoice
        {
            Share = request.SharePercent is { } percent
                ? string.Create(CultureInfo.InvariantCulture, $"{(decimal)percent}%")
                : null,
            Roots = [.. request.Roots ?? []],
        };
    }

    private static async Task RequireRootsAsync(
        ApiCall call,
        SetSummary set,
        IReadOnlyCollection<string> names,
        CancellationToken cancellationToken
    )
    {
        SetManifest manifest = await call.Sets.ReadManifestAsync(set, cancellationToken);
        HashSet<string> roots = [.. manifest.Roots.Select(static root => root.Name)];
        if (names.Count > roots.Count || !names.All(roots.Contains))
        {
            throw ApiException.Invalid(
                $"roots: give names of directories of set {set.Id}: {string.Join(", ", roots.Order().Take(20))}"
            );
        }
    }

    private static DrillDocument Describe(ApiCall call, InstanceState drill)
    {
        DrillInput input = InputOf(drill);
        DrillResult? result = drill.Result is { } json
            ? JsonSerializer.Deserialize(json, DrillJson.Default.DrillResult)
            : null;
        return new DrillDocument(
            Id: drill.Id,
            State: Instances.StateOf(drill, "done"),
            Set: input.Set.ToString(),
            Roots: input.Selection is { } selection ? [.. selection.Roots] : null,
            Started: drill.Created.UtcDateTime,
            Updated: drill.Updated.UtcDateTime,
            Progress: Instances.ProgressOf(drill, call.Text.Drills),
            Result: result is null ? null : Describe(call, result),
            Failure: Instances.FailureOf(drill, call.Text.Drills),
            Links: Kind.LinksOf(drill)
        );
    }

    private static DrillResultDocument Describe(ApiCall call, DrillResult result)
    {
        DrillResultDocument document = DrillResultDocument.Of(result);
        return document with
        {
            Findings =
            [
                .. document.Findings.Select(finding =>
                    finding with
                    {
                        Line = call.Text.Drills.Clean(finding.Line),
                        Url = null,
                        Path = null,
                        Nodes = [],
                    }
                ),
            ],
            Warnings = call.Text.Drills.Clean(document.Warnings),
        };
    }

    private static DrillInput InputOf(InstanceState drill) =>
        JsonSerializer.Deserialize(drill.Input, DrillJson.Default.DrillInput)!;
}
