using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Testing;

namespace AlfrescoBackupFlows.Flows.Tests.Faults;

/// <summary>
/// A tiny installation on a real PostgreSQL with one sealed set and some changes since. The second backup is run again and again, each time on a copy
/// of the repository and with a state directory of its own, while something goes wrong. Waits between attempts take no time. The second backup's pg_dump is a
/// stand-in that prints what the real one said once, because hundreds of dumps of one state would take most of the time; sessions and queries are real.
/// </summary>
internal sealed class FaultBench : IDisposable
{
    private readonly BackupRig _rig;
    private readonly Dictionary<string, byte[]> _before = new(StringComparer.Ordinal);
    private int _states;

    private FaultBench(BackupRig rig)
    {
        _rig = rig;
    }

    /// <summary>What the second set is when nothing goes wrong.</summary>
    public string Undisturbed { get; private set; } = "";

    /// <summary>Requests of that backup, to the repository and the control store, in their order.</summary>
    public ImmutableArray<BlobCall> Requests { get; private set; } = [];

    public static async Task<FaultBench> CreateAsync(PostgresServer server, CancellationToken cancellationToken)
    {
        var bench = new FaultBench(await BackupRig.CreateAsync(server, documents: 6, cancellationToken));

        // Each root is another twenty requests of the same kinds.
        Directory.Delete(Path.Combine(bench._rig.Sample.Root, "audit.contentstore"));
        Directory.Delete(Path.Combine(bench._rig.Sample.Root, "keystore"), recursive: true);
        FlowInstance first = await bench._rig.BackupAsync(cancellationToken);
        Xunit.Assert.True(first.Status == RuntimeStatus.Completed, first.Failure?.Message);
        DirectoryBlobStore blobs = DirectoryBlobStore.Open(bench._rig.Blobs, TimeProvider.System);
        await foreach (BlobItem item in blobs.ListAsync("", cancellationToken))
        {
            byte[] content = new byte[item.Length];
            await blobs.ReadAsync(item.Name, 0, content, cancellationToken);
            bench._before.Add(item.Name, content);
        }

        await bench._rig.Sample.AddDocumentsAsync(3, cancellationToken);
        await bench._rig.Sample.DeleteDocumentsAsync(1, cancellationToken);
        await bench.RecordDumpAsync(server, cancellationToken);

        RepositoryStores stores = await bench.CopyToMemoryAsync(cancellationToken);
        var requests = new ConcurrentDictionary<int, BlobCall>();
        RepositoryStores noted = Visit(stores, new RequestNumbers(), (call, _, _) =>
        {
            requests.TryAdd(call.Number, call);
            return Task.CompletedTask;
        });
        FlowInstance second = await bench.BackupAsync(noted, bench.NewState(), cancellationToken);
        Xunit.Assert.True(second.Status == RuntimeStatus.Completed, second.Failure?.Message);
        bench.Requests = [.. requests.Values.OrderBy(call => call.Number)];
        bench.Undisturbed = await bench.DescribeNewestAsync(stores, cancellationToken);
        return bench;
    }

    /// <summary>Both stores behind one visitor, so that its calls have one order.</summary>
    public static RepositoryStores Visit(RepositoryStores stores, RequestNumbers numbers, Func<BlobCall, bool, CancellationToken, Task> visit) =>
        new(new VisitedBlobStore(stores.Blobs, numbers, visit), new VisitedBlobStore(stores.Control, numbers, visit));

    /// <summary>A death or a lost answer after any other request is one before the next.</summary>
    public static bool Changes(BlobCall call) => call.Verb is not (BlobVerb.Read or BlobVerb.List or BlobVerb.GetProperties);

    public string NewState() => $"state-{Interlocked.Increment(ref _states)}";

    /// <summary>The repository as it was after the first set.</summary>
    public async Task<RepositoryStores> CopyToMemoryAsync(CancellationToken cancellationToken)
    {
        var stores = new RepositoryStores(new MemoryBlobStore(), new MemoryBlobStore());
        await CopyAsync(stores.Blobs, cancellationToken);
        return stores;
    }

    public Task<RepositoryStores> CopyToDirectoryAsync(CancellationToken cancellationToken) => CopyToDirectoryAsync(NewState() + "-store", cancellationToken);

    /// <summary>The same in files: <c>blobs</c> and <c>control</c> below a place.</summary>
    public async Task<RepositoryStores> CopyToDirectoryAsync(string place, CancellationToken cancellationToken)
    {
        var stores = new RepositoryStores(
            await DirectoryBlobStore.CreateAsync(_rig.Combine(place, "blobs"), TimeProvider.System, cancellationToken),
            await DirectoryBlobStore.CreateAsync(_rig.Combine(place, "control"), TimeProvider.System, cancellationToken));
        foreach ((string name, byte[] content) in _before)
        {
            string path = _rig.Combine(place, "blobs", name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, content, cancellationToken);
        }

        return stores;
    }

    public async Task CopyAsync(IBlobStore to, CancellationToken cancellationToken)
    {
        foreach ((string name, byte[] content) in _before)
        {
            await to.PutIfAbsentAsync(name, content, cancellationToken);
        }
    }

