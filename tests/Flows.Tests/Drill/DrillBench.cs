using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Drill;
using AlfrescoBackupFlows.Flows.Drill.Records;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.SetChecks;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Drill;

/// <summary>Drills of a rig's newest set, on the server that holds its database.</summary>
internal sealed class DrillBench : IDisposable
{
    private readonly string _host;
    private readonly string _password;
    private int _runs;

    private DrillBench(BackupRig rig, string server, string host, string password)
    {
        (Rig, _host) = (rig, host);
        Server = server;
        _password = rig.Combine("drill-password");
        File.WriteAllText(_password, password);
        Scratch = Directory.CreateDirectory(rig.Combine("scratch")).FullName;
    }

    public BackupRig Rig { get; }

    public string Server { get; }

    public string Scratch { get; }

    /// <summary>In place of the repository in the directory.</summary>
    public IBlobStore? Blobs { get; set; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <param name="spoil">Done to the installation before its backup.</param>
    public static async Task<DrillBench> CreateAsync(PostgresServer server, Func<BackupRig, Task>? spoil = null) =>
        await BackUpAsync(
            new DrillBench(
                await BackupRig.CreateAsync(server, documents: 20, Token),
                $"postgresql://{server.Username}@{server.Host}:{server.Port}",
                server.Host,
                server.Password
            ),
            spoil
        );

    /// <inheritdoc cref="CreateAsync(PostgresServer, Func{BackupRig, Task}?)"/>
    public static async Task<DrillBench> CreateAsync(MariaDbServer server, Func<BackupRig, Task>? spoil = null) =>
        await BackUpAsync(
            new DrillBench(
                await BackupRig.CreateAsync(server, documents: 20, Token),
                $"mariadb://{server.Username}@{server.Host}:{server.Port}",
                server.Host,
                server.Password
            ),
            spoil
        );

    /// <summary>On a database of the server's own making.</summary>
    public Task<FlowInstance> RunAsync(double share = 0) => RunAsync(database: null, share);

    /// <param name="database">The name of an empty database; null: one is made.</param>
    /// <param name="roots">Whose files are restored; none: all of them.</param>
    public async Task<FlowInstance> RunAsync(string? database, double share = 0, params string[] roots)
    {
        RepositoryStores? stores = Blobs is null ? null : new RepositoryStores(Blobs, Blobs);
        await using FlowEnvironment environment = Rig.CreateEnvironment(stores: stores);
        await using EmbeddedEngine engine = EmbeddedEngine.Open(Rig.Combine("drills"), TaskCatalog.Of(environment));
        RestoreDatabaseTarget target = TargetOf(database);
        var input = new DrillInput(
            (await Rig.ReadSetsAsync(Token))[^1].Id,
            database is null ? null : target,
            database is null ? target : null,
            Scratch,
            share,
            Parallelism: 2
        )
        {
            Selection = RestoreSelection.OfRoots(roots),
        };
        string id = $"drill-{++_runs}";
        engine.Start(nameof(DrillFlow), input, id);
        return await engine.RunToEndAsync(id, Token);
    }

    /// <param name="database">As in <see cref="RunAsync(string, double)"/>.</param>
    public RestoreDatabaseTarget TargetOf(string? database) =>
        new(database is null ? Server : $"{Server}/{database}", _password, Rig.ToolPath);

    public static DrillResult ResultOf(FlowInstance ended)
    {
        Assert.True(ended.Status is RuntimeStatus.Completed, ended.Failure?.Message);
        return BackupTasks.Converter.Read<DrillResult>(ended.Result!);
    }

    /// <summary>The newest drill of the newest set, as the repository has it.</summary>
    public async Task<SetCheck?> ReadRecordAsync()
    {
        await using BackupRepository repository = await Rig.OpenRepositoryAsync(Token);
        RunId set = (await Rig.ReadSetsAsync(Token))[^1].Id;
        return (await repository.SetChecks.ReadAsync(Token)).FindLast(set, SetCheckKinds.Drill);
    }

    /// <summary>Neither directory nor trace is left.</summary>
    public void AssertClean()
    {
        Assert.Empty(Directory.EnumerateFileSystemEntries(Scratch));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(Rig.State, "drill-traces")));
    }

    public void Dispose() => Rig.Dispose();

    private static async Task<DrillBench> BackUpAsync(DrillBench bench, Func<BackupRig, Task>? spoil)
    {
        await (spoil?.Invoke(bench.Rig) ?? Task.CompletedTask);
        FlowInstance backup = await bench.Rig.BackupAsync(Token);
        Assert.True(backup.Status is RuntimeStatus.Completed, backup.Failure?.Message);
        return bench;
    }
}
