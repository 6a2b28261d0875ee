using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Storage.Directories;
using AlfrescoBackupFlows.Testing.Servers;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Flows.Tests.Faults;

/// <summary>
/// A tiny installation on a real PostgreSQL with one committed set and some changes since. The second backup is run again
/// and again, each time on a copy of the repository and with a state directory of its own, while something goes wrong.
/// Waits between attempts take no time. The second backup's pg_dump is a stand-in that prints what the real one said
/// once, because hundreds of dumps of one state would take most of the time; sessions and queries are real.
/// </summary>
internal sealed class FaultBench : IDisposable
{
    private readonly BackupRig _rig;
    private int _states;

    private FaultBench(BackupRig rig)
    {
        _rig = rig;
    }

    /// <summary>The repository with the first set.</summary>
    public KeptRepository Before { get; private set; } = null!;

    /// <summary>The repository with the second as well, when nothing went wrong.</summary>
    public KeptRepository After { get; private set; } = null!;

    /// <summary>Requests of the undisturbed second backup, to the repository and the control store, in their
    /// order.</summary>
    public ImmutableArray<BlobCall> Requests { get; private set; } = [];

    public static async Task<FaultBench> CreateAsync(PostgresServer server, CancellationToken cancellationToken)
    {
        var bench = new FaultBench(await BackupRig.CreateAsync(server, documents: 6, cancellationToken));

        // Each root is another twenty requests of the same kinds.
        Directory.Delete(Path.Combine(bench._rig.Sample.Root, "audit.contentstore"));
        Directory.Delete(Path.Combine(bench._rig.Sample.Root, "keystore"), recursive: true);
        FlowInstance first = await bench._rig.BackupAsync(cancellationToken);
        Xunit.Assert.True(first.Status == RuntimeStatus.Completed, first.Failure?.Message);
        bench.Before = await bench.KeepAsync(
            DirectoryBlobStore.Open(bench._rig.Blobs, TimeProvider.System),
            cancellationToken
        );
        await bench._rig.Sample.AddDocumentsAsync(3, cancellationToken);
        await bench._rig.Sample.DeleteDocumentsAsync(1, cancellationToken);
        await bench.RecordDumpAsync(server, cancellationToken);

        var stores = new RepositoryStores(new MemoryBlobStore(), new MemoryBlobStore());
        await bench.Before.CopyAsync(stores.Blobs, cancellationToken);
        var requests = new ConcurrentBag<BlobCall>();
        FlowInstance second = await bench.BackupAsync(Visit(stores, requests.Add), bench.NewState(), cancellationToken);
        Xunit.Assert.True(second.Status == RuntimeStatus.Completed, second.Failure?.Message);
        bench.Requests = [.. requests.OrderBy(call => call.Number)];
        bench.After = await bench.KeepAsync(stores.Blobs, cancellationToken);
        return bench;
    }

    /// <summary>Both stores behind one visitor, so that its calls have one order.</summary>
    public static RepositoryStores Visit(RepositoryStores stores, Func<BlobCall, bool, CancellationToken, Task> visit)
    {
        var numbers = new RequestNumbers();
        return new RepositoryStores(
            new VisitedBlobStore(stores.Blobs, numbers, visit),
            new VisitedBlobStore(stores.Control, numbers, visit)
        );
    }

    /// <summary>The same for one who only notes the requests.</summary>
    public static RepositoryStores Visit(RepositoryStores stores, Action<BlobCall> note) =>
        Visit(
            stores,
            (call, served, _) =>
            {
                if (!served)
                {
                    note(call);
                }

                return Task.CompletedTask;
            }
        );

    public string NewState() => $"state-{Interlocked.Increment(ref _states)}";

    public string Combine(params ReadOnlySpan<string> parts) => _rig.Combine(parts);

    /// <summary>A copy in files: <c>blobs</c> and <c>control</c> below a place.</summary>
    public async Task<RepositoryStores> CopyToDirectoryAsync(
        KeptRepository repository,
        string place,
        CancellationToken cancellationToken
    )
    {
        var stores = new RepositoryStores(
            await DirectoryBlobStore.CreateAsync(Combine(place, "blobs"), TimeProvider.System, cancellationToken),
            await DirectoryBlobStore.CreateAsync(Combine(place, "control"), TimeProvider.System, cancellationToken)
        );
        await repository.CopyAsync(Combine(place, "blobs"), cancellationToken);
        return stores;
    }

    /// <summary>One start of the product on a state directory: goes on with the run that is unfinished there, or begins
    /// one.</summary>
    /// <param name="stop">Leaves the run unfinished.</param>
    public Task<FlowInstance> BackupAsync(RepositoryStores stores, string state, CancellationToken stop)
    {
        string run = BackupRig.NewRun();
        return RunAsync(
            stores,
            state,
            (engine, dead) =>
                engine.Start(
                    nameof(HotBackupFlow),
                    new HotBackupInput(RunId.Parse(run), AcceptContentLoss: false, [.. dead.Select(RunId.Parse)]),
                    run
                ),
            stop
        );
    }

