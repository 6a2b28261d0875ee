using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Hosting.Notifications;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Hosting.Stores;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.State;
using AlfrescoBackupFlows.Storage.Decorators;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Functions.Hosting;

/// <summary>What the functions are given.</summary>
internal static class BackupServices
{
    /// <summary>
    /// Reads the settings <c>ABF__...</c>, which mean what they mean in <c>abf.json</c>, and opens the stores that they
    /// name. The installation is only looked at: where its content is not mounted at this moment, a backup fails and
    /// says so, and the sets can still be asked for.
    /// </summary>
    /// <param name="say">Takes what a person should fix, a line each. The Functions host drops what is logged outside
    /// of an invocation.</param>
    /// <exception cref="PermanentException">Every fault of the settings, a line each.</exception>
    public static async Task AddBackupFlowsAsync(this IServiceCollection services, Action<string> say)
    {
        LoadedOptions options = Load(say);
        StateDirectory.Prepare(options.Options.State!);
        RepositoryStores stores = await StoreFactory.OpenAsync(options, TimeProvider.System, CancellationToken.None);
        stores = stores with
        {
            Blobs = new CountingBlobStore(stores.Blobs),
            Control = new CountingBlobStore(stores.Control),
        };

        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(stores);
        services.AddSingleton(provider => new FlowEnvironment(
            options,
            stores,
            TimeProvider.System,
            provider.GetRequiredService<ILoggerFactory>()
        ));
        services.AddSingleton(provider => new BackupApi(provider.GetRequiredService<FlowEnvironment>()));
        services.AddSingleton(provider =>
        {
            ILogger logger = provider.GetRequiredService<ILoggerFactory>().CreateLogger<Notifier>();
            return new Notifier(
                options.Options.Notify,
                options.Options.Installation.Name ?? "default",
                new ControlDocuments(stores.Control),
                new TextScrubber(options).Clean,
                TimeProvider.System,
                fault => Logs.NotTold(logger, fault)
            );
        });
        services.AddSingleton<FlowNotifications>();
        services.AddSingleton<RepositoryLook>();
        ServeKey key = ServeKey.Read(options.Options.Serve);
        if (key.Warning is { } warning)
        {
            say(warning);
        }

        services.AddSingleton(provider =>
            CloudPage.Create(
                key.Value,
                provider.GetRequiredService<FlowEnvironment>(),
                provider.GetRequiredService<BackupApi>()
            )
        );
        services.AddCloudTelemetry();
    }

    private static LoadedOptions Load(Action<string> say)
    {
        LoadedOptions options = OptionsReader.Load(path: null, OptionsScope.Repository);
        foreach (string warning in options.Warnings)
        {
            say(warning);
        }

        try
        {
            OptionsReader.Load(path: null, OptionsScope.Installation);
        }
        catch (PermanentException e)
        {
            say(e.Message);
        }

        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        if (ScheduleZone.Misfit(options.Options.Installation.TimeZone, TimeZoneInfo.Local, now) is { } misfit)
        {
            say(misfit);
        }

        if (HostName.Missing(Environment.GetEnvironmentVariable) is { } missing)
        {
            say(missing);
        }

        return options;
    }
}
