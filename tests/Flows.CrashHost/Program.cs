using System.Diagnostics;
using System.Globalization;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage.Directories;
using AlfrescoBackupFlows.Testing.Stores;
using Microsoft.Extensions.Logging.Abstractions;

// Runs or resumes a backup, and kills itself with SIGKILL at one request to the storage, before or after it is served.
// Arguments: properties file, directory of pg_dump, state directory, directory of the stores, number of the request (0:
// none), before|after.
// Ends with "done" on stdout, or with the failure and exit code 1.
string state = args[2];
string place = args[3];
int at = int.Parse(args[4], CultureInfo.InvariantCulture);
bool after = args[5] == "after";
var options = new BackupOptions { State = state };
options.Installation.Name = "sample";
options.Installation.GlobalProperties = args[0];
options.Installation.Database.ToolPath = args[1];
options.Installation.Index.Cron = "0 0 3 1 1 ? 2099";
options.Repository.Encryption = RepositoryOptions.EncryptionNone;

var numbers = new RequestNumbers();
var stores = new RepositoryStores(Mortal(Path.Combine(place, "blobs")), Mortal(Path.Combine(place, "control")));
await using var environment = new FlowEnvironment(
    new LoadedOptions(options, null, null, []),
    stores,
    TimeProvider.System,
    NullLoggerFactory.Instance
);
await using EmbeddedEngine engine = EmbeddedEngine.Open(state, TaskCatalog.Of(environment));
FlowInstance? unfinished = engine.Client.List().FirstOrDefault(i => i.Status == RuntimeStatus.Running);
string run = unfinished?.Id ?? RunId.Create(TimeProvider.System.GetUtcNow(), Guid.NewGuid()).ToString();
if (unfinished is null)
{
    engine.Start(nameof(HotBackupFlow), new HotBackupInput(RunId.Parse(run), AcceptContentLoss: false, []), run);
}

FlowInstance end = await engine.RunToEndAsync(run);
Console.WriteLine(end.Status == RuntimeStatus.Completed ? "done" : end.Failure?.Message);
return end.Status == RuntimeStatus.Completed ? 0 : 1;

VisitedBlobStore Mortal(string directory) =>
    new(
        DirectoryBlobStore.Open(directory, TimeProvider.System),
        numbers,
        (call, served, _) =>
        {
            if (call.Number == at && served == after)
            {
                Process.GetCurrentProcess().Kill();
                Thread.Sleep(Timeout.Infinite);
            }

            return Task.CompletedTask;
        }
    );
