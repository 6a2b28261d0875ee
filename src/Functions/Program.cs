using AlfrescoBackupFlows.Functions.Hosting;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Streams;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

try
{
    FunctionsApplicationBuilder builder = FunctionsApplication.CreateBuilder(args);
    builder.ConfigureFunctionsWebApplication();
    builder.UseBackupTasks();
    await builder.Services.AddBackupFlowsAsync(StandardStreams.SayError);
    await builder.Build().RunAsync();
    return 0;
}
catch (AbfException e)
{
    // The Functions host shows a worker's error output in its log: every fault of the settings, a line each.
    foreach (string line in e.Message.Split('\n'))
    {
        StandardStreams.SayError(line);
    }

    return 1;
}
