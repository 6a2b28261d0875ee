using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Functions.Hosting;
using AlfrescoBackupFlows.Web.Calls;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace AlfrescoBackupFlows.Functions.Triggers;

/// <summary>
/// The page. A browser cannot send the key of a function, so the host lets every request in, and the page asks for its
/// own key.
/// </summary>
public sealed class WebPage(CloudPage page, RepositoryStores stores)
{
    [Function(nameof(WebPage))]
    public Task<IResult> Answer(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = PagePaths.Name + "/{*path}")]
            HttpRequest request,
        [DurableClient] DurableTaskClient client
    ) =>
        page.Page is { } shown
            ? shown.HandleAsync(
                request.HttpContext,
                request.HttpContext.GetRouteValue("path") as string,
                new DurableInstances(client, stores.Control)
            )
            : Task.FromResult(BackupApi.NotFound());
}
