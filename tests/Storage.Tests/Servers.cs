using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

[assembly: AssemblyFixture(typeof(OnDemand<AzuriteServer>))]
