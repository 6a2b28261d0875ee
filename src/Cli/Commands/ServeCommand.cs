using System.CommandLine;
using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Monitoring;
using AlfrescoBackupFlows.Cli.Serve;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Web.Calls;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting.Systemd;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary>
/// <c>abf serve</c>: the HTTP API, and backups, verifications and drills by schedule, until the process is asked to stop.
/// </summary>
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
        LoadedOptions loaded = context.Load(OptionsScope.Installation);
        string listensAt = urls ?? loaded.Options.Serve.Urls;
        IReadOnlyList<ServeAddress> addresses = ServeAddress.ParseAll(listensAt, loaded.Options.Serve);
        bool withTls = addresses.Any(static address => address.IsTls);
        var notices = new ServiceNotices(new SystemdNotifier());
        using var memory = new ServerMemory(context.Time);
        await using var current = new CurrentConfiguration(ServedConfiguration.Open(context, loaded, withTls, memory));
        context.Telemetry = current.Look(static served => served.Telemetry);
        await using var flows = new ServedFlows(context);
        await using WebApplication app = ApiServer.Create(addresses, current, flows, context.Loggers);
        await StartAsync(app, listensAt, context.Stop);
        context.Messages.Note($"listening at {string.Join(", ", ApiServer.AddressesOf(app))}");
        context.Messages.Note($"the page is at {ApiServer.AddressesOf(app).First().TrimEnd('/')}{PagePaths.Root}");

        // A service of Windows is asked to stop by its manager, and gets no signal.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(
            context.Stop,
            app.Lifetime.ApplicationStopping
        );
        using var reloading = new Reloading();
        try
        {
            notices.Ready();
            TimeSpan? watchdog = ServiceNotices.WatchdogInterval(
                Environment.GetEnvironmentVariable,
                Environment.ProcessId
            );
            Task watching = notices.WatchAsync(context, watchdog, flows.IsTurning, stop.Token);
            try
            {
                await flows.Interrupted.TryResumeAllAsync(stop.Token);
                await RunSchedulesAsync(context, current, flows, reloading, notices, withTls, memory, stop.Token);
            }
            finally
            {
                await stop.CancelAsync();
                await EndedAsync(watching);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            context.Messages.Note("stopping");
        }

        notices.Stopping();
        await app.StopAsync(CancellationToken.None);
        return ExitCodes.Done;
    }

    /// <summary>The schedules of the configuration that counts, and anew for each that is loaded.</summary>
    private static async Task RunSchedulesAsync(
        CommandContext context,
        CurrentConfiguration current,
        ServedFlows flows,
        Reloading reloading,
        ServiceNotices notices,
        bool withTls,
        ServerMemory memory,
        CancellationToken stop
    )
    {
        while (true)
        {
            ServedConfiguration served = current.Enter();
            using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
            Task schedules = new ScheduleLoop(context, served, flows, memory).RunAsync(end.Token);
            try
            {
                bool isLoaded = false;
                while (!isLoaded)
                {
                    // Schedules end only by a fault, which is the server's.
                    Task asked = reloading.WaitAsync(end.Token);
                    await await Task.WhenAny(asked, schedules);
                    notices.Reloading();
                    isLoaded = await Reloading.TryReloadAsync(context, current, withTls, memory) is not null;
                    notices.Ready();
                }
            }
            finally
            {
                await end.CancelAsync();
                await EndedAsync(schedules);
                current.Leave(served);
            }
        }
    }

    private static async Task EndedAsync(Task schedules)
    {
        try
        {
            await schedules;
        }
        catch (OperationCanceledException)
        {
            // As it was asked to.
        }
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
    /// <returns>Why it did not begin; null where it did, or another one is on.</returns>
    internal static async Task<FlowFailure?> FireAsync(CommandContext context, BackupApi api, IFlowInstances flows)
    {
        FlowFailure failure;
        try
        {
            if (await api.TryStartBackupAsync(flows, context.Stop) is null)
            {
                context.Messages.Warn("schedule: skipped, because a backup is running");
            }

            return null;
        }
        catch (AbfException e)
        {
            failure = FlowFailure.From(e);
            context.Messages.Error($"schedule: the backup could not be started: {e.Message}");
        }
#pragma warning disable CA1031 // The server goes on, whatever one occurrence came to.
        catch (Exception e) when (!context.Stop.IsCancellationRequested)
#pragma warning restore CA1031
        {
            context.Messages.Error(
                $"schedule: the backup could not be started: {Secret.Redact(e.Message)}; details: {ErrorReport.Write(e, context)}"
            );
            failure = FlowFailure.From(e);
        }

        await context.Notifications.NotStartedAsync(nameof(HotBackupFlow), failure);
        await CommandTelemetry.NotStartedAsync(context, failure);
        return failure;
    }
}
