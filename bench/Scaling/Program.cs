// The backup flow over a huge installation that is not there: stand-in activities return results of the real size at
// once, so that history, payloads and replay can be measured.
//
//   dotnet run -c Release --project bench/Scaling -- STATE [FILES [AVERAGE_BYTES]]
//
// STATE is a directory that does not exist yet. 20,000,000 files of 500,000 bytes (10 TB) unless said. A first full
// reads everything; the run after it finds nothing changed.
//
//   dotnet run -c Release --project bench/Scaling -- sets DIRECTORY [DOCUMENTS [SETS]]
//
// Makes a repository with sets of a large installation (1,000,000 documents and 100 sets unless said), for measuring the
// commands that look for documents: docs/development/measurements.md.
using System.Diagnostics;
using System.Globalization;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Restore.Targets;
using AlfrescoBackupFlows.Replay.Tests;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Scaling;

if (args[0] == "sets")
{
    int documents = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 1_000_000;
    int sets = args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : 100;
    await new ManySets(args[1], documents, sets).RunAsync();
    return;
}

string state = args[0];
long files = args.Length > 1 ? long.Parse(args[1], CultureInfo.InvariantCulture) : 20_000_000;
long average = args.Length > 2 ? long.Parse(args[2], CultureInfo.InvariantCulture) : 500_000;
Console.WriteLine($"{files:N0} files of {average:N0} bytes");
foreach (bool unchanged in (bool[])[false, true])
{
    string directory = Path.Combine(state, unchanged ? "unchanged" : "first");
    var installation = new StandInInstallation(files, average, unchanged, directory);
    TaskCatalog catalog = installation.Catalog();
    string run = unchanged ? "20261123T010000Z-00000002" : "20261122T010000Z-00000001";
    long started = Stopwatch.GetTimestamp();
    await using (
        EmbeddedEngine engine = EmbeddedEngine.Open(directory, catalog, new EngineOptions { MaxParallelActivities = 8 })
    )
    {
        engine.Start(nameof(HotBackupFlow), new HotBackupInput(RunId.Parse(run), AcceptContentLoss: false, []), run);
        FlowInstance instance = await engine.RunToEndAsync(run, CancellationToken.None);
        if (instance.Status != RuntimeStatus.Completed)
        {
            throw new InvalidOperationException(instance.Failure?.Message);
        }
    }

    TimeSpan took = Stopwatch.GetElapsedTime(started);
    Console.WriteLine();
    Console.WriteLine(
        $"## {(unchanged ? "Nothing changed" : "First full")}: {installation.Activities:N0} activities in {took.TotalSeconds:F0} s, {took.TotalMilliseconds / installation.Activities:F1} ms each"
    );
    installation.Payloads.Print();
    HistoryReport.Print("the run's own history", JournalView.Export(directory, run), catalog);
    HistoryReport.Print("a range, before it continues as new", installation.LongestRange, catalog);
    Console.WriteLine(
        $"sub-orchestrations: {JournalView.Tree(directory, run).Count - 1}; "
            + $"journal on disk: {Directory.EnumerateFiles(directory).Sum(file => new FileInfo(file).Length) / 1048576.0:F1} MiB"
    );
}
