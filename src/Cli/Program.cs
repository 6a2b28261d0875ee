using AlfrescoBackupFlows.Cli;

return await AbfProgram.RunAsync(args);
