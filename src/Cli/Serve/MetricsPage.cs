using AlfrescoBackupFlows.Cli.Monitoring;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace AlfrescoBackupFlows.Cli.Serve;

/// <summary>
/// <c>/metrics</c>, for Prometheus. It takes the key of the API, or one of its own that opens nothing else: who scrapes
/// need not be able to start a restore. Each in the header of the API, or as <c>Authorization: Bearer</c>.
/// </summary>
internal static class MetricsPage
{
    public const string Path = "/metrics";

    /// <summary>Before the key of the API is asked for.</summary>
    public static void AddTo(IApplicationBuilder app, CurrentConfiguration current) =>
        app.Use(
            async (context, next) =>
            {
                if (context.Request.Path != Path || !HttpMethods.IsGet(context.Request.Method))
                {
                    await next(context);
                    return;
                }

                ServedConfiguration served = current.Enter();
                try
                {
                    await (MayRead(context.Request, served) ? AnswerAsync(context, served.Telemetry) : next(context));
                }
                finally
                {
                    await served.LeaveAsync();
                }
            }
        );

    private static bool MayRead(HttpRequest request, ServedConfiguration served) =>
        new[] { served.Key, served.MetricsKey }
            .OfType<ApiKey>()
            .Any(key => key.IsIn(request) || key.IsBearerOf(request));

    private static async Task AnswerAsync(HttpContext context, CommandTelemetry telemetry)
    {
        string text = await telemetry.ReadAsync();
        context.Response.ContentType = PrometheusText.ContentType;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.WriteAsync(text, context.RequestAborted);
    }
}
