using System.Runtime.InteropServices;
using System.Threading.Channels;
using AlfrescoBackupFlows.Cli.Configuration;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Hosting.Notifications;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Processes;

namespace AlfrescoBackupFlows.Cli.Serve;

/// <summary>
/// Loads the configuration anew when the process gets SIGHUP: all of it or none. One with a fault, or with a change that
/// needs a restart, is told, and the one before stays.
/// </summary>
internal sealed class Reloading : IDisposable
{
    private readonly Channel<bool> _asked = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );
    private readonly PosixSignalRegistration _registration;

    public Reloading()
    {
        Signals.HearHangup();
        _registration = PosixSignalRegistration.Create(
            PosixSignal.SIGHUP,
            context =>
            {
                // Windows ends the process when its console is closed, whatever is said here.
                context.Cancel = !OperatingSystem.IsWindows();
                _asked.Writer.TryWrite(true);
            }
        );
    }

    /// <summary>Until somebody asks for it.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken) =>
        await _asked.Reader.ReadAsync(cancellationToken);

    public void Dispose() => _registration.Dispose();

    /// <returns>The new configuration, which counts from here on; null: the one before stays.</returns>
    public static async Task<ServedConfiguration?> TryReloadAsync(
        CommandContext context,
        CurrentConfiguration current,
        bool withTls,
        ServerMemory memory
    )
    {
        string[] faults = [];
        LoadedOptions? loaded = null;
        ServedConfiguration? next = null;
        try
        {
            // Every fault at once, before anything of it is used.
            faults =
            [
                .. ConfigCheck
                    .Run(context.ConfigurationPath, OptionsScope.Installation, context.Time)
                    .Where(static fault => fault.Severity == "error")
                    .Select(static fault => $"{fault.What}: {fault.Fix}"),
            ];
            if (faults.Length == 0)
            {
                loaded = context.ReadAgain(OptionsScope.Installation);
                faults = [.. FixedSettings(current.Look(served => served.Options), loaded.Options)];
                next = faults.Length == 0 ? ServedConfiguration.Open(context, loaded, withTls, memory) : null;
            }
        }
        catch (AbfException e)
        {
            faults = [e.Message];
        }
#pragma warning disable CA1031 // The server goes on by the configuration before, whatever became of this one.
        catch (Exception e)
#pragma warning restore CA1031
        {
            faults = [$"{Secret.Redact(e.Message)}; details: {ErrorReport.Write(e, context)}"];
        }

        if (next is not null)
        {
            context.Use(loaded!);
            context.Telemetry = next.Telemetry;
            await current.ReplaceAsync(next);
            context.Messages.Note("the configuration is loaded anew; what runs already goes on by the one before");
            await TellAsync(context, problem: null);
            return next;
        }

        foreach (string fault in faults)
        {
            context.Messages.Error(fault);
        }

        context.Messages.Error("the configuration is not loaded anew, and the one before stays");
        await TellAsync(context, string.Join('\n', faults));
        return null;
    }

    /// <summary>What a server stands on, from its start on.</summary>
    private static IEnumerable<string> FixedSettings(BackupOptions before, BackupOptions after)
    {
        (string Setting, string? Before, string? After)[] settings =
        [
            ("serve.urls", before.Serve.Urls, after.Serve.Urls),
            ("state", before.State, after.State),
            ("installation.name", before.Installation.Name, after.Installation.Name),
            ("repository.url", StorePlace.Of(before.Repository.Url), StorePlace.Of(after.Repository.Url)),
            (
                "repository.controlUrl",
                StorePlace.Of(before.Repository.ControlUrl),
                StorePlace.Of(after.Repository.ControlUrl)
            ),
        ];
        return settings
            .Where(static setting => setting.Before != setting.After)
            .Select(static setting =>
                $"{setting.Setting} '{setting.After}' is another one than '{setting.Before}': a change of it needs a restart of abf serve"
            );
    }

    private static Task<bool> TellAsync(CommandContext context, string? problem) =>
        context.Notifier.ObserveAsync(
            new Observation(
                NotificationEvents.Configuration,
                "the configuration could not be loaded anew",
                problem,
                run: null
            )
        );
}
