using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Functions.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace AlfrescoBackupFlows.Functions.Triggers;

/// <summary>The HTTP API: a function for each row of the route table. The Functions host checks the key.</summary>
public sealed class HttpApi(BackupApi api, RepositoryStores stores)
{
    [Function(nameof(StartBackup))]
    public Task<IResult> StartBackup(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = ApiPaths.Backups)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.StartBackup, request, client);

    [Function(nameof(ListBackups))]
    public Task<IResult> ListBackups(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = ApiPaths.Backups)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.ListBackups, request, client);

    [Function(nameof(GetBackup))]
    public Task<IResult> GetBackup(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = ApiPaths.Backup)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.GetBackup, request, client);

    [Function(nameof(CancelBackup))]
    public Task<IResult> CancelBackup(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = ApiPaths.BackupCancel)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.CancelBackup, request, client);

    [Function(nameof(ListSets))]
    public Task<IResult> ListSets(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = ApiPaths.Sets)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.ListSets, request, client);

    [Function(nameof(GetSet))]
    public Task<IResult> GetSet(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = ApiPaths.Set)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.GetSet, request, client);

    [Function(nameof(GetReport))]
    public Task<IResult> GetReport(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = ApiPaths.SetReport)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.GetReport, request, client);

    [Function(nameof(GetContent))]
    public Task<IResult> GetContent(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = ApiPaths.SetContent)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.GetContent, request, client);

    [Function(nameof(ListVersions))]
    public Task<IResult> ListVersions(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = ApiPaths.SetVersions)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.ListVersions, request, client);

    [Function(nameof(Find))]
    public Task<IResult> Find(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = ApiPaths.Find)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.Find, request, client);

    [Function(nameof(StartVerification))]
    public Task<IResult> StartVerification(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = ApiPaths.SetVerify)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.StartVerification, request, client);

    [Function(nameof(GetVerification))]
    public Task<IResult> GetVerification(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = ApiPaths.Verification)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.GetVerification, request, client);

    [Function(nameof(CancelVerification))]
    public Task<IResult> CancelVerification(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = ApiPaths.VerificationCancel)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.CancelVerification, request, client);

    [Function(nameof(StartRestore))]
    public Task<IResult> StartRestore(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = ApiPaths.Restores)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.StartRestore, request, client);

    [Function(nameof(GetRestore))]
    public Task<IResult> GetRestore(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = ApiPaths.Restore)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.GetRestore, request, client);

    [Function(nameof(CancelRestore))]
    public Task<IResult> CancelRestore(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = ApiPaths.RestoreCancel)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.CancelRestore, request, client);

    [Function(nameof(StartDrill))]
    public Task<IResult> StartDrill(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = ApiPaths.Drills)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.StartDrill, request, client);

    [Function(nameof(GetDrill))]
    public Task<IResult> GetDrill(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = ApiPaths.Drill)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.GetDrill, request, client);

    [Function(nameof(CancelDrill))]
    public Task<IResult> CancelDrill(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = ApiPaths.DrillCancel)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.CancelDrill, request, client);

    [Function(nameof(PinSet))]
    public Task<IResult> PinSet(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = ApiPaths.SetPin)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.PinSet, request, client);

    [Function(nameof(UnpinSet))]
    public Task<IResult> UnpinSet(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = ApiPaths.SetUnpin)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.UnpinSet, request, client);

    // A name that no flow and no activity has: the host starts with none of two functions of one name.
    [Function(nameof(Forget))]
    public Task<IResult> Forget(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = ApiPaths.Forget)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.ForgetSets, request, client);

    [Function(nameof(StartPrune))]
    public Task<IResult> StartPrune(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = ApiPaths.Prunes)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.StartPrune, request, client);

    [Function(nameof(GetPrune))]
    public Task<IResult> GetPrune(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = ApiPaths.Prune)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.GetPrune, request, client);

    [Function(nameof(CancelPrune))]
    public Task<IResult> CancelPrune(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = ApiPaths.PruneCancel)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.CancelPrune, request, client);

    [Function(nameof(StartMirror))]
    public Task<IResult> StartMirror(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = ApiPaths.Mirrors)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.StartMirror, request, client);

    [Function(nameof(GetMirror))]
    public Task<IResult> GetMirror(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = ApiPaths.Mirror)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.GetMirror, request, client);

    [Function(nameof(CancelMirror))]
    public Task<IResult> CancelMirror(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = ApiPaths.MirrorCancel)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.CancelMirror, request, client);

    [Function(nameof(Stats))]
    public Task<IResult> Stats(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = ApiPaths.Stats)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.Stats, request, client);

    [Function(nameof(Head))]
    public Task<IResult> Head(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = ApiPaths.Head)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.Head, request, client);

    [Function(nameof(Health))]
    public Task<IResult> Health(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = ApiPaths.Health)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.Health, request, client);

    [Function(nameof(OpenApi))]
    public Task<IResult> OpenApi(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = ApiPaths.OpenApi)] HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) => AnswerAsync(ApiRoutes.OpenApi, request, client);

    private Task<IResult> AnswerAsync(ApiRoute route, HttpRequest request, DurableTaskClient client) =>
        api.HandleAsync(route, request.HttpContext, new DurableInstances(client, stores.Control));
}
