using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Cli.Monitoring;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Hosting.Notifications;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.State;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Cli.Hosting;

/// <summary>What a running command works with.</summary>
internal sealed class CommandContext(
    ConfigChoice config,
    MessageWriter messages,
    ResultWriter result,
    CancellationToken stop
) : IDisposable
{
    private readonly Lock _gate = new();
    private ILoggerFactory? _loggers;
    private Notifier? _notifier;

    public MessageWriter Messages { get; } = messages;

    public ResultWriter Result { get; } = result;

    /// <summary>Ctrl-C or SIGTERM.</summary>
    public CancellationToken Stop { get; } = stop;

    public TimeProvider Time { get; } = TimeProvider.System;

    /// <summary>One for all that the command opens: a server opens the repository for each run.</summary>
    public StandingAlarms Alarms { get; } = new(TimeProvider.System);

    /// <summary>
    /// The log in the state directory; the options are read first. One for all that the command opens. Where it cannot
    /// be written, that is said once, and nothing else comes of it.
    /// </summary>
    /// <exception cref="PermanentException">Configuration: the state directory cannot be used.</exception>
    public ILoggerFactory Loggers
    {
        get
        {
            lock (_gate)
            {
                return _loggers ??= OpenLog();
            }
        }
    }

    /// <summary>The configuration and its secrets; null before <see cref="Load"/>.</summary>
    public LoadedOptions? Loaded { get; private set; }

    /// <summary>The configuration of a command that has loaded it.</summary>
    public BackupOptions Options =>
        (Loaded ?? throw new InvalidOperationException("the command did not load its configuration")).Options;

    /// <summary>Who is told; the options are read first.</summary>
    public Notifier Notifier
    {
        get
        {
            lock (_gate)
            {
                return _notifier ??= new Notifier(
                    Options.Notify,
                    Options.Installation.Name ?? "default",
                    new StateDocuments(Options.State!),
                    new TextScrubber(Loaded!).Clean,
                    Time,
                    SayNotTold
                );
            }
        }
    }

    /// <summary>What the beginning and the end of flows mean to those who are told.</summary>
    public FlowNotifications Notifications => new(Notifier);

    /// <summary>What is measured while the command runs flows; null where nobody asked.</summary>
    public CommandTelemetry? Telemetry { get; set; }

    /// <summary>Bytes a second that are read from the repository at most; null: as fast as it goes.</summary>
    public long? ReadBytesPerSecond { get; set; }

    /// <summary>Said after an interruption: the command that goes on.</summary>
    public string? HowToGoOn { get; set; }

    /// <summary>Where a configuration is written: as it was named, else the machine's place.</summary>
    public string NewConfiguration => config is { IsNamed: true, Path: { } path } ? path : ConfigChoice.OfMachine;

    /// <summary>The command with this configuration, for hints.</summary>
    public string CommandLine(string command) =>
        config.IsNamed ? $"abf {command} --config {config.Path}" : $"abf {command}";

    /// <summary>Reads the configuration, says which one where nobody named it, and its warnings.</summary>
    /// <exception cref="PermanentException">Configuration: there is none, or it has faults.</exception>
    public LoadedOptions Load(OptionsScope scope)
    {
        bool isFirst = Loaded is null;
        Loaded = OptionsReader.Load(isFirst ? ConfigurationFile() : config.Path, scope);
        foreach (string warning in isFirst ? Loaded.Warnings : [])
        {
            Messages.Warn(warning);
        }

        return Loaded;
    }

    /// <summary>Reads the configuration once more, from the same file, and uses none of it yet.</summary>
    /// <inheritdoc cref="Load" path="/exception"/>
    public LoadedOptions ReadAgain(OptionsScope scope) => OptionsReader.Load(config.Path, scope);

    /// <summary>Everything that begins from here on goes by this configuration.</summary>
    public void Use(LoadedOptions loaded)
    {
        lock (_gate)
        {
            // Who tells something just now goes on with the one before, which holds nothing open.
            (Loaded, _notifier) = (loaded, null);
        }
    }

    /// <summary>The file that was read; null where the variables are all.</summary>
    public string? ConfigurationPath => config.Path;

    /// <summary>The file that counts, which is said where nobody named it; null where the variables are all.</summary>
    /// <exception cref="PermanentException">Configuration: there is none.</exception>
    public string? ConfigurationFile()
    {
        if (config.Path is null && !OptionsReader.HasVariables())
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"there is no configuration: no 'abf.json' in '{Environment.CurrentDirectory}', and no "
                    + $"'{ConfigChoice.OfMachine}' that this user can see; name the file with --config FILE, or let "
                    + "'abf setup' write one"
            );
        }

        if (config is { Path: not null, IsNamed: false })
        {
            Messages.Note($"configuration: {Path.GetFullPath(config.Path)}");
        }

        return config.Path;
    }

    /// <summary>stderr is full, closed, or the terminal went away: from here on the log alone tells.</summary>
    public void NoteLostMessages(Exception fault)
    {
        // Not under the gate: the log itself may have had something to say.
        if (Volatile.Read(ref _loggers) is { } loggers)
        {
            Logs.MessagesLost(loggers.CreateLogger<CommandContext>(), fault.Message);
        }
    }

    public void Dispose()
    {
        _notifier?.Dispose();
        _loggers?.Dispose();
    }

    /// <summary>A log that cannot be opened is a failure of its own, and not of what is told.</summary>
    private void SayNotTold(string fault)
    {
        try
        {
            Logs.NotTold(Loggers.CreateLogger<Notifier>(), fault);
        }
        catch (AbfException)
        {
            Messages.Warn(fault);
        }
    }

    private ILoggerFactory OpenLog()
    {
        string state = StateDirectory.Prepare(Options.State!);
        return LoggerFactory.Create(builder =>
            builder
                .AddFilter("Microsoft", LogLevel.Warning) // a line or more for each request that is served
                .AddProvider(new FileLog(state, Messages, Time))
        );
    }
}
