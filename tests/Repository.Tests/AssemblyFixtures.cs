using AlfrescoBackupFlows.Testing.Servers;

[assembly: AssemblyFixture(typeof(OnDemand<AzuriteServer>))]