    /// <summary>The same for a flow of any kind.</summary>
    /// <param name="start">Given the ids of the instances that have ended.</param>
    public async Task<FlowInstance> RunAsync(
        RepositoryStores stores,
        string state,
        Action<EmbeddedEngine, ImmutableArray<string>> start,
        CancellationToken stop
    )
    {
        var clock = new HurriedClock();
        await using FlowEnvironment environment = _rig.CreateEnvironment(state, stores, clock);
        var options = new EngineOptions { TimeProvider = clock, PollInterval = HurriedClock.Longest };
        await using EmbeddedEngine engine = EmbeddedEngine.Open(Combine(state), TaskCatalog.Of(environment), options);
        if (engine.Client.List().All(instance => instance.Status != RuntimeStatus.Running))
        {
            start(engine, [.. engine.Client.List().Select(instance => instance.Id)]);
        }

        return await engine.RunToEndAsync(
            engine.Client.List().First(instance => instance.Status == RuntimeStatus.Running).Id,
            stop
        );
    }

    /// <summary>A backup in a process of its own, which kills itself at a request.</summary>
    /// <param name="place">As given to <see cref="CopyToDirectoryAsync"/>.</param>
    /// <param name="death">The default: it lives.</param>
    /// <returns>Its exit code and what it said.</returns>
    public async Task<(int ExitCode, string Output)> RunHostAsync(
        string state,
        string place,
        Death death,
        CancellationToken cancellationToken
    )
    {
        string host = Path.Combine(AppContext.BaseDirectory, "AlfrescoBackupFlows.Flows.CrashHost.dll");
        string[] arguments =
        [
            host,
            _rig.Sample.PropertiesFile,
            _rig.ToolPath,
            _rig.Combine(state),
            _rig.Combine(place),
            $"{death.Number}",
            death.Served ? "after" : "before",
        ];
        using Process process = Process.Start(
            new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, UseShellExecute = false }
        )!;
        string output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, output);
    }

    /// <summary>
    /// Proves that the repository holds the first set as it was and nothing that does not restore, and where a second
    /// set is asked for, that it is the undisturbed one.
    /// </summary>
    /// <returns>What is wrong, a line each.</returns>
    public async Task<List<string>> FindFaultsAsync(
        RepositoryStores stores,
        int sets,
        CancellationToken cancellationToken
    )
    {
        KeptRepository now = await KeepAsync(stores.Blobs, cancellationToken);
        List<string> faults = await now.FindFaultsAsync(Before, sets, cancellationToken);
        if (
            faults.Count == 0
            && sets == 2
            && await now.DescribeNewestAsync(cancellationToken) is var newest
            && await After.DescribeNewestAsync(cancellationToken) is var undisturbed
            && newest != undisturbed
        )
        {
            faults.Add($"not the undisturbed set:\n{newest}\n{undisturbed}");
        }

        return faults;
    }

    public void Dispose() => _rig.Dispose();

    /// <summary>One undisturbed dump by the real tool, which the stand-in repeats from here on.</summary>
    private async Task RecordDumpAsync(PostgresServer server, CancellationToken cancellationToken)
    {
        string tools = Directory.CreateDirectory(_rig.Combine("tools")).FullName;
        string real = Path.Combine(PostgresServer.BinDirectory, "pg_dump");
        string script = $$"""
            #!/bin/sh
            if [ "$1" = --version ]; then cat '{{tools}}/version'; else cat '{{tools}}/dump'; fi

            """;
        await RunAsync(server, $"'{real}' --version > '{tools}/version'", cancellationToken);
        await RunAsync(
            server,
            $"'{real}' --no-password --dbname='{_rig.DatabaseName}' > '{tools}/dump'",
            cancellationToken
        );
        await File.WriteAllTextAsync(Path.Combine(tools, "pg_dump"), script, cancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.Combine(tools, "pg_dump"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        _rig.ToolPath = tools;
    }

    private static async Task RunAsync(PostgresServer server, string command, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("sh", ["-c", command]);
        start.Environment["PGHOST"] = server.Host;
        start.Environment["PGPORT"] = $"{server.Port}";
        start.Environment["PGUSER"] = server.Username;
        start.Environment["PGPASSWORD"] = server.Password;
        using Process process = Process.Start(start)!;
        await process.WaitForExitAsync(cancellationToken);
        Xunit.Assert.Equal(0, process.ExitCode);
    }

    private Task<KeptRepository> KeepAsync(IBlobStore blobs, CancellationToken cancellationToken) =>
        KeptRepository.ReadAsync(blobs, Combine(NewState()), cancellationToken);
}
