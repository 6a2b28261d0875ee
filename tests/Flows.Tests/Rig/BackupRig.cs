using System.Collections.Immutable;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Storage.Directories;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Sample;
using AlfrescoBackupFlows.Testing.Servers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MySqlConnector;
using Npgsql;

namespace AlfrescoBackupFlows.Flows.Tests.Rig;

/// <summary>A sample installation on a real database server, a repository in a directory, and the embedded
/// engine.</summary>
internal sealed class BackupRig : IDisposable
{
    private readonly TempDirectory _directory = new();

    private BackupRig(string name, string toolPath, SampleDatabase database)
    {
        (DatabaseName, ToolPath) = (name, toolPath);
        Sample = new SampleInstallation(_directory.Combine("alfresco"), database, seed: 7);
    }

    public string DatabaseName { get; }

    public SampleInstallation Sample { get; }

    public string State => _directory.Combine("state");

    public string Blobs => _directory.Combine("blobs");

    public TimeSpan FullScanEvery { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Where the dump tool is.</summary>
    public string ToolPath { get; set; }

    /// <summary>As <c>installation.database.username</c> and <c>passwordFile</c>, in place of what the properties
    /// say.</summary>
    public (string Name, string PasswordFile)? DatabaseUser { get; set; }

    /// <summary>As <c>installation.index.onWindow</c>.</summary>
    public string OnWindow { get; set; } = "wait";

    /// <summary>As <c>backup.acknowledgedMissingFile</c>.</summary>
    public string? AcknowledgedMissingFile { get; set; }

    /// <summary>As <c>installation.configurationFiles</c>.</summary>
    public string[] ConfigurationFiles { get; set; } = [];

    public string Combine(params ReadOnlySpan<string> parts) => _directory.Combine(parts);

    /// <param name="database">The name of an empty database; null: a new one.</param>
    public static async Task<BackupRig> CreateAsync(
        PostgresServer server,
        int documents,
        CancellationToken cancellationToken,
        string? database = null
    )
    {
        string name = database ?? await server.CreateDatabaseAsync("flows", cancellationToken);
        var sample = new SampleDatabase(
            () => new NpgsqlConnection(server.ConnectionString(name)),
            $"jdbc:postgresql://{server.Host}:{server.Port}/{name}",
            server.Username,
            server.Password,
            AlfrescoSchema.PostgreSql
        );
        return await new BackupRig(name, PostgresServer.BinDirectory, sample).FillAsync(documents, cancellationToken);
    }

    /// <inheritdoc cref="CreateAsync(PostgresServer, int, CancellationToken, string?)"/>
    public static async Task<BackupRig> CreateAsync(
        MariaDbServer server,
        int documents,
        CancellationToken cancellationToken,
        string? database = null
    )
    {
        string name = database ?? await server.CreateDatabaseAsync("flows", cancellationToken);
        var sample = new SampleDatabase(
            () => new MySqlConnection(server.ConnectionString(name)),
            $"jdbc:mariadb://{server.Host}:{server.Port}/{name}",
            server.Username,
            server.Password,
            AlfrescoSchema.MariaDb
        );
        return await new BackupRig(
            name,
            Path.GetDirectoryName(Tool.Find("mariadb-dump", "mariadb-client"))!,
            sample
        ).FillAsync(documents, cancellationToken);
    }

    private async Task<BackupRig> FillAsync(int documents, CancellationToken cancellationToken)
    {
        await Sample.CreateAsync(cancellationToken);
        await Sample.AddDocumentsAsync(documents, cancellationToken);
        IBlobStore blobs = await DirectoryBlobStore.CreateAsync(Blobs, TimeProvider.System, cancellationToken);
        await DirectoryBlobStore.CreateAsync(_directory.Combine("control"), TimeProvider.System, cancellationToken);
        await BackupRepository.InitAsync(
            blobs,
            new RepositoryInit("none", null, "test", TimeProvider.System),
            cancellationToken
        );
        return this;
    }

    /// <summary>Changes the options that the rig makes.</summary>
    public Action<BackupOptions> Configure { get; set; } = static _ => { };

    /// <summary>As <c>installation.name</c>.</summary>
    public string Installation { get; set; } = "sample";

    /// <param name="host">Another name stands for another host: it has a state directory of its own.</param>
    /// <param name="stores">In place of the repository in the directory.</param>
    public FlowEnvironment CreateEnvironment(
        string host = "state",
        RepositoryStores? stores = null,
        TimeProvider? time = null,
        ILoggerFactory? loggers = null
    )
    {
        var options = new BackupOptions { State = _directory.Combine(host) };
        options.Installation.Name = Installation;
        options.Installation.GlobalProperties = Sample.PropertiesFile;
        options.Installation.Database.ToolPath = ToolPath;
        (options.Installation.Database.Username, options.Installation.Database.PasswordFile) = (
            DatabaseUser?.Name,
            DatabaseUser?.PasswordFile
        );
        options.Installation.ConfigurationFiles = ConfigurationFiles;
        options.Installation.Index.OnWindow = OnWindow;
        options.Installation.Index.Cron = "0 0 3 1 1 ? 2099";
        options.Repository.Encryption = "none";
        options.Backup.FullScanEvery = FullScanEvery;
        options.Backup.AcknowledgedMissingFile = AcknowledgedMissingFile;
        Configure(options);
        stores ??= new RepositoryStores(
            DirectoryBlobStore.Open(Blobs, TimeProvider.System),
            DirectoryBlobStore.Open(_directory.Combine("control"), TimeProvider.System)
        );
        return new FlowEnvironment(
            new LoadedOptions(options, null, null, []),
            stores,
            time ?? TimeProvider.System,
            loggers ?? NullLoggerFactory.Instance
        );
    }

    public static string NewRun() => RunId.Create(TimeProvider.System.GetUtcNow(), Guid.NewGuid()).ToString();

    /// <summary>Rows that require content of these URLs, whatever lies there.</summary>
    public async Task AddContentUrlsAsync(
        PostgresServer server,
        IEnumerable<string> urls,
        CancellationToken cancellationToken
    )
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString(DatabaseName));
        await connection.OpenAsync(cancellationToken);
        long id = 1_000_000;
        foreach (string url in urls)
        {
            await using var insert = new NpgsqlCommand(
                "INSERT INTO alf_content_url (id, content_url, content_url_short, content_url_crc, content_size, orphan_time) VALUES ($1, $2, 'x', $1, 1, NULL)",
                connection
            );
            insert.Parameters.AddWithValue(++id);
            insert.Parameters.AddWithValue(url);
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Puts a shell script in the place of <c>pg_dump</c>: <c>$real</c> is the real one, <c>$here</c> the script's
    /// directory. Asked for its version, the real one answers.
    /// </summary>
    public string UseStandInDump(string script)
    {
        ToolPath = Directory.CreateDirectory(_directory.Combine("tools")).FullName;
        string standIn = Path.Combine(ToolPath, "pg_dump");
        File.WriteAllText(
            standIn,
            $"#!/bin/sh\nhere='{ToolPath}'\nreal='{Path.Combine(PostgresServer.BinDirectory, "pg_dump")}'\n[ \"$1\" = --version ] && exec \"$real\" \"$@\"\n{script}\nexec \"$real\" \"$@\"\n"
        );
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(standIn, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return ToolPath;
    }

    /// <param name="time">The clock of engine and activities.</param>
    public async Task<FlowInstance> BackupAsync(
        CancellationToken cancellationToken,
        bool acceptContentLoss = false,
        TimeProvider? time = null,
        IProgressSink? progress = null
    )
    {
        await using FlowEnvironment environment = CreateEnvironment(time: time);
        await using EmbeddedEngine engine = EmbeddedEngine.Open(
            State,
            TaskCatalog.Of(environment),
            new EngineOptions { TimeProvider = time ?? TimeProvider.System, Progress = progress ?? new Silence() }
        );
        string run = NewRun();
        engine.Start(nameof(HotBackupFlow), new HotBackupInput(RunId.Parse(run), acceptContentLoss, []), run);
        return await engine.RunToEndAsync(run, cancellationToken);
    }

    public async Task<BackupRepository> OpenRepositoryAsync(CancellationToken cancellationToken) =>
        await BackupRepository.OpenAsync(
            DirectoryBlobStore.Open(Blobs, TimeProvider.System),
            new RepositoryAccess("none", null, _directory.Combine("cache"), TimeProvider.System),
            cancellationToken
        );

    public async Task<ImmutableArray<SetManifest>> ReadSetsAsync(CancellationToken cancellationToken)
    {
        await using BackupRepository repository = await OpenRepositoryAsync(cancellationToken);
        LogHead head = await repository.Log.ReadAsync(cancellationToken);
        var sets = ImmutableArray.CreateBuilder<SetManifest>();
        foreach (SetSummary set in head.State.Sets)
        {
            sets.Add(await repository.Log.ReadManifestAsync(set, cancellationToken));
        }

        return sets.ToImmutable();
    }

    public void Dispose() => _directory.Dispose();
}
