using System.CommandLine;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Monitoring;
using AlfrescoBackupFlows.Cli.Serve;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Platform.Errors;
using Microsoft.AspNetCore.Builder;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary><c>abf serve</c>: the HTTP API, and backups and drills by schedule, until the process is asked to stop.</summary>
internal static class ServeCommand
{
    public static Command Create(CommandRunner runner)
    {
        var urls = new Option<string?>("--urls")
        {
            Description = "Addresses to listen at, with ';' between them (default: serve.urls).",
            HelpName = "URLS",
        };
        var command = new DocumentedCommand(
            "serve",
            "Serve the HTTP API, and take backups by schedule, until stopped.",
            "abf serve --urls http://127.0.0.1:7090",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Storage,
            ExitCodes.Repository
        )
        {
            urls,
        };
        command.SetAction(parsed => runner.RunAsync(parsed, context => RunAsync(context, parsed.GetValue(urls))));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string? urls)
    {
        context.Messages.Stays = true;
        BackupOptions options = context.Load(OptionsScope.Installation).Options;
        IReadOnlyList<ServeAddress> addresses = ServeAddress.ParseAll(urls ?? options.Serve.Urls, options.Serve);
        ApiKey key = ReadKey(context, ApiKey.Read(options.Serve));
        ApiKey? metricsKey = options.Serve.MetricsKeyFile is null
            ? null
            : ReadKey(context, ApiKey.ReadMetrics(options.Serve));

        using ServeCertificate? certificate = addresses.Any(a => a.IsTls) ? ServeCertificate.Read(options.Serve) : null;
        NightlySchedule? schedule = options.Schedule is { } cron
            ? NightlySchedule.Parse(cron, Installation.Discover(options.Installation).TimeZone, context.Time)
            : null;

        await using HostEnvironment environment = await HostEnvironment.OpenAsync(context, takesLeases: false);
        await using var telemetry = new CommandTelemetry(context, environment.Flows);
        context.Telemetry = telemetry;
        using var api = new BackupApi(environment.Flows);
        await using var flows = new ServedFlows(context);
        await using WebApplication app = ApiServer.Create(
            addresses,
            certificate,
            key,
            api,
            flows,
            new MetricsPage(key, metricsKey, telemetry),
            context.Loggers
        );
        await StartAsync(app, urls ?? options.Serve.Urls, context.Stop);
        context.Messages.Note($"listening at {string.Join(", ", ApiServer.AddressesOf(app))}");

        // A service of Windows is asked to stop by its manager, and gets no signal.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(
            context.Stop,
            app.Lifetime.ApplicationStopping
        );
        try
        {
            await flows.ResumeAllAsync(stop.Token);
            await Task.WhenAll(
                schedule?.RunAsync(() => FireAsync(context, api, flows), stop.Token) ?? Task.CompletedTask,
                DrillClock.RunAsync(context, api, flows, stop.Token),
                AgeClock.RunAsync(context, environment.Flows, stop.Token)
            );
            await Task.Delay(Timeout.InfiniteTimeSpan, context.Time, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            context.Messages.Note("stopping");
        }

        await app.StopAsync(CancellationToken.None);
        return ExitCodes.Done;
    }

    private static ApiKey ReadKey(CommandContext context, (ApiKey Key, string? Warning) read)
    {
        if (read.Warning is not null)
        {
            context.Messages.Warn(read.Warning);
        }

        return read.Key;
    }

    private static async Task StartAsync(WebApplication app, string urls, CancellationToken stop)
    {
        try
        {
            await app.StartAsync(stop);
        }
        catch (IOException e)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"serve.urls '{urls}' cannot be listened at ({e.Message}): name a free address of this machine",
                e
            );
        }
    }

    /// <summary>A backup by schedule. What goes wrong is said, and the next occurrence is another try.</summary>
    internal static async Task FireAsync(CommandContext context, BackupApi api, IFlowInstances flows)
    {
        try
        {
            if (await api.TryStartBackupAsync(flows, context.Stop) is null)
            {
                context.Messages.Warn("schedule: skipped, because a backup is running");
            }
        }
        catch (AbfException e)
        {
            context.Messages.Error($"schedule: the backup could not be started: {e.Message}");
            await context.Notifications.NotStartedAsync(FlowFailure.From(e));
            await CommandTelemetry.NotStartedAsync(context, FlowFailure.From(e));
        }
#pragma warning disable CA1031 // The server goes on, whatever one occurrence came to.
        catch (Exception e) when (!context.Stop.IsCancellationRequested)
#pragma warning restore CA1031
        {
            context.Messages.Error(
                $"schedule: the backup could not be started: {e.Message}; details: {ErrorReport.Write(e, context)}"
            );
            await context.Notifications.NotStartedAsync(FlowFailure.From(e));
            await CommandTelemetry.NotStartedAsync(context, FlowFailure.From(e));
        }
    }
}
