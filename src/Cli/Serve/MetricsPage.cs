using AlfrescoBackupFlows.Cli.Monitoring;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace AlfrescoBackupFlows.Cli.Serve;

/// <summary>
/// <c>/metrics</c>, for Prometheus. It takes the key of the API, or one of its own that opens nothing else: who scrapes
/// need not be able to start a restore. Each in the header of the API, or as <c>Authorization: Bearer</c>.
/// </summary>
/// <param name="metrics">Null: the key of the API alone.</param>
internal sealed class MetricsPage(ApiKey api, ApiKey? metrics, CommandTelemetry telemetry)
{
    public const string Path = "/metrics";

    /// <summary>Before the key of the API is asked for.</summary>
    public void AddTo(IApplicationBuilder app) =>
        app.Use((context, next) => IsAsked(context.Request) ? AnswerAsync(context) : next(context));

    private bool IsAsked(HttpRequest request) =>
        request.Path == Path
        && HttpMethods.IsGet(request.Method)
        && new[] { api, metrics }.OfType<ApiKey>().Any(key => key.IsIn(request) || key.IsBearerOf(request));

    private async Task AnswerAsync(HttpContext context)
    {
        string text = await telemetry.ReadAsync();
        context.Response.ContentType = PrometheusText.ContentType;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.WriteAsync(text, context.RequestAborted);
    }
}
