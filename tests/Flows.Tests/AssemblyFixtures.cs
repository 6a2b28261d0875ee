using AlfrescoBackupFlows.Flows.Tests.Faults;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

[assembly: AssemblyFixture(typeof(OnDemand<PostgresServer>))]
[assembly: AssemblyFixture(typeof(OnDemand<MariaDbServer>))]
[assembly: AssemblyFixture(typeof(OnDemand<AzuriteServer>))]
[assembly: AssemblyFixture(typeof(FaultBenches))]
