using AlfrescoBackupFlows.Cli;
using AlfrescoBackupFlows.Platform.Processes;
using AlfrescoBackupFlows.Platform.Streams;

StandardStreams.Claim();
Signals.IgnoreHarmless();
return await AbfProgram.RunAsync(args);
