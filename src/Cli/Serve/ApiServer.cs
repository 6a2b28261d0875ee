using System.Net;
using System.Net.Security;
using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Platform.Processes;
using AlfrescoBackupFlows.Web;
using AlfrescoBackupFlows.Web.Calls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Cli.Serve;

/// <summary>Kestrel with the rows of the route table. Who does not bring the key learns nothing but
/// that, and that a page has a sign-in.</summary>
internal static class ApiServer
{
    /// <summary>An app that is ready to start.</summary>
    public static WebApplication Create(
        IReadOnlyList<ServeAddress> addresses,
        CurrentConfiguration current,
        IFlowInstances flows,
        ILoggerFactory loggers
    )
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        // Where Windows runs this as a service; elsewhere it does nothing.
        builder.Services.AddWindowsService(service => service.ServiceName = "abf");
        builder.Services.AddSingleton(loggers);
        builder.Services.AddRoutingCore();
        builder
            .WebHost.UseKestrelCore()
            .UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel => Listen(kestrel, addresses, current));
        builder.Services.Replace(
            ServiceDescriptor.Singleton<IConnectionListenerFactory>(services => new LimitedListenerFactory(
                ActivatorUtilities.CreateInstance<SocketTransportFactory>(services),
                new ConnectionLimits(OpenFiles.Limit)
            ))
        );

        WebApplication app = builder.Build();
        MetricsPage.AddTo(app, current);
        // The page has its own way in, and a request to it goes no further, whatever its path looks like to others.
        app.Use(
            async (context, next) =>
            {
                if (
                    context.Request.Path.StartsWithSegments(
                        PagePaths.Root,
                        StringComparison.Ordinal,
                        out PathString path
                    )
                )
                {
                    ServedConfiguration served = current.Enter();
                    try
                    {
                        await (await served.Page.HandleAsync(context, path, flows)).ExecuteAsync(context);
                    }
                    finally
                    {
                        await served.LeaveAsync();
                    }
                }
                else
                {
                    await next(context);
                }
            }
        );
        app.Use(
            (context, next) =>
                current.Look(served => served.Key).IsIn(context.Request) ? next(context) : RefuseAsync(context)
        );
        app.UseStatusCodePages(pages => ExplainAsync(pages.HttpContext));
        app.UseRouting();
        foreach (ApiRoute route in ApiRoutes.All)
        {
            app.MapMethods(
                $"/{ApiPaths.Prefix}/{route.Path}",
                [route.Method],
                context => AnswerAsync(route, context, current, flows)
            );
        }

        return app;
    }

    /// <summary>Where it listens, with the ports that the system chose.</summary>
    public static IEnumerable<string> AddressesOf(WebApplication app) =>
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;

    private static async Task AnswerAsync(
        ApiRoute route,
        HttpContext context,
        CurrentConfiguration current,
        IFlowInstances flows
    )
    {
        ServedConfiguration served = current.Enter();
        try
        {
            IResult result = await served.Api.HandleAsync(route, context, flows);
            await result.ExecuteAsync(context);
        }
        finally
        {
            await served.LeaveAsync();
        }
    }

    private static void Listen(
        KestrelServerOptions kestrel,
        IReadOnlyList<ServeAddress> addresses,
        CurrentConfiguration current
    )
    {
        kestrel.AddServerHeader = false;
        ConnectionLimits.Apply(kestrel.Limits);
        foreach (ServeAddress address in addresses)
        {
            if (address.Host is { } host)
            {
                kestrel.Listen(host, address.Port, Configure);
            }
            else
            {
                kestrel.ListenAnyIP(address.Port, Configure);
            }

            void Configure(ListenOptions listen)
            {
                // HTTP/2 and 3 would let one connection hold a hundred requests, and the API needs neither.
                listen.Protocols = HttpProtocols.Http1;
                if (address.IsTls)
                {
                    // Asked for each connection: a certificate that was renewed counts when the configuration is loaded anew.
                    listen.UseHttps(
                        new TlsHandshakeCallbackOptions
                        {
                            OnConnection = _ =>
                                ValueTask.FromResult(
                                    new SslServerAuthenticationOptions
                                    {
                                        ServerCertificateContext = current.Look(served => served.Certificate!.Context),
                                    }
                                ),
                        }
                    );
                }
            }
        }
    }

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = (int)HttpStatusCode.Unauthorized;
        return Task.CompletedTask;
    }

    /// <summary>What no route answered.</summary>
    private static Task ExplainAsync(HttpContext context) =>
        context.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => BackupApi.NotFound().ExecuteAsync(context),
            StatusCodes.Status405MethodNotAllowed => BackupApi.MethodNotAllowed().ExecuteAsync(context),
            _ => Task.CompletedTask,
        };
}
