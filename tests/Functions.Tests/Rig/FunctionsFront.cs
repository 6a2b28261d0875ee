using System.Reflection;
using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Functions.Triggers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Functions.Tests.Rig;

/// <summary>Stands for the front door of the Functions host: the HTTP functions over a socket, mapped and locked as the
/// attributes of each say.</summary>
internal sealed class FunctionsFront : IAsyncDisposable
{
    public const string Key = "0123456789abcdef-key";

    private readonly WebApplication _web;

    private FunctionsFront(WebApplication web) => _web = web;

    public Uri Address => new(_web.Urls.Single());

    public static async Task<FunctionsFront> StartAsync(
        HttpApi api,
        DurableTaskClient client,
        CancellationToken cancellationToken
    )
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        WebApplication web = builder.Build();
        foreach (
            MethodInfo function in typeof(HttpApi)
                .GetMethods()
                .Where(method =>
                    method.GetParameters() is [{ } first, ..] && first.IsDefined(typeof(HttpTriggerAttribute))
                )
        )
        {
            HttpTriggerAttribute trigger = function.GetParameters()[0].GetCustomAttribute<HttpTriggerAttribute>()!;
            web.MapMethods(
                $"/{ApiPaths.Prefix}/{trigger.Route}",
                trigger.Methods!,
                async http =>
                {
                    IResult answer =
                        trigger.AuthLevel is AuthorizationLevel.Anonymous
                        || http.Request.Headers["x-functions-key"] == Key
                            ? await (Task<IResult>)function.Invoke(api, [http.Request, client])!
                            : Results.StatusCode(StatusCodes.Status401Unauthorized);
                    await answer.ExecuteAsync(http);
                }
            );
        }

        web.Urls.Add("http://127.0.0.1:0");
        await web.StartAsync(cancellationToken);
        return new FunctionsFront(web);
    }

    /// <summary>A client that brings the key.</summary>
    public HttpClient CreateClient()
    {
        var client = new HttpClient { BaseAddress = Address };
        client.DefaultRequestHeaders.Add("x-functions-key", Key);
        return client;
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();
}
