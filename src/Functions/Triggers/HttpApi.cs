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