    /// <summary>One start of the product on a state directory: goes on with the run that is unfinished there, or begins one.</summary>
    /// <param name="stop">Leaves the run unfinished.</param>
    public async Task<FlowInstance> BackupAsync(RepositoryStores stores, string state, CancellationToken stop)
    {
        var clock = new HurriedClock();
        await using FlowEnvironment environment = _rig.CreateEnvironment(state, stores, clock);
        var options = new EngineOptions { TimeProvider = clock, PollInterval = HurriedClock.Longest };
        await using EmbeddedEngine engine = EmbeddedEngine.Open(_rig.Combine(state), BackupFlows.CreateCatalog(environment), options);
        FlowInstance? unfinished = engine.Client.List().FirstOrDefault(i => i.Status == RuntimeStatus.Running);
        string run = unfinished?.Id ?? BackupRig.NewRun();
        if (unfinished is null)
        {
            ImmutableArray<string> dead = [.. engine.Client.List().Select(i => i.Id)];
            engine.Start(FlowNames.HotBackup, new HotBackupInput(run, AcceptContentLoss: false, dead), run);
        }

        return await engine.RunToEndAsync(run, stop);
    }

    /// <summary>The same in a process of its own, which kills itself at a request.</summary>
    /// <param name="place">As given to <see cref="CopyToDirectoryAsync(string, CancellationToken)"/>.</param>
    /// <param name="at">0: it lives.</param>
    /// <returns>Its exit code and what it said.</returns>
    public async Task<(int ExitCode, string Output)> RunHostAsync(string state, string place, int at, bool after, CancellationToken cancellationToken)
    {
        string host = Path.Combine(AppContext.BaseDirectory, "AlfrescoBackupFlows.Flows.CrashHost.dll");
        string[] arguments = [host, _rig.Sample.PropertiesFile, _rig.ToolPath, _rig.Combine(state), _rig.Combine(place), $"{at}", after ? "after" : "before"];
        using Process process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        string output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, output);
    }

    /// <summary>
    /// Proves that the repository holds the first set as it was, and nothing that does not restore.
    /// </summary>
    /// <returns>What is wrong, a line each.</returns>
    public async Task<List<string>> FindFaultsAsync(RepositoryStores stores, int atLeast, CancellationToken cancellationToken)
    {
        var faults = new List<string>();
        foreach ((string name, byte[] content) in _before)
        {
            byte[] now = new byte[content.Length + 1];
            if (await stores.Blobs.ReadAsync(name, 0, now, cancellationToken) != content.Length || !now.AsSpan(0, content.Length).SequenceEqual(content))
            {
                faults.Add($"{name} of the first set was changed");
            }
        }

        await using BackupRepository repository = await OpenAsync(stores, cancellationToken);
        LogHead head = await repository.Log.ReadAsync(cancellationToken);
        VerifyReport report = await new SetVerifier(repository).VerifyAsync(head, head.State.Sets, readData: true, cancellationToken: cancellationToken);
        faults.AddRange(report.Findings.Select(finding => finding.Line));
        if (head.State.Sets.Length < atLeast)
        {
            faults.Add($"{head.State.Sets.Length} sets, not {atLeast}");
        }

        return faults;
    }

    /// <summary>What an undisturbed backup and a disturbed one have in common: roots with their files, the proof, the dump's rows.</summary>
    public async Task<string> DescribeNewestAsync(RepositoryStores stores, CancellationToken cancellationToken)
    {
        await using BackupRepository repository = await OpenAsync(stores, cancellationToken);
        LogHead head = await repository.Log.ReadAsync(cancellationToken);
        SetManifest set = await repository.Log.ReadManifestAsync(head.State.Sets[^1], cancellationToken);
        IChunkSource chunks = repository.CreateReader(await repository.LoadIndexAsync(head.State, cancellationToken), run: null);
        var text = new StringWriter();
        foreach (RootStamp root in set.Roots)
        {
            text.WriteLine($"{root.Name}: {root.Files} files, {root.Directories} directories, {root.Bytes} bytes, {root.RequiredFiles} required");
            await foreach (ListingEntry entry in new ListingReader(chunks, root.Listing).ReadAsync(cancellationToken))
            {
                text.WriteLine($"  {PathText.Format(entry.Path)} {entry.Flags} {entry.Mode} {entry.MtimeNs} {entry.Length} {string.Join(' ', entry.Content?.Chunks ?? [])}");
            }
        }

        text.WriteLine($"consistent {set.Consistency.Consistent}, required {set.Consistency.Required}, missing {set.Consistency.Missing}");
        text.WriteLine($"dump of {string.Join(", ", set.Database!.Rows.Select(row => $"{row.Key} {row.Value}"))}");
        return text.ToString();
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
        await RunAsync(server, $"'{real}' --no-password --dbname='{_rig.DatabaseName}' > '{tools}/dump'", cancellationToken);
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

    private Task<BackupRepository> OpenAsync(RepositoryStores stores, CancellationToken cancellationToken) =>
        BackupRepository.OpenAsync(stores.Blobs, new RepositoryAccess("none", null, _rig.Combine(NewState()), TimeProvider.System), cancellationToken);
}
