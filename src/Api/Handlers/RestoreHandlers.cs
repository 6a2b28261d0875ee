using System.Text.Json;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Api.Documents;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Restore;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;
using Microsoft.AspNetCore.Http;

namespace AlfrescoBackupFlows.Api.Handlers;

/// <summary>
/// Restores: start, look, cancel. Only into directories right beneath the configured one, and only into the configured
/// database: whoever holds the key can neither name a path nor send the database's password elsewhere.
/// </summary>
internal static partial class RestoreHandlers
{
    public static readonly FlowKind<RestoreDocument> Kind = new(
        nameof(RestoreFlow),
        "restore",
        ApiPaths.Restores,
        id => InstanceIds.IsRestore(id, out _),
        Describe,
        ApiJson.Relaxed.RestoreDocument
    );

    public static async Task<IResult> StartAsync(ApiCall call, CancellationToken cancellationToken)
    {
        RestoreRequest request = await call.ReadBodyAsync(ApiJson.Relaxed.RestoreRequest, cancellationToken);
        BackupOptions options = call.Environment.Options;
        string target = TargetOf(request, options.Restore);
        RestoreDatabaseTarget? database = DatabaseOf(request, options);
        SetSummary set = await SetHandlers.FindToUseAsync(call, request.Set, cancellationToken);
        string input = JsonSerializer.Serialize(
            new RestoreInput(set.Id, target, database, Owner: null, options.Backup.Parallelism),
            RestoreJson.Default.RestoreInput
        );
        return await Kind.StartAloneAsync(
            call,
            input,
            random => InstanceIds.ForRestore(target, random),
            "another restore into this target is running: wait for it, or name another target",
            cancellationToken,
            isInTheWay: running => InputOf(running).Target == target
        );
    }

    private static string TargetOf(RestoreRequest request, RestoreOptions options)
    {
        string directory =
            options.Directory
            ?? throw ApiException.NotConfigured("restores over HTTP are off: restore.directory is not set");
        if (request.Target is not { } name || !TargetName().IsMatch(name) || name.EndsWith('.'))
        {
            throw ApiException.Invalid(
                "target: give one name of 1 to 128 letters, digits, '.', '_' or '-', a letter or digit first"
            );
        }

        string target = Path.Combine(directory, name);
        return GivenPath.LinkTarget(target) is null
            ? target
            : throw ApiException.Invalid("target: that name is a link to another place; give another name");
    }

    private static RestoreDatabaseTarget? DatabaseOf(RestoreRequest request, BackupOptions options)
    {
        if (!request.Database)
        {
            return null;
        }

        string url =
            options.Restore.DatabaseUrl
            ?? throw ApiException.NotConfigured("databases are not restored over HTTP: restore.databaseUrl is not set");
        return new RestoreDatabaseTarget(
            url,
            options.Restore.DatabasePasswordFile,
            options.Installation.Database.ToolPath
        );
    }

    private static RestoreDocument Describe(ApiCall call, InstanceState restore)
    {
        RestoreInput input = InputOf(restore);
        RestoreResult? result = restore.Result is { } json
            ? JsonSerializer.Deserialize(json, RestoreJson.Default.RestoreResult)
            : null;
        return new RestoreDocument(
            Id: restore.Id,
            State: Instances.StateOf(restore, "done"),
            Set: input.Set.ToString(),
            Target: Path.GetFileName(input.Target),
            Database: input.Database is not null,
            Started: restore.Created.UtcDateTime,
            Updated: restore.Updated.UtcDateTime,
            Progress: Instances.ProgressOf(restore, call.Text),
            Result: result is null ? null : Describe(call, result, Path.GetFileName(input.Target)),
            Failure: Instances.FailureOf(restore, call.Text),
            Links: Kind.LinksOf(restore)
        );
    }

    private static RestoreResultDocument Describe(ApiCall call, RestoreResult result, string target)
    {
        RestoreResultDocument document = RestoreResultDocument.Of(result, target, withPaths: false);
        return document with { Warnings = call.Text.Clean(document.Warnings) };
    }

    private static RestoreInput InputOf(InstanceState restore) =>
        JsonSerializer.Deserialize(restore.Input, RestoreJson.Default.RestoreInput)!;

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TargetName();
}
