using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

[assembly: AssemblyFixture(typeof(OnDemand<PostgresServer>))]
[assembly: AssemblyFixture(typeof(OnDemand<AzuriteServer>))]
[assembly: Trait("needs", "server")]
