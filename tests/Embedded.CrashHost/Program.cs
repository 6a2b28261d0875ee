using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Embedded.CrashHost;

// Runs or resumes one instance and says on stdout what it does, so that a test can kill it somewhere in between.
// Arguments: state directory, number of batches.
await using var engine = EmbeddedEngine.Open(
    args[0],
    CrashActivities.Catalog(input => Console.WriteLine($"run {input}"))
);
if (engine.Client.TryGet("job") is null)
{
    engine.Start(CrashActivities.Summing, new Batch(1, int.Parse(args[1]), 0), "job");
}

Console.WriteLine("open");
var end = await engine.RunToEndAsync("job");
Console.WriteLine($"end {end.Result}");
